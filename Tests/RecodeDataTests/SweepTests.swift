import Filter
import FoundationEssentials
import JSONLines
import Study
import TemporaryFiles
import TestServers
import Testing
import Trajectories

@testable import RecodeData

/// Whole sweeps with the real environment and the real sandbox.
@Suite(.serialized) struct SweepTests {
    private let directory: TemporaryDirectory
    private static let python =
        ProcessInfo.processInfo.environment[Machine.pythonVariable]
        ?? "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/.venv/bin/python"
    private static let shard = "trajectories/part-00000.jsonl.gz"

    init() throws {
        directory = try TemporaryDirectory()
    }

    /// A short task, whose plan nests three deep.
    private func arguments(_ more: String...) -> [String] {
        [
            "collect", "--tasks", "find-plant", "--split", "dev", "--concurrency", "1",
            "--python", Self.python,
        ] + more
    }

    private func count(_ more: String...) async throws -> BuiltProgram.Outcome {
        try await BuiltProgram.run(["count"] + more, in: directory.path)
    }

    /// Interrupts a sweep in its second run. On a very busy machine it may be over before the signal comes; then it begins anew.
    private func interrupted(_ sweep: [String], into folder: String) async throws -> BuiltProgram.Outcome {
        var outcome: BuiltProgram.Outcome
        var left = 20
        repeat {
            try? FileManager.default.removeItem(atPath: directory.file(folder))
            outcome = try await BuiltProgram.run(
                sweep, in: directory.path, interruptingAt: "collect max-depth-2: 0/1 episodes")
            left -= 1
        } while outcome.code == 0 && left > 0
        return outcome
    }

    @Test func aSweepOverDepthsIsOneRunEachAndItsTableShowsThem() async throws {
        let sweep = arguments("--max-depth", "1,2,3", "--run", "s")
        let interrupted = try await interrupted(sweep, into: "s")
        #expect(interrupted.code == 130)
        let command = ([BuiltProgram.path] + sweep).joined(separator: " ") + " --resume"
        #expect(interrupted.errors.hasSuffix("Go on with: \(command)\n"), "\(interrupted.errors)")
        #expect(try RunDirectory.open(directory.file("s/max-depth-1")).isComplete)
        // On a busy machine the second run's one episode may be over before the signal comes.
        let hasBegunLast = FileManager.default.fileExists(atPath: directory.file("s/max-depth-3"))

        let unfinished = try await count("s")
        #expect(unfinished.code == 65)
        #expect(
            unfinished.errors.contains(
                "s/max-depth-\(hasBegunLast ? 3 : 2): this run is not finished."), "\(unfinished.errors)")

