import Export
import FoundationEssentials
import JSONLines
import TemporaryFiles
import TestServers
import Testing
import Trajectories

/// Collections by the command line in an environment that is a program of its own, with a real server of completions.
@Suite struct ServedCollectTests {
    private let directory: TemporaryDirectory
    private static let python = VerifyFixture.python["RECODE_DATA_PYTHON"] ?? ""

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func shop(products: Int = 200) -> String {
        "'\(Self.python)' -I -B '\(VerifyFixture.root)/environments/webshop.py' --synthetic \(products) --seed 3"
    }

    private func collect(
        _ server: MisbehavingServer, _ scenario: String = "shopper", into run: String, _ more: String...
    ) async throws -> BuiltProgram.Outcome {
        let profiles = "models: {p: {base_url: \"\(server.baseURL(scenario, "x"))\", model: m}}"
        _ = try directory.write(Array(profiles.utf8), to: "profiles.yaml")
        return try await BuiltProgram.run(
            [
                "collect", "--policy", "p", "--profiles", "profiles.yaml", "--run", run, "--python",
                Self.python,
            ] + more,
            in: directory.path)
    }

    @Test func episodesOfAShopBecomePairs() async throws {
        try await MisbehavingServer.withServer { server in
            let outcome = try await collect(
                server, into: "one", "--env-command", shop(), "--variations", "4", "--concurrency", "6",
                "--environment-workers", "2")
            #expect(outcome.code == 0, "\(outcome.errors)")
            let alone = try await collect(
                server, into: "two", "--env-command", shop(), "--variations", "4", "--concurrency", "1")
            #expect(alone.code == 0, "\(alone.errors)")
        }
        let shards = try ["one", "two"].map {
            try directory.bytes(of: "\($0)/trajectories/part-00000.jsonl.gz")
        }
        #expect(shards[0] == shards[1], "neither concurrency nor the number of workers shows")
        let reader = try RunDirectory.open(directory.file("one")).trajectories()
        var rewards: [Double] = []
        while let trajectory = try reader.next() {
            #expect(trajectory.environment.name == "webshop" && trajectory.ended == .environmentDone)
            #expect(trajectory.environment.options["products"] == .int(200))
            #expect(trajectory.environment.instance?["asin"] != nil, "what is particular to the instance")
            #expect(trajectory.steps == 3)
            rewards.append(trajectory.reward)
        }
        #expect(rewards.count >= 12 && Set(rewards).count > 2, "\(rewards)")
        let exported = try await BuiltProgram.run(["export", "one", "--out", "e"], in: directory.path)
        #expect(exported.code == 0, "\(exported.errors)")
        let manifest = try ExportManifest.read(from: directory.file("e"))
        #expect(manifest.counts.pairs == rewards.count && manifest.recipe.versions["webshop"] == "1.0.0")
        let card = String(decoding: try directory.bytes(of: "e/README.md"), as: UTF8.self)
        #expect(card.contains("\n- webshop\n"))
        let verified = try await BuiltProgram.run(
            ["verify", "e", "one", "--runs", "one", "--replay", "3"], in: directory.path)
        #expect(verified.code == 0, "\(verified.errors)")
        #expect(
            verified.output.contains("made again: ")
                && verified.output.contains("3 of 3 episodes played again"))
    }

    private var house: String {
        "'\(Self.python)' -I -B '\(VerifyFixture.root)/Tests/Environments/small_house.py'"
    }

    private struct Asked: Decodable {
        var messages: [Message]
    }

    /// The system messages that a run's model was sent, in the order of its calls.
    private func systems(of run: String) throws -> [String] {
        let reader = try JSONLinesReader(path: directory.file("\(run)/calls/part-00000.jsonl.gz"))
        var systems: [String] = []
        while let line = try reader.next() {
            let call = try CanonicalJSON.decode(CallRecord.self, from: line.bytes)
            let asked = try CanonicalJSON.decode(Asked.self, from: CanonicalJSON.encode(call.request))
            systems.append(try #require(asked.messages.first).content)
        }
        return systems
    }

    @Test func everyGameIsSpokenToInItsOwnGrammarWhenPlayedReplayedAndExported() async throws {
        try await MisbehavingServer.withServer { server in
            let outcome = try await collect(
                server, "errand", into: "played", "--env-command", house, "--variations", "2",
                "--prompt-style",
                "zero-shot")
            #expect(outcome.code == 0, "\(outcome.errors)")
        }
        let forms = ["move OBJECT to PLACE", "put OBJECT in/on PLACE"]
        let said = try systems(of: "played")
        #expect(said.count == 2)
        for form in forms {
            let line = "\n- \(form): put what you carry in or on a place\n"
            #expect(said.count { $0.contains(line) } == 1 && said.count { $0.contains(form) } == 1)
        }
        let exported = try await BuiltProgram.run(["export", "played", "--out", "e"], in: directory.path)
        #expect(exported.code == 0, "\(exported.errors)")
        let reader = try JSONLinesReader(path: directory.file("e/train-00000-of-00001.jsonl.gz"))
        var rows: [String] = []
        while let line = try reader.next() { rows.append(String(decoding: line.bytes, as: UTF8.self)) }
        #expect(rows.count == 2)
        for form in forms { #expect(rows.count { $0.contains("\\n- \(form): put what") } == 1) }
        let verified = try await BuiltProgram.run(
            ["verify", "e", "played", "--runs", "played", "--replay", "2"], in: directory.path)
        #expect(verified.code == 0, "\(verified.errors)")
        #expect(verified.output.contains("2 of 2 episodes played again"), "\(verified.output)")
        let replayed = try await BuiltProgram.run(
            [
                "collect", "--env-command", house, "--variations", "2", "--policy", "replay:played",
                "--prompt-style",
                "zero-shot",
                "--run", "again",
            ], in: directory.path, variables: VerifyFixture.python)
        #expect(replayed.code == 0, "\(replayed.errors)")
        #expect(
            try directory.bytes(of: "again/trajectories/part-00000.jsonl.gz")
                == directory.bytes(of: "played/trajectories/part-00000.jsonl.gz"))
    }

    @Test func aRunGoesOnInItsOwnWorldOnly() async throws {
        try await MisbehavingServer.withServer { server in
            let first = try await collect(
                server, into: "r", "--env-command", shop(), "--max-episodes", "2", "--tasks", "beauty",
                "--variations",
                "4")
            #expect(first.code == 0, "\(first.errors)")
            let other = try await collect(
                server, into: "r", "--env-command", shop(products: 300), "--tasks", "beauty", "--variations",
                "4",
                "--resume")
            #expect(other.code == 65 || other.code == 64, "\(other.errors)")
            #expect(other.errors.contains("env_options"), "\(other.errors)")
            let own = try await collect(
                server, into: "r", "--env-command", shop(), "--tasks", "beauty", "--variations", "4",
                "--resume")
            #expect(own.code == 0, "\(own.errors)")
        }
    }

    @Test func whatCannotBeIsSaid() async throws {
        try await MisbehavingServer.withServer { server in
            let task = try await collect(server, into: "r", "--env-command", shop(), "--tasks", "beuty")
            #expect(task.code == 64)
            #expect(
                task.errors.contains("webshop has no task “beuty”. Did you mean beauty?"), "\(task.errors)")
            let missing = try await collect(server, into: "r", "--env-command", "/no/such/world")
            #expect(missing.code == 1 && missing.errors.contains("/no/such/world"), "\(missing.errors)")
            let damaged = try await collect(
                server, into: "r", "--env-command",
                "'\(Self.python)' -I -B '\(VerifyFixture.root)/environments/webshop.py' --catalogue .")
            #expect(damaged.code == 65 && damaged.errors.contains("items_shuffle.json"), "\(damaged.errors)")
        }
        let expert = try await BuiltProgram.run(
            [
                "collect", "--env-command",
                "'\(Self.python)' -I -B '\(VerifyFixture.root)/environments/examples/key_and_door.py'",
                "--run", "r",
                "--python", Self.python,
            ], in: directory.path)
        #expect(expert.code == 64)
        #expect(expert.errors.contains("there is no expert for key-and-door. "), "\(expert.errors)")
        #expect(try directory.names() == ["profiles.yaml"])
    }
}
