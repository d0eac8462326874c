import Export
import FoundationEssentials
import JSONLines
import ReferenceEpisodes
import TemporaryFiles
import Testing
import Trajectories

/// What others recorded, through the program: import, count, filter, export.
@Suite struct ImportCommandTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func run(_ arguments: String...) async throws -> BuiltProgram.Outcome {
        try await BuiltProgram.run(arguments, in: directory.path)
    }

    /// Two instances with their logs, one without, one twice, one without a tree.
    private func writeResults() throws {
        let episodes = [ReferenceEpisode.usual(7), .usual(8, reward: .int(40)), .usual(9, reward: .int(25))]
        let failed = JSONValue.object([
            "instance_id": .int(10), "success": .bool(false), "error": .string("server is gone"),
        ])
        try Directory.create(directory.file("logs/running_logs"))
        let records = episodes.map(\.record) + [episodes[0].record, failed]
        _ = try directory.write(try resultsFile(records), to: "logs/results.json")
        for episode in episodes.prefix(2) {
            _ = try directory.write(
                Array(episode.log.utf8), to: "logs/running_logs/instance_\(episode.instance).log")
        }
    }

    private func pairs(in export: String) throws -> [Pair] {
        let reader = try JSONLinesReader(path: directory.file("\(export)/train-00000-of-00001.jsonl.gz"))
        var pairs: [Pair] = []
        while let line = try reader.next() {
            pairs.append(try CanonicalJSON.decode(Pair.self, from: line.bytes))
        }
        return pairs
    }

    @Test func resultsBecomeARunThatCountsAndExports() async throws {
        try writeResults()
        let imported = try await run(
            "import", "logs", "--format", "recode-results", "--env", "sciworld", "--split", "train",
            "--model", "m",
            "--run", "r")
        #expect(imported.code == 0, "\(imported.errors)")
        #expect(imported.output.isEmpty)
        let lines = imported.errors.split(separator: "\n").map(String.init)
        #expect(
            lines.first
                == "recode-data: r: imported 3 of 5 records (left out: 1 duplicate, 1 no_tree); 4 of 6 answers came over "
                + "with their prompts; not recovered: 1 action_rewards_not_recovered, 1 actions_not_recovered, "
                + "1 log_missing, 1 opening_not_recovered, 1 variation_unknown")
        #expect(lines.dropFirst().first == "recode-data: reward scale 0-100, told from 4 rewards")
        #expect(
            lines.contains(
                "recode-data:   results.json instances[4] (10): no_tree: there is no tree: the runner stopped before or "
                    + "outside of the episode"))
        let counted = try await run("count", "r", "--top", "100", "--format", "csv")
        let rows = counted.output.split(separator: "\r\n").dropFirst().map {
            $0.split(separator: ",", omittingEmptySubsequences: false).prefix(8).joined(separator: " ")
        }
        #expect(
            rows == [
                "scienceworld m  recode react 100 3 6", "scienceworld m  recode codeact 100 3 4",
                "scienceworld m  recode recode 100 3 4",
            ], "\(counted.errors)")
        let exported = try await run("export", "r", "--out", "e")
        #expect(
            exported.errors
                == "recode-data: e: 4 pairs of 3 trajectories (dropped: 2 not_accepted); 3 of a world whose held-out tasks "
                + "are not known\n")
        let pairs = try pairs(in: "e")
        let prompt = try #require(pairs[1].prompt.last).content
        #expect(
            prompt.hasPrefix(
                "Call:\nplant, place = find_plant(seen, kind='tree')\n\nVariables:\n- seen (str): This"))
        #expect(prompt.contains("\n2025-10-01 12:00:00,123 - INFO - something that looks like a message\n"))
        #expect(prompt.contains("\nYou also see: ünïcödé\n- kind (str): tree\n"))
        #expect(
            pairs[1].completion == [
                Message(
                    .assistant,
                    "<think>\nThe pot holds it.\n</think>\n<execute>\nplant, place = 'tree', 'pot'\n"
                        + "run('focus on tree')\n</execute>")
            ])
    }

    @Test func flattenedResultsHoldEveryActionOrNone() async throws {
        try writeResults()
        #expect(
            try await run(
                "import", "logs", "--format", "recode-results", "--env", "sciworld", "--split", "train",
                "--run", "r"
            ).code == 0)
        #expect(try await run("export", "r", "--method", "react", "--style", "bare", "--out", "e").code == 0)
        let pairs = try pairs(in: "e")
        #expect(pairs.count == 6)
        #expect(
            pairs[2].prompt.map(\.content) == [
                "Your task is to find a plant.\n\(ReferenceEpisode.hallway.value)",
                "Thought: Plants grow in the greenhouse.\nAction: teleport to greenhouse",
                "You teleport to the greenhouse.",
                "Thought: Plants grow in the greenhouse.\nAction: look around",
                "This room is called the greenhouse.\na pot",
            ])
        #expect(pairs[2].completion.map(\.content) == ["Thought: The pot holds it.\nAction: focus on tree"])
    }

    @Test func theRunSaysWhereItCameFromAndHasTheSameBytesEachTime() async throws {
        try writeResults()
        for name in ["a", "b"] {
            #expect(
                try await run(
                    "import", "logs/results.json", "--logs", "logs/running_logs", "--format",
                    "recode-results", "--env",
                    "scienceworld", "--split", "train", "--run", name
                ).code == 0)
        }
        for file in ["run.json", "trajectories/part-00000.jsonl.gz", "import-report.jsonl"] {
            #expect(try directory.bytes(of: "a/\(file)") == directory.bytes(of: "b/\(file)"))
        }
        #expect(try directory.names() == ["a", "b", "logs"])
        let manifest = try RunDirectory.open(directory.file("a")).manifest
        #expect(manifest.counts?.trajectories == 3)
        guard case .object(let recipe) = manifest.recipe, case .object(let source)? = recipe["import"] else {
            Issue.record("the recipe does not say what was imported")
            return
        }
        let checksum = Digest.sha256Hex(of: try directory.bytes(of: "logs/results.json"))
        #expect(
            source["files"]
                == .array([.object(["name": .string("results.json"), "sha256": .string(checksum)])]))
        #expect(source["format"] == .string("recode-results"))
        #expect(source["reward_scale"] == .string("0-100"))
        #expect(source["reward_scale_from"] == .string("detected"))
        let report = try JSONLinesReader(path: directory.file("a/import-report.jsonl"))
        var lines = 0
        while try report.next() != nil { lines += 1 }
        #expect(lines == 5)
        let again = try await run(
            "import", "logs", "--format", "recode-results", "--env", "scienceworld", "--split", "train",
            "--run", "a")
        #expect(again.code == 0)
        #expect(again.errors == "recode-data: a: this import is there already; nothing was done.\n")
    }

    @Test func aDirectoryOfSomethingElseIsLeftAlone() async throws {
        try writeResults()
        try Directory.create(directory.file("other"))
        _ = try directory.write([65], to: "other/text")
        try writeRun(at: directory.file("run"), rewards: [1])
        let before = try directory.bytes(of: "run/run.json")
        for (name, words) in [("other", "other is no run directory"), ("run", "belongs to another recipe")] {
            let outcome = try await run(
                "import", "logs", "--format", "recode-results", "--env", "scienceworld", "--split", "train",
                "--run",
                name)
            #expect(outcome.code == 64)
            #expect(outcome.errors.contains(words), "\(outcome.errors)")
        }
        #expect(try directory.bytes(of: "run/run.json") == before)
        #expect(try directory.names() == ["logs", "other", "run"])
    }

    @Test func conversationsBecomeOnePairATurn() async throws {
        let messages = [
            ("human", "Instructions."), ("gpt", "OK"), ("human", "Your task is to wait.\nA hallway."),
            ("gpt", "Thought: Look.\nAction: look around"), ("human", "Observation: A hallway."),
            ("gpt", "Thought: Wait.\nAction: wait"),
        ]
        let record = JSONValue.object([
            "id": .string("boil/3"), "reward": .double(0.5),
            "conversations": .array(
                messages.map { .object(["from": .string($0), "value": .string($1)]) }),
        ])
        _ = try directory.write(try CanonicalJSON.encode(JSONValue.array([record])), to: "c.json")
        let imported = try await run(
            "import", "c.json", "--format", "sharegpt", "--env", "scienceworld", "--split", "train", "--run",
            "r")
        #expect(imported.code == 0, "\(imported.errors)")
        #expect(try await run("filter", "r", "--top", "100", "--out", "s.json").code == 0)
        let exported = try await run(
            "export", "r", "--selection", "s.json", "--method", "react", "--out", "e")
        #expect(
            exported.errors
                == "recode-data: e: 2 pairs of 1 trajectory; 1 of a world whose held-out tasks are not known\n"
        )
        let pairs = try pairs(in: "e")
        #expect(
            pairs.map { $0.completion[0].content } == [
                "Thought: Look.\nAction: look around", "Thought: Wait.\nAction: wait",
            ])
        #expect(
            pairs[1].prompt.dropFirst().map(\.content) == [
                "Task:\nYour task is to wait.\n\nObservation:\nA hallway.",
                "Thought: Look.\nAction: look around",
                "Observation:\nA hallway.",
            ])
        #expect(pairs.map(\.reward) == [0.5, 0.5])
    }

    @Test func filesOnDifferentScalesAreRefused() async throws {
        for (name, reward) in [("a", 1), ("b", 100)] {
            let record =
                #"[{"id": "\#(name)", "reward": \#(reward), "conversations": [{"from": "human", "value": "x"}, "#
                + #"{"from": "gpt", "value": "Action: y"}]}]"#
            _ = try directory.write(Array(record.utf8), to: "\(name).json")
        }
        let outcome = try await run(
            "import", "a.json", "b.json", "--format", "sharegpt", "--env", "x", "--split", "dev", "--run", "r"
        )
        #expect(outcome.code == 65)
        #expect(
            outcome.errors
                == "recode-data: error: the files do not agree on the scale of rewards. No reward is above 1 in a.json (1); "
                + "some are in b.json (1 of 1). Where all are on one scale, state it: --reward-scale 0-100. Else import "
                + "each into a run of its own, with its --reward-scale.\n")
        #expect(try directory.names() == ["a.json", "b.json"])
    }

    @Test func anIDCannotSpeakToTheTerminal() async throws {
        let record = #"[{"id": "a\u001b[31mb", "conversations": [], "reward": 0.5}]"#
        _ = try directory.write(Array(record.utf8), to: "c.json")
        let outcome = try await run(
            "import", "c.json", "--format", "sharegpt", "--env", "x", "--split", "dev", "--run", "r")
        #expect(outcome.code == 65)
        #expect(
            outcome.errors
                == "recode-data: error: none of 1 record can be imported (1 conversation_malformed).\n"
                + "  c.json [0] (a\u{FFFD}[31mb): conversation_malformed: no message of human stands before the first "
                + "answer\n")
    }

    @Test(arguments: [
        ([], 64, "Missing expected argument '--format <format>'"),
        (["--format", "sharegpt", "--env", "a b", "--run", "r"], 64, "--env is 'a b'"),
        (["--format", "sharegpt", "--env", "x", "--run", "r", "--logs", "l"], 64, "--logs is for"),
        (
            ["--format", "sharegpt", "--env", "x", "--run", "r", "--missing-reward", "2"], 64,
            "--missing-reward is 2.0"
        ),
        (["--format", "sharegpt", "--env", "x", "--run", "r"], 64, "State it: --split train, dev or test."),
        (
            ["--format", "recode-results", "--env", "x", "--run", "r", "--split", "dev"], 65,
            "none of 1 record can be"
        ),
        (
            [
                "--format", "sharegpt", "--env", "x", "--run", "r", "--split", "dev", "--reward-scale",
                "-1..1",
            ], 65,
            "--reward-scale -1..1: 1 of 1 rewards are not on this scale"
        ),
    ])
    func whatCannotBeImportedLeavesNothing(arguments: [String], code: Int, message: String) async throws {
        let record =
            #"[{"id": "a", "reward": 40, "conversations": [{"from": "human", "value": "x"}, "#
            + #"{"from": "gpt", "value": "Action: y"}]}]"#
        _ = try directory.write(Array(record.utf8), to: "c.json")
        let outcome = try await BuiltProgram.run(["import", "c.json"] + arguments, in: directory.path)
        #expect(outcome.code == code)
        #expect(outcome.errors.contains(message), "\(outcome.errors)")
        #expect(outcome.output.isEmpty)
        #expect(try directory.names() == ["c.json"])
    }
}
