import FoundationEssentials
import JSONLines
import TestServers
import Testing
import Trajectories

@testable import RecodeData

/// What others say reaches the terminal as text that can be read, and as nothing else.
@Suite struct TerminalTests {
    private let told: ToldCollection

    init() throws {
        told = try ToldCollection()
    }

    /// What a terminal would obey, and lines that would look like ours.
    static let shouts = [
        "\u{1B}]0;FORGED TITLE\u{7}\u{1B}[2J\u{1B}[31mrecode-data: error: FORGED: \u{1B}[8m\n\rrecode-data: FORGED",
        "\u{9B}2J\u{9D}0;FORGED\u{9C}\u{202E}\u{2066}\u{2028}recode-data: FORGED\u{85}recode-data: FORGED\u{200B}\u{7F}",
        "\n\nrecode-data: error: FORGED\r\nrecode-data: FORGED\u{B}\u{C}\u{8}\u{8}\n\u{E0041}\u{2029}",
    ]

    /// Neither stream holds what a terminal obeys, and no line of standard error but ours begins as ours do.
    private func expectCalm(
        _ outcome: BuiltProgram.Outcome, _ place: String, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let hidden = (outcome.output + outcome.errors).unicodeScalars.filter { $0.isHidden && $0 != "\n" }
        #expect(hidden.isEmpty, "\(place): \(hidden.map(\.escape))", sourceLocation: sourceLocation)
        for line in outcome.errors.newlineSeparated.dropLast() {
            #expect(
                ["recode-data: ", "  ", "Error: ", "Usage: ", "Help:  "].contains { line.hasPrefix($0) },
                "\(place): \(line)", sourceLocation: sourceLocation)
            #expect(
                !["recode-data: FORGED", "recode-data: error: FORGED", "recode-data: 99"].contains {
                    line.hasPrefix($0)
                }, "\(place): \(line)", sourceLocation: sourceLocation)
        }
        #expect(
            !outcome.output.newlineSeparated.contains { $0.hasPrefix("recode-data:") }, "\(place)",
            sourceLocation: sourceLocation)
    }

    /// Case 17: what code writes to its standard error before it ends, and what it raises and prints.
    @Test(arguments: [
        #"os.write(2, b'\x1b]0;FORGED\x07\x1b[2J\x1b[31mrecode-data: error: FORGED \x1b[8m\n\rrecode-data: 99 episodes')"#,
        #"os.write(2, '\x9b2J\u202e\u2028recode-data: error: FORGED\n\n\nrecode-data: 99 episodes\x85\u200b'.encode())"#,
        #"os.write(2, b'\xff\xfe\x9b2J\nrecode-data: error: FORGED\x1b[1A' + b'recode-data: FORGED\n' * 400)"#,
        #"os.write(2, b'\x1b[2J' * 40000)"#,
    ])
    func lastWordsOfTheSandboxAreShownAndNotObeyed(words: String) async throws {
        try await MisbehavingServer.withServer { server in
            try told.writeProfile(server, "say", ToldCollection.label("import os\n\(words)\nos._exit(0)"))
            expectCalm(try await told.collect(), words)
        }
    }

    @Test(arguments: [
        #"raise RuntimeError('\x1b[2J\nrecode-data: error: FORGED\x9b\u202e')"#,
        #"run('\x1b[2J\x9brecode-data: FORGED')"#,
        #"print('\x1b]0;FORGED\x07\nrecode-data: FORGED'); raise SystemExit('\nrecode-data: FORGED\x1b')"#,
    ])
    func whatCodeRaisesAndPrintsIsShownAndNotObeyed(code: String) async throws {
        try await MisbehavingServer.withServer { server in
            try told.writeProfile(server, "say", ToldCollection.label(code))
            expectCalm(try await told.collect(), code)
            let replayed = try await told.collect(policy: "replay:r", into: "again")
            expectCalm(replayed, code)
            for command in [
                ["verify", "r", "--replay", "1"], ["count", "r", "--style", "bare"],
                ["export", "r", "--style", "bare", "--out", "e"],
            ] {
                expectCalm(
                    try await BuiltProgram.run(
                        command, in: told.directory.path, variables: VerifyFixture.python), "\(command)")
            }
        }
    }

    /// Where an environment says something.
    static let places: [(String, @Sendable (String) -> JSONValue)] = [
        ("stderr at its end", { .object(["exit": .string("step"), "stderr": .string($0)]) }),
        ("stderr at its start", { .object(["exit": .string("hello"), "stderr": .string($0)]) }),
        ("refused hello", { .object(["error": .object(["hello": .string($0)])]) }),
        ("refused instances", { .object(["error": .object(["instances": .string($0)])]) }),
        ("refused reset", { .object(["error": .object(["reset": .string($0)])]) }),
        ("refused step", { .object(["error": .object(["step": .string($0)])]) }),
        ("name", { .object(["hello": .object(["name": .string($0)])]) }),
        ("version", { .object(["hello": .object(["version": .string($0)])]) }),
        ("protocol", { .object(["hello": .object(["protocol": .string($0)])]) }),
        ("tasks", { .object(["hello": .object(["tasks": .array([.string($0)])])]) }),
        ("splits", { .object(["hello": .object(["splits": .array([.string($0)])])]) }),
        ("actions", { .object(["hello": .object(["actions": .string($0)])]) }),
        ("options", { .object(["hello": .object(["options": .object([$0: .string($0)])])]) }),
        ("platform", { .object(["hello": .object(["platform": .object([$0: .string($0)])])]) }),
        (
            "instruction",
            { .object(["reset": .object(["instruction": .string($0), "observation": .string($0)])]) }
        ),
        ("observation", { .object(["step": .object(["observation": .string($0)])]) }),
        ("a reward that is none", { .object(["step": .object(["reward": .string($0)])]) }),
    ]

    @Test(arguments: 0..<places.count)
    func whatAnEnvironmentSaysIsShownAndNotObeyed(place: Int) async throws {
        let (name, words) = Self.places[place]
        try await MisbehavingServer.withServer { server in
            try told.writeProfile(server, "say", ToldCollection.label("run('look')"))
            for (index, shout) in Self.shouts.enumerated() {
                let run = "r\(index)"
                expectCalm(try await told.collect(told: words(shout), into: run), name)
                guard index == 0 else { continue }
                let script = "\(VerifyFixture.root)/Tests/Environments/told_environment.py"
                let check = ["env", "check", "python3", "-I", "-B", script, told.directory.file("told.json")]
                let reads = [
                    ["count", run, "--style", "bare"], ["count", run, "--style", "bare", "--format", "json"],
                    ["verify", run],
                    ["verify", run, "--format", "json"],
                ]
                let isRun = Directory.isPresent(told.directory.file("\(run)/run.json"))
                for command in [check] + (isRun ? reads : []) {
                    expectCalm(
                        try await BuiltProgram.run(
                            command, in: told.directory.path, variables: VerifyFixture.python),
                        "\(name): \(command.prefix(4))")
                }
            }
        }
    }

    @Test(arguments: [
        "shout", "shout-page", "shout-plain", "shout-refusal", "shout-end", "shout-place", "503-plain",
    ])
    func whatAServerSaysIsShownAndNotObeyed(scenario: String) async throws {
        try await MisbehavingServer.withServer { server in
            let profile = #"    model: "\e[2J\nrecode-data: FORGED\u202E\x9B""#
            try told.writeProfile(server, scenario, "x", profile)
            expectCalm(try await told.collect(), scenario)
            expectCalm(try await told.collect(into: "dry", ["--dry-run"]), scenario)
        }
    }

    @Test(arguments: 0..<shouts.count)
    func namesOfFilesRunsAndPoliciesAreShownAndNotObeyed(index: Int) async throws {
        let shout = Self.shouts[index].replacing("/", with: "")
        let directory = told.directory
        try FileManager.default.copyItem(
            atPath: "\(VerifyFixture.root)/data/samples/run", toPath: directory.file(shout))
        _ = try directory.write(Array("{}\n\(shout)\n".utf8), to: "\(shout).jsonl")
        _ = try directory.write(Array("\(shout): [\n".utf8), to: "broken.yaml")
        _ = try directory.write(
            Array("name: x\n\"\(shout.debugDescription.dropFirst().dropLast())\": 1\n".utf8), to: "odd.yaml")
        _ = try directory.write(
            Array("{\"model\": {\"type\": \"\\u001b[2J\\nFORGED\"}}".utf8), to: "tokenizer.json")
        _ = try directory.write(
            Array("{{ raise_exception('\\n\\x1b[2Jrecode-data: FORGED') }}".utf8), to: "t.jinja")
        _ = try directory.write(
            Array("models: {\(Self.yaml(shout)): {model: m, \(Self.yaml(shout)): 1}}".utf8), to: "p.yaml")
        let commands = [
            ["count", shout], ["count", shout, shout, "--each-run"], ["verify", shout],
            ["verify", "no\(shout)"],
            ["count", "\(shout).jsonl"], ["filter", shout, "--out", "\(shout).selection"],
            ["export", shout, "--out", "\(shout)-e"], ["export", "no\(shout)", "--out", "e"],
            ["run", "broken.yaml", "--out", "o"], ["run", "odd.yaml", "--out", "o"],
            ["run", shout, "--out", "o"],
            ["count", shout, "--tokens", "tokenizer.json"], ["count", shout, "--tokens", shout],
            ["export", shout, "--out", "e2", "--chat-template", "t.jinja"],
            ["export", shout, "--out", "e3", "--license", shout],
            ["collect", "--policy", shout, "--run", "r"],
            ["collect", "--policy", "replay:\(shout)x", "--run", "r"],
            ["collect", "--policy", "p", "--profiles", "p.yaml", "--run", "r"],
            ["collect", "--policy", "p", "--profiles", "no\(shout)", "--run", "r"],
            ["collect", "--tasks", shout, "--run", "r"], ["collect", "--env", shout, "--run", "r"],
            ["collect", "--env-command", "'\(shout)'", "--run", "r"],
            ["collect", "--env-url", "http://\(shout)", "--env-kind", "webshop", "--run", "r"],
            ["collect", "--no-such\(shout)"], ["collect", "--\(shout)"], ["\(shout)"],
            ["count", "--top", shout, "x"],
            ["collect", "--repeats", shout], ["collect", "--repeats=\(shout)", "--run", "r"],
            ["import", shout, "--format", "sharegpt", "--env", shout, "--split", "train", "--run", "i"],
            ["import", "--format", shout, shout, "--run", "i"],
            ["help", shout],
        ]
        for command in commands {
            expectCalm(
                try await BuiltProgram.run(command, in: directory.path, variables: VerifyFixture.python),
                "\(command.map(\.shown))")
        }
    }

    private static func yaml(_ text: String) -> String {
        String(decoding: (try? CanonicalJSON.encode(text)) ?? [], as: UTF8.self)
    }

    /// Records that somebody else wrote: every text of them shouts.
    @Test(arguments: 0..<shouts.count)
    func whatRecordsOfOthersSayIsShownAndNotObeyed(index: Int) async throws {
        let directory = told.directory
        let shout = Self.shouts[index]
        let reader = try RunDirectory.open("\(VerifyFixture.root)/data/samples/run").trajectories()
        var lines: [UInt8] = []
        while var trajectory = try reader.next() {
            trajectory.environment.name = shout
            trajectory.environment.task = shout
            trajectory.environment.version = shout
            trajectory.policy.name = "=\(shout)"
            trajectory.policy.model = "![x](http://evil/x.png)<script>\(shout)"
            trajectory.taskID = "\(shout)/\(trajectory.environment.variation)"
            trajectory.endedDetail = shout
            lines += try TrajectoryCodec.encode(trajectory) + [UInt8(ascii: "\n")]
        }
        _ = try directory.write(lines, to: "records.jsonl")
        for format in ["text", "json", "csv", "markdown", "latex"] {
            let outcome = try await BuiltProgram.run(
                ["count", "records.jsonl", "--style", "bare", "--format", format], in: directory.path)
            #expect(outcome.code == 0, "\(outcome.errors)")
            let lines = BuiltProgram.Outcome(
                code: 0, output: outcome.output.replacing("\r\n", with: "\n"), errors: outcome.errors)
            expectCalm(lines, format)
        }
        let exported = try await BuiltProgram.run(
            ["export", "records.jsonl", "--style", "bare", "--out", "e"], in: directory.path)
        expectCalm(exported, "export")
        if exported.code == 0 {
            let card = String(decoding: try directory.bytes(of: "e/README.md"), as: UTF8.self)
            #expect(!card.unicodeScalars.contains { $0.isHidden && $0 != "\n" })
            #expect(!card.contains("<script>") && !card.contains("![x]") && !card.contains("\nrecode-data:"))
        }
        for format in ["sharegpt", "recode-results"] {
            let text = Self.yaml(shout)
            let record = """
                {"id": \(text), "item_id": \(text), \(text): \(text), "task": \(text), "reward": \(text),
                 "conversations": [{"from": \(text), "value": \(text)}, {"from": "gpt", "value": \(text)}]}
                """
            for (name, json) in [
                ("list", "[\(record)]"), ("object", record), ("broken", "[\(record), \(shout)"),
            ] {
                _ = try directory.write(Array(json.utf8), to: "results.json")
                let outcome = try await BuiltProgram.run(
                    [
                        "import", "results.json", "--format", format, "--env", "told", "--split", "train",
                        "--reward-scale", "0-1", "--run", "i-\(format)-\(name)",
                    ], in: directory.path)
                expectCalm(outcome, "\(format), \(name)")
            }
        }
    }
}
