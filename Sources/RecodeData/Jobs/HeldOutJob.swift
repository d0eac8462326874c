import Filter
import TraceGen
import Trajectories

/// Visits every dev and test instance of an environment, and lists what each begins with.
struct HeldOutJob: Sendable {
    /// Where the instances are.
    var environment: any Environment
    /// How many are visited at a time.
    var concurrency: Int
    /// How many environment workers that takes, at most.
    var workers = Machine.defaultEnvironmentWorkers

    /// Visits them.
    /// - Throws: `TraceGenError` where the environment fails; ``CommandFailure`` (`badUsage`) for one without either split.
    func run() async throws -> HeldOutTasks {
        let splits = environment.heldOutSplits
        guard !splits.isEmpty else {
            throw CommandFailure(
                .badUsage,
                "\(environment.name) has neither a dev nor a test split, so nothing of it is held out.")
        }
        return try await environment.withWorkers(min(workers, concurrency), sessions: concurrency) { world in
            try await visit(splits, of: world)
        }
    }

    private func visit(_ splits: [Split], of world: any Environment) async throws -> HeldOutTasks {
        var instances: [TaskInstance] = []
        for split in splits {
            instances += try await world.instances(tasks: nil, split: split, variations: nil)
        }
        let queue = VisitQueue(instances)
        let visited = try await withThrowingTaskGroup(of: [(Int, HeldOutTasks.Instance)].self) { group in
            for _ in 0..<concurrency {
                group.addTask {
                    try await world.withSession { session in
                        var visited: [(Int, HeldOutTasks.Instance)] = []
                        while let (number, instance) = await queue.next() {
                            try Task.checkCancellation()
                            visited.append((number, try await visit(instance, in: session)))
                        }
                        return visited
                    }
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        return HeldOutTasks(
            environment: environment.name, version: environment.version, options: environment.options,
            instances: visited.sorted { $0.0 < $1.0 }.map(\.1))
    }

    private func visit(
        _ instance: TaskInstance, in session: any EnvironmentSession
    ) async throws -> HeldOutTasks.Instance {
        let start = try await session.start(instance, scouting: .none)
        return HeldOutTasks.Instance(
            taskID: "\(environment.name)/\(instance.task)/\(instance.variation)", split: instance.split,
            texts: TaskTexts(instruction: start.instruction, initialObservation: start.observation))
    }
}

/// Instances handed out one by one, with their places.
private actor VisitQueue {
    private var waiting: ArraySlice<(Int, TaskInstance)>

    init(_ instances: [TaskInstance]) {
        waiting = Array(zip(0..., instances))[...]
    }

    func next() -> (Int, TaskInstance)? { waiting.popFirst() }
}
