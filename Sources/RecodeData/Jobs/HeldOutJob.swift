import Filter
import TraceGen
import Trajectories

/// Visits every dev and test instance of an environment, and lists what each begins with.
struct HeldOutJob: Sendable {
    /// Where the instances are.
    var environment: any Environment
    /// How many are visited at a time.
    var concurrency: Int

    /// Visits them.
    /// - Throws: `TraceGenError` where the environment fails.
    func run() async throws -> HeldOutTasks {
        var instances: [TaskInstance] = []
        for split in [Split.dev, .test] {
            instances += try await environment.instances(tasks: nil, split: split, variations: nil)
        }
        let queue = VisitQueue(instances)
        let visited = try await withThrowingTaskGroup(of: [(Int, HeldOutTasks.Instance)].self) { group in
            for _ in 0..<concurrency {
                group.addTask {
                    try await environment.withSession { session in
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
