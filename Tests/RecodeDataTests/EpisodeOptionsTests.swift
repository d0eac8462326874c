import TemporaryFiles
import Testing
import Trajectories

@testable import RecodeData

@Suite struct EpisodeOptionsTests {
    private static func trajectory(
        limits: EpisodeLimits = EpisodeLimits(stepLimit: 30), sampling: [String: JSONValue] = [:]
    ) -> Trajectory {
        Trajectory(
            id: "0a", taskID: "scienceworld/boil/1",
            environment: EnvironmentRecord(
                name: "scienceworld", version: "1", task: "boil", variation: 1, split: .train),
            instruction: "Boil water.", initialObservation: "A hallway.", agent: .recode,
            policy: PolicyRecord(name: "p", model: "m", sampling: sampling), limits: limits, reward: 0,
            nativeReward: NativeReward(value: 0, min: -100, max: 100), success: false, ended: .depthLimit,
            steps: 0, calls: 0, usage: Usage(), seed: 5, repeat: 2, nodes: [])
    }

    @Test func optionsAreHowAnEpisodeWasPlayedByTheNamesOfTheRecord() throws {
        var options = EpisodeOptions()
        let limits = EpisodeLimits(maxDepth: 4, maxRetry: 3, maxRewrite: 2, stepLimit: 30)
        let values = try options.values(
            of: Self.trajectory(limits: limits, sampling: ["temperature": .double(0.5), "seed": .int(7)]),
            .object(["max_steps": .int(50), "repeats": .int(3)]))
        #expect(
            values == [
                "max_depth": .int(4), "max_retry": .int(3), "max_rewrite": .int(2), "max_steps": .int(50),
                "policy_model": .string("m"), "prompt_sha256": .null, "temperature": .double(0.5),
                // `seed` is the column of the tie rule's.
                "sampling_seed": .int(7),
            ])
    }

    @Test func aTasksOwnStepLimitIsNoDifferenceButTheRecipesBoundIs() throws {
        var options = EpisodeOptions()
        let short = try options.values(of: Self.trajectory(), .null)
        let long = try options.values(of: Self.trajectory(limits: EpisodeLimits(stepLimit: 100)), .null)
        let bounded = try options.values(of: Self.trajectory(), .object(["max_steps": .int(10)]))
        #expect(short == long)
        #expect(bounded != short)
    }

    @Test func aFolderOfRunsStandsForTheRunsInIt() throws {
        let directory = try TemporaryDirectory()
        for name in ["s/b", "s/a"] { try writeRun(at: directory.file(name), rewards: [1]) }
        _ = try directory.write([], to: "s/notes.txt")
        let folder = directory.file("s")
        #expect(try TrajectorySources.runs(at: folder) == ["\(folder)/a", "\(folder)/b"])
        #expect(try TrajectorySources.runs(at: "\(folder)/") == ["\(folder)/a", "\(folder)/b"])
        #expect(try TrajectorySources.runs(at: "\(folder)/a") == ["\(folder)/a"])
        #expect(try TrajectorySources.runs(at: "\(folder)/notes.txt") == ["\(folder)/notes.txt"])
        #expect(try TrajectorySources.runs(at: "\(folder)/none") == ["\(folder)/none"])
    }
}
