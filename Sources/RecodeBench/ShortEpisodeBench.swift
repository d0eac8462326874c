import TraceGen
import Trajectories

/// Episodes per second on short episodes with an instant policy: the figure of the paper's reference runner.
struct ShortEpisodeBench {
    let world: BenchWorld
    let recorded: [Trajectory]
    let rounds: Int

    /// Episodes/s of the reference runner on 7-step episodes with an instant policy, at any concurrency.
    private static let reference = 0.42

    func run() async throws -> String {
        let short = recorded.filter { (5...9).contains($0.steps) && $0.reward == 1 }
        let policy = RecordedPolicy(short)
        let instances = short.map { trajectory in
            TaskInstance(
                task: trajectory.environment.task, variation: trajectory.environment.variation,
                split: trajectory.environment.split, stepLimit: trajectory.limits.stepLimit)
        }
        let plans = try EpisodePlan.all(
            of: instances, environment: world.environment.name, agent: .recode, policy: policy.record,
            repeats: max(1, 240 / max(1, instances.count)), seed: 0)
        var playing = Measurement()
        var played: [Trajectory] = []
        for _ in 0..<rounds {
            played = try await playing.time {
                let folder = try TemporaryFolder()
                defer { folder.remove() }
                let run = try BenchRun(path: folder.path + "/run")
                try await world.play(plans, with: policy) { trajectory, _ in try await run.append(trajectory)
                }
                return try await run.seal(order: plans.map(\.id))
            }
        }
        let rates = playing.seconds.map { Double(plans.count) / $0 }
        let steps = Double(played.reduce(0) { $0 + $1.steps }) / Double(max(1, played.count))
        return """
            ## Short episodes with an instant policy

            \(plans.count) episodes of \(Measurement.fixed(steps, 1)) steps on average, answers taken from memory, each in a sandbox of
            its own and with a synced record; JVM start included. \(played.count { $0.reward == 1 }) of them with reward 1.

            | what | episodes/s |
            | --- | ---: |
            | recode-data | \(Measurement.summary(rates)) |
            | the paper's reference runner, 7-step episodes, measured before on such a machine | 0.33–0.42 |
            | ratio to its 0.42 (promised: at least 10) | \(Measurement.summary(rates.map { $0 / Self.reference }, digits: 1)) |

            """
    }
}