        let resumed = try await BuiltProgram.run(sweep + ["--resume"], in: directory.path)
        #expect(resumed.code == 0, "\(resumed.errors)")
        #expect(
            resumed.errors.contains(
                "s/max-depth-1: 1 episode, 0 succeeded, mean reward 0.00; all collected before"))
        #expect(
            resumed.errors.contains("recode-data: s: 3 runs: 3 episodes, 1 succeeded"), "\(resumed.errors)")
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: directory.file("s")).sorted() == [
                "max-depth-1", "max-depth-2", "max-depth-3",
            ])

        let single = try await BuiltProgram.run(
            arguments("--max-depth", "2", "--run", "single"), in: directory.path)
        #expect(single.code == 0, "\(single.errors)")
        for name in ["run.json", Self.shard] {
            #expect(try directory.bytes(of: "single/\(name)") == directory.bytes(of: "s/max-depth-2/\(name)"))
        }
        let ended = try [1, 2, 3].map { depth in
            try RunDirectory.open(directory.file("s/max-depth-\(depth)")).manifest.counts?.ended
        }
        #expect(ended.first == ["depth_limit": 1])
        #expect(ended.last == ["environment_done": 1])

        try await expectTheTableShowsTheDepths()
        try await expectASelectionTakesTheFolder()
        let intoARun = try await BuiltProgram.run(
            arguments("--max-depth", "4,5", "--run", "single"), in: directory.path)
        #expect(intoARun.code == 64)
        #expect(
            intoARun.errors.contains("single is a run directory, and a sweep makes one for each of its runs"))
        let ofAnother = try await BuiltProgram.run(
            arguments("--max-depth", "5,3", "--slip", "0.5", "--run", "s"), in: directory.path)
        #expect(ofAnother.code == 64)
        #expect(ofAnother.errors.contains("s/max-depth-3/run.json: the directory belongs to another recipe:"))
        #expect(!FileManager.default.fileExists(atPath: directory.file("s/max-depth-5")))
    }

    private func expectASelectionTakesTheFolder() async throws {
        let depths = ["--group", "environment,agent,max_depth", "--min-reward", "0", "--top", "1"]
        let filtered = try await BuiltProgram.run(
            ["filter", "s", "--out", "selection.json"] + depths, in: directory.path)
        #expect(filtered.code == 0, "\(filtered.errors)")
        let selection = try SelectionFile.read(directory.file("selection.json"))
        #expect(selection.groups.map { $0.group["max_depth"] } == ["1", "2", "3"])
        #expect(selection.groups.map { $0.group["policy_model"] } == [nil, nil, nil])
        // The one of depth 1 has no reward.
        #expect(selection.kept.count == 2)
        let exported = try await BuiltProgram.run(
            ["export", "s", "--selection", "selection.json", "--out", "pairs", "--allow-leakage"],
            in: directory.path)
        #expect(exported.code == 0, "\(exported.errors)")
        #expect(exported.errors.contains(" of 2 trajectories"), "\(exported.errors)")
        let wrong = try await BuiltProgram.run(
            ["filter", "s", "--out", "wrong.json", "--group", "environment,depth"], in: directory.path)
        #expect(wrong.code == 64)
        #expect(
            wrong.errors.contains("there is no part `depth` of a group, expected some of environment, agent"))
        let twice = try await BuiltProgram.run(
            ["filter", "s", "--out", "wrong.json", "--group", "agent,agent"], in: directory.path)
        #expect(twice.code == 64)
        #expect(twice.errors.contains("`agent,agent` names a part twice"))
    }

    private func expectTheTableShowsTheDepths() async throws {
        let json = try await count("s", "--top", "50,100", "--format", "json")
        let study = try CanonicalJSON.decode(StudyTable.self, from: json.output.utf8)
        #expect(study.optionNames == ["max_depth"])
        let rows = study.rows.filter { $0.method == .recode && $0.top == 100 }
        #expect(rows.map(\.options) == [1, 2, 3].map { ["max_depth": .int($0)] })
        #expect(rows.map(\.played?.trajectories) == [1, 1, 1])
        #expect(rows.first?.played?.successRate == 0)
        #expect(rows.last?.played?.successRate == 1)
        let rewards = rows.compactMap(\.played?.meanReward)
        #expect(rewards == rewards.sorted() && Set(rewards).count == 3, "\(rewards)")
        #expect(study.selection?.group == ["max_depth", "environment", "agent", "policy_model"])

        let text = try await count("s", "--top", "100").output
        let lines = text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        #expect(lines[0] == ["scienceworld,", "policy", "expert"])
        #expect(lines[2].prefix(4) == ["max", "depth", "top", "%"])
        #expect(
            lines[3...5].map { $0.prefix(3) } == [["1", "100", "1"], ["2", "100", "1"], ["3", "100", "1"]])
        // The same whether the runs are named or their folder is; files of records say how they were played too.
        let runs = ["s/max-depth-3", "s/max-depth-1", "s/max-depth-2"]
        for paths in [runs, runs.map { "\($0)/\(Self.shard)" }] {
            let named = try await BuiltProgram.run(["count", "--top", "100"] + paths, in: directory.path)
            #expect(named.output == text)
        }
        let csv = try await count("s", "--top", "100", "--format", "csv").output.split(separator: "\r\n")
        #expect(
            csv[0].hasSuffix(
                ",sd_placeholder_ratio,max_depth,played_trajectories,played_mean_reward,played_sd_reward,played_success_rate"
            ))
        #expect(csv.last?.contains(",3,1,1.0,0.0,1.0") == true, "\(csv)")
        let apart = try await count("s", "--each-run", "--top", "100", "--format", "markdown").output
        #expect(
            apart.hasPrefix(
                "### scienceworld, policy expert\n\n| max depth | run | top % | played by ReCode: n |"))
        #expect(apart.contains("\n| 3 | max-depth-3 | 100 | 1 | 100.00 ± 0.00 | 100.00 |"), "\(apart)")
        // Runs that do not differ are counted as ever.
        #expect(try await count("s/max-depth-2", "single").output == (try await count("single").output))
        #expect(try await count("single").output.contains("max depth") == false)
    }

    @Test func aDryRunShowsEveryRunAndTheSumAndWritesNothing() async throws {
        let outcome = try await BuiltProgram.run(
            arguments("--max-depth", "2,4,6", "--run", "s", "--dry-run", "--max-episodes", "2"),
            in: directory.path)
        #expect(outcome.code == 0, "\(outcome.errors)")
        for (depth, episodes) in [(2, "1 episode"), (4, "1 episode"), (6, "0 episodes")] {
            #expect(
                outcome.output.contains(
                    "would collect \(episodes) of scienceworld, split dev, agent recode, policy expert "
                        + "(scienceworld-expert-2), into s/max-depth-\(depth):\n"), "\(outcome.output)")
        }
        #expect(outcome.output.hasSuffix("in all: 3 runs, 2 episodes; cost: nothing\n"))
        #expect(try directory.names().isEmpty)
    }

    @Test func aStageOfAPipelineWithSeveralDepthsIsAStageForEach() async throws {
        let text = """
            name: depths
            collect:
              - {name: expert, env: scienceworld, policy: expert, max_depth: [1, 3], split: dev,
                 tasks: [find-plant]}
            select: {top: [100]}
            leakage: {allow: true}
            """
        _ = try directory.write(Array(text.utf8), to: "p.yaml")
        let run = ["run", "p.yaml", "--out", "o", "--concurrency", "1", "--python", Self.python]
        let stopped = try await BuiltProgram.run(run + ["--max-episodes", "1"], in: directory.path)
        #expect(stopped.code == 0)
        #expect(
            stopped.errors.contains(
                "collect/expert-max-depth-3 stopped: the sweep's runs hold as many episodes as --max-episodes 1 allows."
            ), "\(stopped.errors)")
        let outcome = try await BuiltProgram.run(run, in: directory.path)
        #expect(outcome.code == 0, "\(outcome.errors)")
        for (folder, names) in [
            ("collect", ["expert-max-depth-1", "expert-max-depth-3"]),
            ("selection", ["expert-max-depth-1-top100.json", "expert-max-depth-3-top100.json"]),
            ("export", ["expert-max-depth-1-recode-top100", "expert-max-depth-3-recode-top100"]),
        ] {
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: directory.file("o/\(folder)")).sorted()
                    == names)
        }
        #expect(outcome.output.contains("max depth                 run  top %"), "\(outcome.output)")
        #expect(outcome.output.contains("\n        1  expert-max-depth-1    100  1"))
        let counted = try await BuiltProgram.run(
            ["count", "o/collect", "--each-run", "--top", "100"], in: directory.path)
        #expect(counted.output == outcome.output)
        let bytes = try directory.bytes(of: "o/count.json")
        let study = try CanonicalJSON.decode(StudyTable.self, from: bytes)
        #expect(Set(study.rows.map(\.run)) == ["expert-max-depth-1", "expert-max-depth-3"])
        #expect(study.rows.first?.played?.successRate == 0)
        #expect(study.rows.last?.played?.successRate == 1)
    }

    @Test func profilesAndPromptsAreSweptOverWithOneBudget() async throws {
        try await MisbehavingServer.withServer { server in
            var text = "models:\n"
            for name in ["small", "large"] {
                text += "  \(name): {base_url: \(server.baseURL("bear", name)), model: m-\(name), price: "
                text += "{prompt: 1000, completion: 10000}}\n"
            }
            _ = try directory.write(Array(text.utf8), to: "profiles.yaml")
            try copyPrompts(to: "plain", adding: "")
            try copyPrompts(to: "same", adding: "")
            try copyPrompts(to: "kind", adding: "\nPlease.")
            let sweep = { (policies: String, prompts: String, more: [String]) in
                try await BuiltProgram.run(
                    [
                        "collect", "--policy", policies, "--prompts", prompts, "--run", "s", "--repeats",
                        "2", "--tasks", "lifespan-longest-lived", "--python", Self.python, "--concurrency",
                        "1",
                    ] + more, in: directory.path)
            }
            let same = try await sweep("small,large", "plain,same", [])
            #expect(same.code == 64)
            #expect(
                same.errors.contains(
                    "the runs policy-small-prompts-plain and policy-small-prompts-same would be the same"))
            let dry = try await sweep("small,large", "plain,kind", ["--dry-run"])
            #expect(dry.output.contains("into s/policy-large-prompts-kind:\n"), "\(dry.output)")
            #expect(dry.output.contains("in all: 4 runs, 8 episodes; about 84 calls, "), "\(dry.output)")
            #expect(!FileManager.default.fileExists(atPath: directory.file("s")))
            // Every episode takes one call: 12 tokens, 3 cents.
            let stopped = try await sweep("small", "plain,kind", ["--max-tokens", "36"])
            #expect(stopped.code == 0, "\(stopped.errors)")
            #expect(
                stopped.errors.contains(
                    "stopped: the budget (--max-tokens 36) is used up: 30 prompt tokens, 6 answer tokens"))
            #expect(
                stopped.errors.contains(" 1 of 2 runs finished. Run the same command with --resume and more"))
            #expect(try await calls(server) == 3)
            let half = try RunDirectory.open(directory.file("s/prompts-kind")).spending()
            #expect(half.episodes == 1 && half.usage.promptTokens == 10)
            #expect(abs(half.knownCostUSD - 0.03) < 1e-9)
            // The other way round, what the unfinished run has used counts too.
            let costly = try await sweep("small", "kind,plain", ["--max-cost", "0.08", "--resume"])
            #expect(costly.errors.contains("stopped: the budget (--max-cost $0.0800) is used up"))
            #expect(try await calls(server) == 3)
            let rest = try await sweep("small", "plain,kind", ["--resume"])
            #expect(rest.code == 0, "\(rest.errors)")
            #expect(rest.errors.contains("s: 2 runs: 4 episodes, 4 succeeded"), "\(rest.errors)")
            #expect(try await calls(server) == 4)
            let json = try await count("s", "--top", "100", "--format", "json")
            let study = try CanonicalJSON.decode(StudyTable.self, from: json.output.utf8)
            #expect(study.optionNames == ["prompt_sha256"])
            let rows = study.rows.filter { $0.method == .recode }
            #expect(rows.map(\.trajectories) == [2, 2])
            #expect(Set(rows.map(\.options)).count == 2)
        }
    }

    private func calls(_ server: MisbehavingServer) async throws -> Int {
        let small = try await server.seen("bear", "small")
        return try await small.count + server.seen("bear", "large").count
    }

    /// The program's own texts, with something added to ReCode's system message.
    private func copyPrompts(to name: String, adding words: String) throws {
        let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        try FileManager.default.copyItem(atPath: "\(root)/data/prompts", toPath: directory.file(name))
        let system = "\(name)/recode/system.txt"
        _ = try directory.write(try directory.bytes(of: system) + Array(words.utf8), to: system)
    }
}
