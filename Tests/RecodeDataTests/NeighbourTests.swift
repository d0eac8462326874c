import FoundationEssentials
import Glibc
import JSONLines
import TemporaryFiles
import TestServers
import Testing
import Trajectories

/// Episodes of a hostile model next to honest ones, through the whole program: the honest records are those of a quiet
/// run, to the byte.
@Suite(.serialized) struct NeighbourTests {
    private static let variations = 12

    /// Collects rows of four rooms, where the model is honest, and of nine, where it is as the scenario says.
    private func collect(
        _ scenario: String, _ agent: AgentKind, _ server: MisbehavingServer, python: String,
        in directory: TemporaryDirectory, _ program: @Sendable ([String]) async throws -> BuiltProgram.Outcome
    ) async throws -> [Trajectory] {
        let run = "\(scenario)-\(agent.rawValue)"
        let profiles = """
            models:
              p: {base_url: '\(server.baseURL(scenario, agent.rawValue))', model: m, concurrency: 64}
            """
        _ = try directory.write(Array(profiles.utf8), to: "\(run).yaml")
        let outcome = try await program(
            [
                "collect", "--env-command", "'\(python)' -I -B environments/examples/key_and_door.py",
                "--agent", agent.rawValue, "--policy", "p", "--profiles", "\(run).yaml", "--prompt-style",
                "bare", "--variations", "\(Self.variations)", "--concurrency", "12",
                "--environment-workers", "1", "--python", python, "--executor-python", python, "--run", run,
            ])
        try #require(outcome.code == 0, "\(outcome.errors)")
        let reader = try RunDirectory.open(directory.file(run)).trajectories()
        var trajectories: [Trajectory] = []
        while let trajectory = try reader.next() { trajectories.append(trajectory) }
        return trajectories
    }

    /// A quiet run and a hostile one.
    private func runs(
        of agent: AgentKind, in directory: TemporaryDirectory,
        _ program: @Sendable ([String]) async throws -> BuiltProgram.Outcome
    ) async throws -> (quiet: [Trajectory], hostile: [Trajectory]) {
        try await MisbehavingServer.withServer { server in
            var runs: [[Trajectory]] = []
            for scenario in ["quiet-neighbours", "hostile-neighbours"] {
                runs.append(
                    try await collect(
                        scenario, agent, server, python: OrdinaryUser.python, in: directory, program))
            }
            return (runs[0], runs[1])
        }
    }

    @Test(arguments: [AgentKind.codeact, .recode])
    func honestRecordsAreTheSameNextToHostileEpisodes(agent: AgentKind) async throws {
        let directory = try TemporaryDirectory()
        try FileManager.default.copyItem(
            atPath: "\(VerifyFixture.root)/environments", toPath: directory.file("environments"))
        try check(
            try await runs(of: agent, in: directory) { arguments in
                try await BuiltProgram.run(arguments, in: directory.path)
            })
    }

    @Test(.enabled(if: geteuid() == 0, "only root can make a user; an ordinary user's run is the other test"))
    func soTheyAreWhereAnOrdinaryUserRunsTheProgram() async throws {
        try check(
            try await OrdinaryUser.withUser { user in
                try await runs(of: .codeact, in: user.directory) { try await user.run($0) }
            })
    }

    private func check(_ runs: (quiet: [Trajectory], hostile: [Trajectory])) throws {
        let honest = try [runs.quiet, runs.hostile].map { run in
            try run.filter { $0.environment.task == "short" }.map { try TrajectoryCodec.encode($0) }
        }
        #expect(honest[0].count == Self.variations)
        #expect(honest[0] == honest[1])
        let played = runs.hostile.filter { $0.environment.task == "short" }
        #expect(played.allSatisfy { $0.reward == 1 && $0.ended == .environmentDone })
        // None of the others was anybody's fault but its own, none was played to a reward, and all are there.
        let others = runs.hostile.filter { $0.environment.task == "long" }
        #expect(others.count == Self.variations)
        #expect(others.allSatisfy { $0.ended != .environmentError && $0.reward == 0 && $0.tries == nil })
        #expect(others.allSatisfy { $0.calls > 0 && $0.nodes.count > 1 })
    }
}
