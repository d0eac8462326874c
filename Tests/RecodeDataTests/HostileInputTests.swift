import FoundationEssentials
import JSONLines
import Subprocess
import TemporaryFiles
import TestServers
import Testing
import Trajectories

@testable import RecodeData

/// Input that would cost more than it is, or is no file at all, given to the program as it was built.
@Suite(.timeLimit(.minutes(10))) struct HostileInputTests {
    private let directory: TemporaryDirectory
    private static let python = VerifyFixture.python["RECODE_DATA_PYTHON"] ?? ""

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func run(_ arguments: String...) async throws -> BuiltProgram.Outcome {
        try await BuiltProgram.run(arguments, in: directory.path, variables: VerifyFixture.python)
    }

    /// An exit that the program chose: it did not crash, and was not killed.
    private func isChosen(_ outcome: BuiltProgram.Outcome) -> Bool {
        [0, 1, 64, 65, 69].contains(outcome.code)
    }

    // MARK: - YAML

    private static let bomb =
        "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        + (1...12).map { level in
            "a\(level): &a\(level) [\(Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", "))]\n"
        }.joined()

    @Test(arguments: [
        "models:\n  m:\n    model: m\n    extra_body: &x {a: 1}\n    price: *x\n",
        "models:\n  m:\n    <<: *x\n", bomb + "models: {m: {model: m, extra_body: {x: *a12}}}\n",
        "? *a\n: b\n", "x: &x [*x]\n",
    ])
    func aliasesInProfilesAreRefusedByLine(text: String) async throws {
        _ = try directory.write(Array(text.utf8), to: "p.yaml")
        let outcome = try await run(
            "collect", "--env", "scienceworld", "--policy", "m", "--profiles", "p.yaml", "--run", "r",
            "--dry-run")
        #expect(outcome.code == 64 || outcome.code == 65, "\(outcome.errors)")
        #expect(
            outcome.errors.contains(
                /p\.yaml:\d+: found the alias '\*\w+', expected each value written out\./),
            "\(outcome.errors)")
    }

    @Test func aliasesInPipelinesAreRefusedByLine() async throws {
        _ = try directory.write(Array("\(Self.bomb)name: *a12\n".utf8), to: "p.yaml")
        let outcome = try await run("run", "p.yaml", "--out", "o")
        #expect(outcome.code == 64 || outcome.code == 65)
        #expect(outcome.errors.contains("p.yaml:2: found the alias '*a0'"), "\(outcome.errors)")
        #expect(!Directory.isPresent(directory.file("o")))
    }

    @Test(arguments: [
        (String(repeating: "[", count: 5_000), "found values that nest deeper, expected up to 64 levels"),
        (String(repeating: "- ", count: 5_000), "found values that nest deeper, expected up to 64 levels"),
        (
            "[" + String(repeating: "a,", count: 200_000) + "]",
            "found more values, expected up to 100000 of them"
        ),
        (String(repeating: "a\u{301}\u{323}", count: 50_000) + ": 1", "found a key of 250000 bytes"),
    ])
    func yamlIsBoundedBeforeItIsBuilt(text: String, words: String) throws {
        let error = #expect(throws: PipelineFileError.self) { try YAMLPlace(parsing: text, file: "f") }
        // A plain key may not be as long for the YAML reader itself.
        #expect(
            error.map { "\($0)".contains(words) || "\($0)".contains("not YAML") } == true,
            "\(error.map { "\($0)" } ?? "")")
    }

    @Test func anchorsWithoutAliasesAreTaken() throws {
        #expect(throws: Never.self) {
            try YAMLPlace(parsing: "a: &x 1\nb: '*x'\nc: |\n  * one\n  *two\n", file: "f")
        }
    }

    // MARK: - Records

    @Test(arguments: [490, 2_000])
    func aRecordThatNestsTooDeepIsNamedByLineAndKey(depth: Int) async throws {
        let episode = try #require(try SampleRun.trajectories().first)
        let line = String(decoding: try TrajectoryCodec.encode(episode), as: UTF8.self)
        let list = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        let options = try #require(line.firstRange(of: #""options":{"#))
        let text = line[..<options.upperBound] + "\"deep\":\(list)," + line[options.upperBound...]
        _ = try directory.write(Array("\(line)\n\(text)\n".utf8), to: "t.jsonl")
        let outcome = try await run("count", "t.jsonl", "--top", "40")
        #expect(outcome.code == 65)
        #expect(outcome.errors.contains("t.jsonl:2: no recode.trajectory.v1 record: "), "\(outcome.errors)")
        #expect(outcome.errors.contains("values nest deeper than 128 levels"), "\(outcome.errors)")
    }

    @Test(arguments: [("max_retry", -1), ("max_rewrite", Int.max), ("max_depth", Int.min)])
    func limitsThatCannotBeAreRefusedByKey(key: String, value: Int) async throws {
        let episode = try #require(try SampleRun.trajectories().first)
        let line = String(decoding: try TrajectoryCodec.encode(episode), as: UTF8.self)
        let text = line.replacing(try Regex("\"\(key)\":\\d+"), with: "\"\(key)\":\(value)")
        _ = try directory.write(Array("\(text)\n".utf8), to: "t.jsonl")
        let outcome = try await run("count", "t.jsonl", "--top", "40")
        #expect(outcome.code == 65)
        #expect(
            outcome.errors.contains("t.jsonl:1: no recode.trajectory.v1 record: limits.\(key): is \(value)"),
            "\(outcome.errors)")
    }

    // MARK: - Lines of nothing

    /// 62 GiB of text that never holds a record, in 64 MB: no machine is through with it before it has said where it is.
    @Test(arguments: [
        ["count", "n.gz"], ["filter", "n.gz", "--top", "40", "--out", "s"], ["export", "n.gz", "--out", "e"],
    ])
    func aFileOfNewlinesShowsProgressAndIsInterrupted(arguments: [String]) async throws {
        let member = GzipMember.compress(Array(repeating: UInt8(ascii: "\n"), count: 64 << 20))
        _ = try directory.write(Array(repeatElement(member, count: 1000).joined()), to: "n.gz")
        let outcome = try await BuiltProgram.run(
            arguments, in: directory.path, interruptingAt: "reading n.gz: line ")
        #expect(outcome.code == 130, "\(outcome.errors)")
        #expect(outcome.errors.contains("MiB of text so far"), "\(outcome.errors)")
        #expect(outcome.errors.contains("interrupted"), "\(outcome.errors)")
    }

    // MARK: - Pipes and devices

    @Test(arguments: [
        ["count", "SAMPLE", "--top", "40", "--tokens", "PIPE"], ["count", "PIPE", "--top", "40"],
        ["filter", "PIPE", "--top", "40", "--out", "s"],
        ["export", "SAMPLE", "--out", "e", "--chat-template", "PIPE"],
        ["export", "SAMPLE", "--out", "e", "--selection", "PIPE"], ["run", "PIPE", "--out", "o"],
        [
            "collect", "--env", "scienceworld", "--policy", "m", "--profiles", "PIPE", "--run", "r",
            "--dry-run",
        ],
        ["export", "SAMPLE", "--out", "e", "--prompts", "PIPE"],
        ["export", "SAMPLE", "--out", "e", "--exclude", "PIPE"],
        ["import", "PIPE", "--format", "sharegpt", "--env", "scienceworld", "--run", "r"],
    ])
    func noPipeOrDeviceIsWaitedFor(arguments: [String]) async throws {
        _ = try await Subprocess.run(
            .name("mkfifo"), arguments: [directory.file("pipe")], output: .discarded, error: .discarded)
        try FileManager.default.createSymbolicLink(
            atPath: directory.file("link"), withDestinationPath: directory.file("pipe"))
        for place in ["pipe", "link", "/dev/zero"] {
            let words = arguments.map { $0 == "PIPE" ? place : $0 == "SAMPLE" ? SampleRun.path : $0 }
            let outcome = try await BuiltProgram.run(
                words, in: directory.path, variables: VerifyFixture.python)
            #expect(outcome.code != 0 && isChosen(outcome), "\(words): \(outcome.code) \(outcome.errors)")
            #expect(outcome.errors.contains(place), "\(words): \(outcome.errors)")
        }
    }

    // MARK: - Worlds

    private static let modes = [
        "none", "name_dots", "task_dots", "task_lines", "task_escapes", "task_accents", "version_lines",
        "version_huge", "tasks_many",
        "step_limit_huge", "sessions_huge", "sessions_half", "sessions_one", "sessions_negative",
        "range_huge", "actions_marks",
        "variations_huge", "variations_many", "variations_negative", "variations_falling", "instruction_huge",
        "options_huge",
        "options_wide", "gold_many", "grammar", "reward_huge", "reward_denormal", "observation_huge",
        "observation_controls",
        "step_limit_over", "sessions_over", "range_infinite", "nan", "reward_negative_zero", "options_deep",
        "options_deep_500",
        "instance_deep_500", "options_twice", "flood", "mark", "answers_twice", "errors_flood",
    ]

    @Test(arguments: modes)
    func aHostileWorldEndsNoProgram(mode: String) async throws {
        try await MisbehavingServer.withServer { server in
            let profiles =
                "models: {p: {base_url: \"\(server.baseURL("shopper", "x"))\", model: m, max_retries: 0}}"
            _ = try directory.write(Array(profiles.utf8), to: "profiles.yaml")
            let world = "\(VerifyFixture.root)/Tests/Environments/hostile_world.py"
            let outcome = try await run(
                "collect", "--env-command", "'\(Self.python)' -I -B '\(world)' \(mode)", "--policy", "p",
                "--profiles",
                "profiles.yaml", "--prompt-style", "bare", "--limit", "1", "--run", "r", "--python",
                Self.python)
            #expect(isChosen(outcome), "\(mode): \(outcome.code) \(outcome.errors.prefix(2_000))")
            if ["none", "sessions_huge", "sessions_half", "sessions_one"].contains(mode) {
                #expect(outcome.code == 0, "\(mode): \(outcome.errors)")
            }
            if mode.hasPrefix("options_deep") || mode == "sessions_over" {
                #expect(
                    outcome.code != 0 && outcome.errors.contains("cannot be read"),
                    "\(mode): \(outcome.errors)")
            }
        }
    }
}
