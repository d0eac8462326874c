import FoundationEssentials
import Testing
import Trajectories

@testable import TraceGen

/// Lines that no honest side would write, in both directions of the executor's protocol: changed copies of a corpus
/// (Corpus/), which holds lines that were right and lines that once went wrong. Each failure prints its seed.
@Suite(.serialized) struct ExecutorFuzzTests {
    private static func corpus(_ name: String) throws -> [[UInt8]] {
        let folder = "\(#filePath)".replacing("ExecutorFuzzTests.swift", with: "Corpus")
        let text = try Data(contentsOf: URL(filePath: "\(folder)/\(name)"))
        return text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map(Array.init)
    }

    // MARK: - What the worker says

    private static let statements = ["y = 1", "y = find(place, n=1)", "y = run('look around')", "y = ("]

    @Test func noReplyIsBelievedThatDoesNotFit() async throws {
        let reader = CodeReader(
            SandboxCommand(mode: try .findBubblewrap(path: nil), python: try await .find()).launch(in: nil),
            count: 1)
        let corpus = try Self.corpus("executor-replies.jsonl")
        var counts = (believed: 0, refused: 0)
        for seed in UInt64(0)..<60_000 {
            var mutator = LineMutator(seed: seed, corpus: corpus)
            let statement = Self.statements[Int(seed % 4)]
            let replies = (0..<4).map { _ in mutator.line() }
            let stops = seed % 3 == 0
            let link = ScriptedLink(replies)
            let executor = PythonExecutor(
                WorkerConnection(link, lineByteLimit: 1 << 16), limits: TestSandbox.limits, reader: reader)
            let log = ActionLog(stopAt: stops ? 1 : .max)
            do {
                let outcome = try await executor.run(statement, log: log)
                let acted = !log.actions.isEmpty
                #expect(
                    Self.fits(outcome, statement, acted: acted, wasStopped: stops && acted),
                    "seed \(seed): \(outcome)")
                counts.believed += 1
            } catch let failure as ExecutorFailure {
                #expect(
                    !failure.message.unicodeScalars.contains { $0.value < 0x20 }, "seed \(seed): \(failure)")
                counts.refused += 1
            }
            for action in log.actions {
                #expect(PrimitiveAction.problem(in: action) == nil, "seed \(seed): \(action)")
            }
        }
        #expect(counts.believed > 100 && counts.refused > 1_000, "\(counts)")
    }

    /// What may be believed of these statements, in words of its own.
    private static func fits(
        _ outcome: StatementOutcome, _ statement: String, acted: Bool, wasStopped: Bool
    ) -> Bool {
        switch outcome {
        case .placeholder(let call):
            return statement == statements[1] && !acted && call.signature == statement && call.name == "find"
                && call.inputs == ["place", "n"] && call.outputs == ["y"]
                && [[], ["place"], ["n"], ["place", "n"]].contains(call.variables.map(\.name))
        case .completed(let result), .limited(let result, _):
            return !wasStopped && statement != statements[3] && [[], ["y"]].contains(result.assigned)
        case .raised(let result, _):
            return !wasStopped && [[], statement == statements[3] ? [] : ["y"]].contains(result.assigned)
        case .stopped(let result): return wasStopped && [[], ["y"]].contains(result.assigned)
        }
    }

    @Test func noValuesAreBelievedThatWereNotAskedFor() async throws {
        let reader = CodeReader(WorkerLaunch(program: "/nonexistent", arguments: []), count: 1)
        let corpus = try Self.corpus("executor-replies.jsonl").filter {
            $0.starts(with: #"{"id":1,"kind":"v"#.utf8)
        }
        for seed in UInt64(0)..<20_000 {
            var mutator = LineMutator(seed: seed, corpus: corpus)
            let executor = PythonExecutor(
                WorkerConnection(ScriptedLink([mutator.line()]), lineByteLimit: 1 << 16),
                limits: TestSandbox.limits, reader: reader)
            guard let variables = try? await executor.variables(["place", "thing"]) else { continue }
            #expect(
                [[], ["place"], ["thing"], ["place", "thing"]].contains(variables.map(\.name)), "seed \(seed)"
            )
        }
    }

    // MARK: - What the worker is told

    @Test func noRequestMakesTheWorkerHangOrSayAnythingElse() async throws {
        let corpus = try Self.corpus("executor-requests.jsonl")
        let launch = SandboxCommand(mode: try .findBubblewrap(path: nil), python: try await .find())
            .launch(in: nil)
        let start = NumberedRequest(
            id: 0, request: .start(seed: 1, limits: TestSandbox.limits, filter: SandboxCommand.filter))
        let last = try CanonicalJSON.encode(NumberedRequest(id: 77, request: .variables(["__none"])))
        for seed in UInt64(0)..<120 {
            var mutator = LineMutator(seed: seed, corpus: corpus)
            let lines = (0..<3).map { _ in mutator.line() }
            try await launch.withWorker { worker in
                do {
                    try await worker.send(SandboxCommand.modules.dropLast())
                    try await worker.send(try CanonicalJSON.encode(start))
                    _ = try await worker.receive(within: .seconds(120))
                    // An action may take a line for its answer.
                    for line in lines + Array(repeating: last, count: 4) { try await worker.send(line) }
                    while true {
                        let line = try await worker.receive(within: .seconds(120))
                        let reply = try? CanonicalJSON.decode(NumberedReply.self, from: line)
                        guard let reply else { continue }
                        if reply.id == 77 { break }
                    }
                } catch WorkerFailure.closed(let lastWords) {
                    #expect(
                        lastWords.hasSuffix("exit status 70") || lastWords.hasSuffix("exit status 0"),
                        "seed \(seed)")
                } catch {
                    Issue.record("seed \(seed): \(error)")
                }
            }
        }
    }
}

