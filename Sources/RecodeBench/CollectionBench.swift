import FoundationEssentials
import TraceGen
import Trajectories

/// The quickstart's collection against the bare environment: the same loads, scouted paths and actions in the same worker processes, with
/// no agent, no sandbox, no policy and no records around them.
struct CollectionBench {
    let program: String
    let world: BenchWorld
    let variations: Int
    let rounds: Int
    /// How often the expert drops or swaps an action, as data/pipelines/quickstart.yaml has it.
    private let slip = 0.05

    struct Outcome {
        var trajectories: [Trajectory]
        var markdown: String
    }

    func run() async throws -> Outcome {
        let policy = try ScienceWorldExpert(slip: slip)
        let instances = try await world.environment.instances(
            tasks: nil, split: .train, variations: variations)
        let plans = try EpisodePlan.all(
            of: instances, environment: world.environment.name, agent: .recode, policy: policy.record, seed: 0
        )
        var collecting = Measurement()
        var bare = Measurement()
        var trajectories: [Trajectory] = []
        for _ in 0..<rounds {
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            try await collecting.time { try await collect(into: folder.path + "/run") }
            let recorded = try readTrajectories(in: folder.path + "/run")
            try await bare.time { try await replay(plans, recorded) }
            trajectories = recorded
        }
        let ratios = zip(collecting.seconds, bare.seconds).map { $0 / $1 }
        let steps = trajectories.reduce(0) { $0 + $1.steps }
        let solved = trajectories.count { $0.reward == 1 }
        return Outcome(
            trajectories: trajectories,
            markdown: """
                ## Collection against the bare environment

                \(plans.count) episodes (30 ScienceWorld tasks, train split, \(variations) variations each), scripted expert that
                slips as the quickstart's does (\(slip)), \(steps) actions, \(solved) of them with reward 1. The bare side sends the same loads, scouted gold paths
                and actions to the same worker processes, and does nothing else. Runs alternate; median (lowest–highest).

                | what | seconds | episodes/s |
                | --- | ---: | ---: |
                | `recode-data collect`, from its start to the sealed run | \(Measurement.summary(collecting.seconds)) | \(rate(plans, collecting)) |
                | bare environment | \(Measurement.summary(bare.seconds)) | \(rate(plans, bare)) |
                | ratio, run by run (promised: at most 1.3) | \(Measurement.summary(ratios, digits: 3)) | |

                """)
    }

    private func rate(_ plans: [EpisodePlan], _ measured: Measurement) -> String {
        Measurement.fixed(Double(plans.count) / Measurement.median(measured.seconds))
    }

    /// Collects with the program itself, from its start to the sealed run.
    private func collect(into path: String) async throws {
        try await Program.run(
            program,
            [
                "collect", "--env", "scienceworld", "--agent", "recode", "--policy", "expert", "--slip",
                "\(slip)",
                "--split", "train", "--variations", "\(variations)", "--seed", "0", "--concurrency",
                "\(world.concurrency)",
                "--run", path,
            ])
    }

    private func readTrajectories(in path: String) throws -> [Trajectory] {
        let reader = try RunDirectory.open(path).trajectories()
        var result: [Trajectory] = []
        while let trajectory = try reader.next() { result.append(trajectory) }
        return result
    }

    private func replay(_ plans: [EpisodePlan], _ recorded: [Trajectory]) async throws {
        let actions = Dictionary(
            recorded.map { ($0.id, $0.nodes.flatMap(\.actions).map(\.action)) },
            uniquingKeysWith: { first, _ in first })
        let queue = Queue(plans)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<world.concurrency {
                group.addTask {
                    try await world.environment.withSession { session in
                        while let plan = await queue.next() {
                            _ = try await session.start(plan.instance, scouting: .goldPath)
                            for action in actions[plan.id] ?? [] { _ = try await session.step(action) }
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}

/// Plans handed out one by one.
private actor Queue {
    private var waiting: ArraySlice<EpisodePlan>

    init(_ plans: [EpisodePlan]) {
        waiting = plans[...]
    }

    func next() -> EpisodePlan? { waiting.popFirst() }
}
