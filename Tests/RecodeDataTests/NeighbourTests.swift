import FoundationEssentials
import JSONLines
import TemporaryFiles
import TestServers
import Testing
import Trajectories

/// Episodes of a hostile model next to honest ones, through the whole program: the honest records are those of a quiet
/// run, to the byte.
@Suite(.serialized) struct NeighbourTests {
    private let directory: TemporaryDirectory
    private static let python = VerifyFixture.python["RECODE_DATA_PYTHON"] ?? ""
    private static let variations = 12

    init() throws {
        directory = try TemporaryDirectory()
    }

    /// Collects rows of four rooms, where the model is honest, and of nine, where it is as the scenario says.
    private func collect(
        _ scenario: String, _ agent: AgentKind, _ server: MisbehavingServer
    ) async throws -> [Trajectory] {
        let run = "\(scenario)-\(agent.rawValue)"
        let profiles = """
            models:
              p: {base_url: '\(server.baseURL(scenario, agent.rawValue))', model: m, concurrency: 64}
            """
        _ = try directory.write(Array(profiles.utf8), to: "\(run).yaml")
        let rooms = "'\(Self.python)' -I -B '\(VerifyFixture.root)/environments/examples/key_and_door.py'"
        let outcome = try await BuiltProgram.run(
            [
                "collect", "--env-command", rooms, "--agent", agent.rawValue, "--policy", "p", "--profiles",
                "\(run).yaml", "--prompt-style", "bare", "--variations", "\(Self.variations)",
                "--concurrency", "12",
                "--environment-workers", "1", "--python", Self.python, "--run", run,
            ], in: directory.path)
        try #require(outcome.code == 0, "\(outcome.errors)")
        let reader = try RunDirectory.open(directory.file(run)).trajectories()
        var trajectories: [Trajectory] = []
        while let trajectory = try reader.next() { trajectories.append(trajectory) }
        return trajectories
    }

    @Test(arguments: [AgentKind.codeact, .recode])
    func honestRecordsAreTheSameNextToHostileEpisodes(agent: AgentKind) async throws {
        let (quiet, hostile) = try await MisbehavingServer.withServer { server in
            (
                try await collect("quiet-neighbours", agent, server),
                try await collect("hostile-neighbours", agent, server)
            )
        }
        let honest = try [quiet, hostile].map { run in
            try run.filter { $0.environment.task == "short" }.map { try TrajectoryCodec.encode($0) }
        }
        #expect(honest[0].count == Self.variations)
        #expect(honest[0] == honest[1])
        let played = hostile.filter { $0.environment.task == "short" }
        #expect(played.allSatisfy { $0.reward == 1 && $0.ended == .environmentDone })
        // None of the others was anybody's fault but its own, none was played to a reward, and all are there.
        let others = hostile.filter { $0.environment.task == "long" }
        #expect(others.count == Self.variations)
        #expect(others.allSatisfy { $0.ended != .environmentError && $0.reward == 0 })
        #expect(others.allSatisfy { $0.calls > 0 && $0.nodes.count > 1 })
    }
}
