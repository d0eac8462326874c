import FoundationEssentials
import JSONLines
import TemporaryFiles
import TestServers
import Testing
import Trajectories

@testable import RecodeData

/// Whole collections by the command line, with a real environment and a real server that misbehaves.
@Suite(.serialized) struct ModelFaultTests: Sendable {
    private static let python =
        ProcessInfo.processInfo.environment[Machine.pythonVariable]
        ?? "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/.venv/bin/python"
    private static let key = "sk-canary-0123456789"
    /// What goes wrong, each in a collection of its own: one of every kind that LanguageModelsTests tells apart.
    private static let scenarios = [
        "429", "500", "stalled", "truncated", "502-page", "200-page", "no-choices", "null-content",
        "invalid-utf8",
        "huge", "untagged", "wrong-model",
        "expired-key", "too-long",
        "echo-everywhere",
    ]

    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    /// A profile `p` for a scenario, in a file of its own.
    private func profiles(_ scenario: String, _ server: MisbehavingServer) throws -> String {
        let text = """
            models:
              p:
                base_url: \(server.baseURL(scenario, "collect"))
                model: m
                api_key_env: CANARY
                timeout: \(scenario == "stalled" ? 0.3 : 30)
                max_retries: 1
                retry_base_delay: 0.01
                price: {prompt: 1000, completion: 10000}
            """
        return try directory.write(Array(text.utf8), to: "\(scenario).yaml")
    }

    private func collect(
        _ scenario: String, _ server: MisbehavingServer, run: String, _ more: String...
    ) async throws -> BuiltProgram.Outcome {
        try await collect(scenario, server, run: run, more)
    }

    private func collect(
        _ scenario: String, _ server: MisbehavingServer, run: String, _ more: [String]
    ) async throws -> BuiltProgram.Outcome {
        try await BuiltProgram.run(
            [
                "collect", "--policy", "p", "--profiles", try profiles(scenario, server), "--run", run,
                "--tasks", "lifespan-longest-lived", "--python", Self.python, "--concurrency", "1",
            ] + more, in: directory.path, variables: ["CANARY": Self.key])
    }

    @Test func everyFaultEndsTheEpisodeOrTheRunForAStatedReason() async throws {
        var reports: [String] = []
        for scenario in Self.scenarios {
            reports.append(try await MisbehavingServer.withServer { try await report(scenario, $0) })
        }
        try GoldenFile.check(reports.joined(separator: "\n"), "model-faults.txt")
    }

    @Test func aResetWithinAnAnswerEndsTheEpisodeOrTheRun() async throws {
        // A reset may overtake the bytes before it: half an answer, or none.
        try await MisbehavingServer.withServer { server in
            let outcome = try await collect("reset-in-body", server, run: "r")
            let run = try RunDirectory.open(directory.file("r"))
            let trajectory = try run.trajectories().next()
            if outcome.code == 0 {
                #expect(trajectory?.ended == .policyError)
            } else {
                #expect(outcome.code == 69)
                #expect(trajectory == nil && !run.isComplete)
            }
            #expect(try await server.seen("reset-in-body", "collect").count == 2)
        }
    }

