import Trajectories

/// An environment over a number of workers that any number of sessions share.
///
/// What a session answers must not depend on the others, nor on which worker it plays in.
struct WorkerPool<Worker: EnvironmentWorker>: Environment {
    private let world: any Environment
    private let places: [WorkerPlace<Worker>]
    private let occupancy: Occupancy

    var name: String { world.name }
    var version: String { world.version }
    var platform: [String: String] { world.platform }
    var options: [String: JSONValue] { world.options }
    var nativeRewardRange: ClosedRange<Double> { world.nativeRewardRange }

    /// Runs `body` with workers that are started as they are needed and end with it.
    ///
    /// - Parameters:
    ///   - world: what the workers simulate.
    ///   - title: how they are called in messages.
    ///   - count: how many there are, at least 1.
    ///   - connect: makes a worker of a process that was started.
    /// - Throws: what `body` throws.
    static func run<Result: Sendable>(
        _ world: any Environment, called title: String, workers count: Int, _ launch: WorkerLaunch,
        _ connect: @escaping @Sendable (WorkerConnection) async throws -> Worker,
        _ body: @Sendable (any Environment) async throws -> Result
    ) async throws -> Result {
        let pool = WorkerPool(world, called: title, workers: count)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            for place in pool.places {
                group.addTask { await place.serve(launch, connect) }
            }
            defer { group.cancelAll() }
            return try await body(pool)
        }
    }

    private init(_ world: any Environment, called title: String, workers: Int) {
        precondition(workers > 0, "a pool needs a worker")
        self.world = world
        places = (0..<workers).map { _ in WorkerPlace(of: title) }
        occupancy = Occupancy(places: workers)
    }

    func instances(tasks: [String]?, split: Split, variations: Int?) async throws -> [TaskInstance] {
        try await places[0].ask { worker in
            try await worker.instances(tasks: tasks, split: split, variations: variations)
        }.answer
    }

    func withSession<Result: Sendable>(
        _ body: @Sendable (any EnvironmentSession) async throws -> Result
    ) async throws -> Result {
        try await occupancy.withSession(in: places, body)
    }

    func withWorkers<Result: Sendable>(
        _ count: Int, sessions: Int, _ body: @Sendable (any Environment) async throws -> Result
    ) async throws -> Result {
        try await body(self)
    }
}

extension TraceGenError {
    /// A task that an environment does not have, and those that it has.
    static func unknownTask(_ task: String, in world: String, known: [String]) -> TraceGenError {
        let close = CloseMatches.of(task, among: known)
        let hint = close.isEmpty ? "" : " Did you mean \(close.joined(separator: ", "))?"
        return TraceGenError(
            .badRequest,
            "\(world) has no task “\(task)”.\(hint) Its tasks are: \(known.joined(separator: ", ")).")
    }
}