/// Says what it is given to say, and has ended then.
private actor ScriptedLink: WorkerLink {
    private var chunks: [[UInt8]]

    init(_ lines: [[UInt8]]) {
        chunks = lines.map { $0 + [UInt8(ascii: "\n")] }.reversed()
    }

    nonisolated func write(_ bytes: [UInt8]) async -> Bool { true }
    func read() async -> [UInt8]? { chunks.popLast() }
    nonisolated func kill() {}
    nonisolated func end() async {}
    nonisolated func remains() async -> (lastWords: String, ending: WorkerEnding) {
        ("", .exited(status: 0))
    }
}

/// Draws lines of a corpus and changes them.
private struct LineMutator {
    private var generator: SeededGenerator
    private let corpus: [[UInt8]]
    private static let pieces: [[UInt8]] = [
        "\"", "\\", "{", "}", "[", "]", ",", ":", "null", "1e309", "-1", "9223372036854775808", "0.5", "true",
        "\\ud800", "\\u0000", "\\u2028", "é", "\u{301}", "\u{202E}", "completed", "placeholder", "action",
        "stopped",
        "\"id\":1,", "\"y\"", "\"z\"", "run", "__class__", "[[[[[[[[[[[[[[[[",
        String(repeating: "x", count: 5_000),
    ].map { Array($0.utf8) }

    init(seed: UInt64, corpus: [[UInt8]]) {
        generator = SeededGenerator(seed: seed)
        self.corpus = corpus
    }

    mutating func line() -> [UInt8] {
        var line = corpus[draw(corpus.count)]
        for _ in 0..<max(0, draw(5) - 2) { change(&line) }
        return line.filter { $0 != UInt8(ascii: "\n") }
    }

    private mutating func draw(_ count: Int) -> Int { Int.random(in: 0..<count, using: &generator) }

    private mutating func change(_ line: inout [UInt8]) {
        let place = draw(line.count + 1)
        let end = min(line.count, place + draw(12))
        switch draw(8) {
        case 0: line.removeSubrange(place..<end)
        case 1: line.insert(contentsOf: Self.pieces[draw(Self.pieces.count)], at: place)
        case 2: line.replaceSubrange(place..<end, with: Self.pieces[draw(Self.pieces.count)])
        case 3: line.removeSubrange(place...)
        case 4: line.insert(contentsOf: corpus[draw(corpus.count)], at: place)
        case 5: line.insert(UInt8(draw(256)), at: place)
        case 6: line = swapped(line)
        default: line.insert(contentsOf: line[place..<end], at: place)
        }
    }

    /// One quoted word in the place of another: kinds, keys and names of the right form at the wrong place.
    private mutating func swapped(_ line: [UInt8]) -> [UInt8] {
        let quote = UInt8(ascii: "\"")
        var parts = line.split(separator: quote, omittingEmptySubsequences: false)
        guard parts.count > 3 else { return line }
        parts.swapAt(draw(parts.count), draw(parts.count))
        return Array(parts.joined(separator: [quote]))
    }
}
