import FoundationEssentials
import TemporaryFiles
import Testing
import Trajectories

/// Collections of WebShop's teacher by the command line, in the shop itself.
@Suite(.serialized) struct WebShopCollectTests {
    private let directory: TemporaryDirectory
    private static let python = VerifyFixture.python["RECODE_DATA_PYTHON"] ?? ""

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func collect(_ run: String, _ more: String...) async throws -> BuiltProgram.Outcome {
        let shop =
            "'\(Self.python)' -I -B '\(VerifyFixture.root)/environments/webshop.py' --synthetic 300 --seed 3 --goals written"
        return try await BuiltProgram.run(
            ["collect", "--env-command", shop, "--policy", "expert", "--run", run, "--python", Self.python]
                + more,
            in: directory.path)
    }

    private func trajectories(of run: String) throws -> [Trajectory] {
        let reader = try RunDirectory.open(directory.file(run)).trajectories()
        var trajectories: [Trajectory] = []
        while let trajectory = try reader.next() { trajectories.append(trajectory) }
        return trajectories
    }

    @Test(arguments: [AgentKind.recode, .react, .codeact])
    func everyTripEndsWithAPurchaseAndIsTheSameTwice(agent: AgentKind) async throws {
        for (run, concurrency) in [("one", "6"), ("two", "2")] {
            let outcome = try await collect(
                run, "--agent", agent.rawValue, "--variations", "5", "--concurrency", concurrency)
            #expect(outcome.code == 0, "\(outcome.errors)")
        }
        let shards = try ["one", "two"].map {
            try directory.bytes(of: "\($0)/trajectories/part-00000.jsonl.gz")
        }
        #expect(shards[0] == shards[1], "concurrency does not show")
        let played = try trajectories(of: "one")
        #expect(played.count == 25)
        for trajectory in played {
            #expect(trajectory.policy.model == "webshop-teacher-1")
            #expect(trajectory.ended == .environmentDone && trajectory.steps <= 30, "\(trajectory.taskID)")
            #expect(trajectory.nodes.allSatisfy { $0.lostOutputs.isEmpty && $0.status != .failed })
            #expect(trajectory.nodes.allSatisfy { $0.expansion?.attempts.isEmpty ?? true })
        }
        let mean = played.map(\.reward).reduce(0, +) / Double(played.count)
        #expect((0.7...0.98).contains(mean), "\(mean)")
        #expect(Set(played.map(\.reward)).count >= 3, "some trips fail in part")
        if agent == .recode { expectPrograms(played) }
    }

    /// Trees of several levels, with loops and with candidates judged one by one.
    private func expectPrograms(_ played: [Trajectory]) {
        let depths = Set(played.compactMap { $0.nodes.map(\.depth).max() })
        #expect(depths.count >= 3, "\(depths)")
        let code = played.flatMap(\.nodes).map(\.code)
        for opening in ["for asin in ", "decide_on_candidate(", "choose_candidate(", "finish_purchase("] {
            #expect(code.contains { $0.hasPrefix(opening) }, "\(opening)")
        }
    }

    @Test func itErrsByItselfAndDoesNotSlip() async throws {
        let outcome = try await collect("r", "--agent", "recode", "--slip", "0.1")
        #expect(outcome.code == 64)
        #expect(
            outcome.errors.contains(
                "slip is 0.1, and only ScienceWorld's expert slips: the teacher of webshop "),
            "\(outcome.errors)")
    }
}
