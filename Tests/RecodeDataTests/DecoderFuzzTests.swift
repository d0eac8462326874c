import Export
import Filter
import FoundationEssentials
import Import
import TemporaryFiles
import Testing

@testable import JSONLines
@testable import LanguageModels
@testable import RecodeData
@testable import Tokens
@testable import TraceGen
@testable import Trajectories

/// Every decoder of foreign bytes, given inputs that were good before they were changed: each ends in a value or in words.
///
/// What an input is depends on the decoder's name and the input's number alone. RECODE_DATA_FUZZ=N makes N times as many; a trap
/// ends the test program, and then the line printed last says which decoder and which thousand numbers it was at.
/// RECODE_DATA_FUZZ_ONLY=NAME:NUMBER tries one.
@Suite(.serialized, .timeLimit(.minutes(10))) struct DecoderFuzzTests {
    /// A decoder, and how many inputs it is given.
    enum Decoder: String, CaseIterable {
        case json, trajectory, summary, call, run, selection, heldOut = "held-out", manifest, row, results,
            sharegpt, log
        case tokenizer, ranks, profiles, pipeline, reply, lines, environment, template

        var count: Int {
            switch self {
            case .environment, .template: 12
            case .tokenizer, .ranks: 400
            default: 2_500
            }
        }

        /// Where its good inputs are.
        var corpus: String {
            switch self {
            case .json: "manifest"
            case .summary: "trajectory"
            default: rawValue
            }
        }
    }

    private static let root = "\(VerifyFixture.root)/Tests/RecodeDataTests/Corpus"
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private static let variables = ProcessInfo.processInfo.environment

    @Test(arguments: Decoder.allCases)
    func everyInputEndsInAValueOrInWords(decoder: Decoder) async throws {
        let names = try Directory.names(in: "\(Self.root)/\(decoder.corpus)")
        let corpus = try names.map {
            (name: $0, bytes: try AtomicFile.read("\(Self.root)/\(decoder.corpus)/\($0)"))
        }
        try #require(!corpus.isEmpty)
        for (name, bytes) in corpus {
            let problem = try await words(of: decoder, bytes, name)
            #expect(problem == nil, "\(name) is good: \(problem ?? "")")
        }
        let factor = max(1, Int(Self.variables["RECODE_DATA_FUZZ"] ?? "") ?? 1)
        let only = (Self.variables["RECODE_DATA_FUZZ_ONLY"] ?? "").split(separator: ":")
        guard only.isEmpty || only[0] == decoder.rawValue else { return }
        let numbers = only.count == 2 ? Int(only[1]).map { $0..<$0 + 1 } ?? 0..<0 : 0..<decoder.count * factor
        for number in numbers {
            if number % 1_000 == 0 { print("fuzz \(decoder.rawValue): inputs from \(number)") }
            // Others wait for a thread meanwhile.
            if number % 50 == 0 { await Task.yield() }
            let seed = Digest.sha256Prefix(of: "\(decoder.rawValue) \(number)")
            var mutation = Mutation(seed: seed)
            let good = corpus[number % corpus.count]
            let words = try await words(of: decoder, mutation.changed(good.bytes), good.name)
            #expect(words?.isEmpty != true, "\(decoder.rawValue):\(number) is refused without a word")
            // A message is for people: it does not hand the whole input back.
            #expect(words?.utf8.count ?? 0 < 64 << 10, "\(decoder.rawValue):\(number) says too much")
        }
    }

    /// What a decoder says of an input; `nil` where it takes it.
    private func words(of decoder: Decoder, _ bytes: [UInt8], _ name: String) async throws -> String? {
        do {
            try await decode(decoder, bytes, name)
            return nil
        } catch let failure as SelfInflicted {
            throw failure
        } catch {
            return "\(error)"
        }
    }

    /// A failure of the test, not of the input.
    private struct SelfInflicted: Error {
        var words: String
    }

    private func decode(_ decoder: Decoder, _ bytes: [UInt8], _ name: String) async throws {
        switch decoder {
        case .json:
            let value = try CanonicalJSON.decode(JSONValue.self, from: bytes)
            let again = try CanonicalJSON.decode(JSONValue.self, from: try CanonicalJSON.encode(value))
            guard again == value else { throw SelfInflicted(words: "a value changes when it is written") }
        case .trajectory:
            let trajectory = try TrajectoryCodec.decode(JSONLine(number: 1, bytes: bytes), in: "f")
            _ = try TrajectoryCodec.encode(trajectory)
        case .summary: _ = try TrajectoryCodec.decodeSummary(JSONLine(number: 1, bytes: bytes), in: "f")
        case .call:
            var usage = try CallReader.decode(bytes, at: "f:1").usage
            usage.add(usage)
        case .run:
            let manifest = try RunManifest.read(directory.write(bytes, to: "run.json"))
            var spending = RunSpending()
            spending.episodes = manifest.counts?.trajectories ?? 0
            spending.usage = manifest.usage ?? .zero
            spending.add(spending)
        case .selection: _ = try SelectionFile.read(directory.write(bytes, to: "s.json"))
        case .heldOut: _ = try HeldOutTasks.read(directory.write(bytes, to: "h.json"))
        case .manifest: try check(manifest: bytes)
        case .row: try check(row: bytes)
        case .results, .sharegpt, .log: try importFile(decoder, bytes, name)
        case .tokenizer: try count(with: Tokenizer(tokenizerFile: directory.write(bytes, to: "t.json")))
        case .ranks: try count(with: Tokenizer(rankFile: directory.write(bytes, to: "r"), pattern: .gpt4))
        case .profiles:
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw RecordProblem(keyPath: "", message: "no text")
            }
            _ = try ProfileFile.profile(named: "m", inText: text, file: "p.yaml", variables: [:]).requestBody(
                [], seed: .max)
        case .pipeline:
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw RecordProblem(keyPath: "", message: "no text")
            }
            _ = try PipelineFile.parse(text, file: "p.yaml")
        case .reply: judge(bytes)
        case .lines:
            let reader = try JSONLinesReader(path: directory.write(bytes, to: "l"))
            while try reader.next() != nil {}
        case .environment: try await play(bytes)
        case .template:
            _ = try JinjaTemplate.read(
                directory.write(bytes, to: "t.jinja"),
                python: VerifyFixture.python["RECODE_DATA_PYTHON"] ?? "",
                limit: .seconds(20)
            ).renderer().rendered([Message(.user, "hello")])
        }
    }

    private func count(with tokenizer: Tokenizer) throws {
        let text = "<|end|>abc  abcabc\n\n123 " + String(repeating: "ab", count: 200)
        _ = (try TokenCounter(tokenizer).count(text), tokenizer.encode(text))
    }

    private func check(manifest bytes: [UInt8]) throws {
        _ = try directory.write(bytes, to: "manifest.json")
        var check = ExportCheck(directory.path, limit: 20)
        try check.check { _ in }
    }

    private func check(row bytes: [UInt8]) throws {
        let manifest = try AtomicFile.read("\(Self.root)/manifest/export.json")
        try check(manifest: manifest)
        _ = try CanonicalJSON.decode(ExportedRow.Origin.self, from: bytes)
    }

    private func importFile(_ decoder: Decoder, _ bytes: [UInt8], _ name: String) throws {
        try Directory.create(directory.file("in/running_logs"))
        let format: ImportFormat = decoder == .sharegpt ? .sharegpt : .recodeResults
        if decoder == .log {
            _ = try directory.write(bytes, to: "in/running_logs/\(name)")
            _ = try directory.write(
                AtomicFile.read("\(Self.root)/results/results.json"), to: "in/results.json")
        } else {
            _ = try directory.write(bytes, to: "in/\(name)")
        }
        let file = directory.file(decoder == .log ? "in/results.json" : "in/\(name)")
        let importer = try Importer(
            paths: [file],
            settings: ImportSettings(
                format: format, environment: "scienceworld", split: .train, rewardScale: nil))
        _ = try importer.run(take: { _ = try TrajectoryCodec.encode($0) }, report: { _ in })
    }

    private func judge(_ bytes: [UInt8]) {
        let profile = ModelProfile(
            name: "m", baseURL: "http://h/v1", model: "m",
            price: TokenPrice(promptPerMillion: 1, completionPerMillion: 2))
        let text = String(decoding: bytes, as: UTF8.self)
        for status in [200, 404, 429, 503] {
            let reply = ServerReply(
                status: status, body: bytes, retryAfter: text, retryAfterMilliseconds: text, location: text)
            var plan = RetryPlan(maxRetries: 2, pace: RetryPace(), random: SeededGenerator(seed: 1))
            _ = plan.step(after: ReplyJudge(profile).verdict(on: .replied(reply), now: 0))
        }
    }

    /// Plays in a world that gives the lines as its answers, one for each kind of request.
    private func play(_ bytes: [UInt8]) async throws {
        let answers = try directory.write(bytes, to: "answers.json")
        let world = try await ServedEnvironment(
            command: [
                VerifyFixture.python["RECODE_DATA_PYTHON"] ?? "", "-I", "-B",
                "\(VerifyFixture.root)/Tests/Environments/answering_world.py", answers,
            ],
            limits: ServedEnvironment.TimeLimits(hello: .seconds(20), start: .seconds(20), step: .seconds(20))
        )
        try await world.withWorkers(1, sessions: 2) { environment in
            let instances = try await environment.instances(tasks: nil, split: .train, variations: 2)
            guard let instance = instances.first else { return }
            try await environment.withSession { session in
                _ = try await session.start(instance, scouting: .goldPath)
                _ = try await session.step("look")
            }
        }
    }
}