    @Test func aServerThatAnswersNobodyDoesNotUseUpTheEpisodes() async throws {
        try await MisbehavingServer.withServer { server in
            let outcome = try await collect("500", server, run: "r", "--repeats", "9")
            #expect(outcome.code == 69)
            #expect(
                outcome.errors.hasSuffix(
                    "No call was answered since 5 failed, so the run stops here; it goes on with --resume.\n"),
                "\(outcome.errors)")
            let run = try RunDirectory.open(directory.file("r"))
            #expect(!run.isComplete)
            let reader = try run.trajectories()
            var ended: [EndReason] = []
            while let trajectory = try reader.next() { ended.append(trajectory.ended) }
            #expect(ended == Array(repeating: .policyError, count: 4))
        }
    }

    @Test func budgetsStopARunThatGoesOnWithoutAskingTwice() async throws {
        try await MisbehavingServer.withServer { server in
            // Every episode takes one call: 12 tokens, 3 cents.
            let stops: [(budget: [String], episodes: Int, words: String)] = [
                (["--max-tokens", "30"], 3, "the budget (--max-tokens 30) is used up"),
                (
                    ["--max-episodes", "4", "--resume"], 4,
                    "the run holds as many episodes as --max-episodes 4 allows"
                ),
                (["--max-cost", "0.14", "--resume"], 5, "the budget (--max-cost $0.14"),
                (["--resume"], 6, ""),
            ]
            for (budget, episodes, words) in stops {
                let outcome = try await collect("bear", server, run: "r", ["--repeats", "6"] + budget)
                #expect(outcome.code == 0, "\(outcome.errors)")
                #expect(words.isEmpty || outcome.errors.contains("stopped: \(words)"), "\(outcome.errors)")
                #expect(try await server.seen("bear", "collect").count == episodes)
                #expect(try RunDirectory.open(directory.file("r")).isComplete == (episodes == 6))
            }
            let manifest = try RunDirectory.open(directory.file("r")).manifest
            #expect(manifest.counts?.successes == 6)
            #expect(manifest.usage?.promptTokens == 60)
            #expect(manifest.usage?.costUSD.map { abs($0 - 0.18) < 1e-9 } == true)
            try await expectAReplay(of: "r", "bear", server, ["--repeats", "6"])
        }
    }

    @Test func anEpisodeThatACrashLostFindsItsCallsAgain() async throws {
        try await MisbehavingServer.withServer { server in
            let first = try await collect("bear", server, run: "r", "--repeats", "3", "--max-episodes", "2")
            #expect(first.code == 0, "\(first.errors)")
            let shard = "r/trajectories/part-00000.jsonl.gz"
            _ = try directory.write(Array(try directory.bytes(of: shard).dropLast(9)), to: shard)
            let second = try await collect("bear", server, run: "r", "--repeats", "3", "--resume")
            #expect(second.code == 0, "\(second.errors)")
            #expect(second.errors.contains("\(shard):2: the last record was cut off when the run stopped;"))
            #expect(try await server.seen("bear", "collect").count == 3)
            let whole = try await collect("bear", server, run: "whole", "--repeats", "3")
            #expect(whole.code == 0, "\(whole.errors)")
            #expect(
                try directory.bytes(of: shard) == directory.bytes(of: shard.replacing("r/t", with: "whole/t"))
            )
        }
    }

    @Test func aCodeActRunIsReplayedToTheByte() async throws {
        try await MisbehavingServer.withServer { server in
            let agent = ["--agent", "codeact", "--repeats", "2"]
            let first = try await collect("bear", server, run: "r", agent)
            #expect(first.code == 0, "\(first.errors)")
            #expect(try RunDirectory.open(directory.file("r")).manifest.counts?.successes == 2)
            try await expectAReplay(of: "r", "bear", server, agent)
        }
    }

    @Test func aBudgetWithSeveralCallsUnderWayLosesNone() async throws {
        try await MisbehavingServer.withServer { server in
            // The estimate of a call is far more than the 12 tokens it takes in the end, and than the budget.
            let options = ["--repeats", "9", "--concurrency", "3"]
            for (budget, episodes) in [("30", 3), ("66", 6)] {
                let outcome = try await collect(
                    "bear", server, run: "r",
                    options + ["--max-tokens", budget] + (episodes > 3 ? ["--resume"] : []))
                #expect(outcome.code == 0, "\(outcome.errors)")
                #expect(
                    outcome.errors.contains("the budget (--max-tokens \(budget)) is used up"),
                    "\(outcome.errors)")
                #expect(try await server.seen("bear", "collect").count == episodes)
                #expect(
                    try RunDirectory.open(directory.file("r")).spending().usage.promptTokens == 10 * episodes)
            }
        }
    }

    @Test func aCostLimitWithoutAPriceIsRefused() async throws {
        try await MisbehavingServer.withServer { server in
            let text = "models: {p: {base_url: \"\(server.baseURL("bear", "free"))\", model: m}}"
            _ = try directory.write(Array(text.utf8), to: "free.yaml")
            let outcome = try await BuiltProgram.run(
                [
                    "collect", "--policy", "p", "--profiles", "free.yaml", "--run", "r", "--max-cost", "1",
                    "--python", Self.python,
                ], in: directory.path)
            #expect(outcome.code == 64)
            #expect(outcome.errors.contains("--max-cost 1.0 cannot be kept: profile 'p' has no price"))
            #expect(try directory.names() == ["free.yaml"])
        }
    }

    @Test func enoughSuccessesLeaveOtherRepeatsOut() async throws {
        try await MisbehavingServer.withServer { server in
            let outcome = try await collect(
                "bear", server, run: "r", "--repeats", "6", "--until-successes", "2")
            #expect(outcome.code == 0, "\(outcome.errors)")
            let run = try RunDirectory.open(directory.file("r"))
            #expect(run.isComplete)
            #expect(run.manifest.counts?.trajectories == 2)
            #expect(try await server.seen("bear", "collect").count == 2)
        }
    }

    @Test func aDryRunAsksNobodyAndWritesNothing() async throws {
        try await MisbehavingServer.withServer { server in
            let outcome = try await collect("bear", server, run: "r", "--repeats", "6", "--dry-run")
            #expect(outcome.code == 0, "\(outcome.errors)")
            #expect(outcome.output.contains("would collect 6 episodes of scienceworld"))
            #expect(outcome.output.contains("at the price of profile p"))
            #expect(try await server.seen("bear", "collect").count == 0)
            #expect(try directory.names() == ["bear.yaml"])
        }
    }

    /// What the user sees of a collection, and what it left.
    private func report(_ scenario: String, _ server: MisbehavingServer) async throws -> String {
        let outcome = try await collect(scenario, server, run: scenario)
        let run = try RunDirectory.open(directory.file(scenario))
        var trajectories: [String] = []
        let reader = try run.trajectories()
        while let trajectory = try reader.next() {
            let tokens = "\(trajectory.usage.promptTokens) + \(trajectory.usage.completionTokens) tokens"
            trajectories.append("\(trajectory.ended.rawValue) after \(trajectory.calls) calls, \(tokens)")
        }
        if run.isComplete { try await expectAReplay(of: scenario, scenario, server) }
        try expectNoKey(in: scenario, outcome)
        let said = outcome.errors.split(separator: "\n").filter {
            !$0.contains("/1 episodes") && !$0.contains("in the environment")
        }
        return """
            \(scenario): exit \(outcome.code), \(run.isComplete ? "complete" : "to be resumed"): \
            \(trajectories.isEmpty ? "no episode" : trajectories.joined(separator: ", "))
            \(said.joined(separator: "\n").replacing(":\(server.port)/", with: ":PORT/"))

            """
    }

    /// A run is replayed as it was, those of its calls among it that had no answer.
    private func expectAReplay(
        of run: String, _ scenario: String, _ server: MisbehavingServer, _ more: [String] = []
    ) async throws {
        let asked = try await server.seen(scenario, "collect").count
        let replay = try await BuiltProgram.run(
            [
                "collect", "--policy", "replay:\(run)", "--run", "\(run)-again", "--tasks",
                "lifespan-longest-lived", "--python", Self.python,
            ] + more, in: directory.path)
        #expect(replay.code == 0, "\(replay.errors)")
        #expect(try await server.seen(scenario, "collect").count == asked)
        for shard in ["trajectories/part-00000.jsonl.gz", "calls/part-00000.jsonl.gz"] {
            #expect(
                try directory.bytes(of: "\(run)-again/\(shard)") == directory.bytes(of: "\(run)/\(shard)"),
                "\(run): \(shard)")
        }
    }

    /// The key is in no file of the run, neither as it is stored nor unpacked, and in no output.
    private func expectNoKey(in name: String, _ outcome: BuiltProgram.Outcome) throws {
        #expect(!(outcome.output + outcome.errors).contains("canary"))
        for file in try FileManager.default.subpathsOfDirectory(atPath: directory.file(name)) {
            let path = directory.file("\(name)/\(file)")
            guard !Directory.isDirectory(path) else { continue }
            let lines = try JSONLinesReader(path: path)
            while let line = try lines.next() {
                #expect(!String(decoding: line.bytes, as: UTF8.self).contains("canary"), "\(file)")
            }
        }
    }
}
