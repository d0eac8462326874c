import Synchronization
import Trajectories

/// ScienceWorld over a number of workers that any number of sessions share.
///
/// What a session answers does not depend on the others, nor on which worker it plays in.
struct ScienceWorldPool: Environment {
    private let world: ScienceWorld
    /// The workers' places.
    let places: [ScienceWorldPlace]
    private let occupancy: Occupancy

    var name: String { world.name }
    var version: String { world.version }
    var platform: [String: String] { world.platform }
    var options: [String: JSONValue] { world.options }
    var nativeRewardRange: ClosedRange<Double> { world.nativeRewardRange }

    init(_ world: ScienceWorld, workers: Int) {
        precondition(workers > 0, "a pool needs a worker")
        self.world = world
        places = (0..<workers).map { _ in ScienceWorldPlace() }
        occupancy = Occupancy(places: workers)
    }

    func instances(tasks: [String]?, split: Split, variations: Int?) async throws -> [TaskInstance] {
        try await places[0].ask { worker in
            for task in tasks ?? [] where !worker.tasks.contains(task) {
                throw Self.unknownTask(task, known: worker.tasks)
            }
            var instances: [TaskInstance] = []
            for task in worker.tasks where tasks?.contains(task) ?? true {
                let all = try await worker.variations(of: task, in: split)
                instances += all.prefix(variations ?? .max).map {
                    TaskInstance(
                        task: task, variation: $0, split: split,
                        stepLimit: ScienceWorldLimits.stepLimit(of: task))
                }
            }
            return instances
        }.answer
    }

    func withSession<Result: Sendable>(
        _ body: @Sendable (any EnvironmentSession) async throws -> Result
    ) async throws -> Result {
        let (place, number) = occupancy.enter()
        let session = ScienceWorldSession(places[place], number: number)
        defer {
            session.close()
            occupancy.leave(place)
        }
        return try await body(session)
    }

    func withWorkers<Result: Sendable>(
        _ count: Int, sessions: Int, _ body: @Sendable (any Environment) async throws -> Result
    ) async throws -> Result {
        try await body(self)
    }

    private static func unknownTask(_ task: String, known: [String]) -> TraceGenError {
        let close = CloseMatches.of(task, among: known)
        let hint = close.isEmpty ? "" : " Did you mean \(close.joined(separator: ", "))?"
        return TraceGenError(
            .badRequest,
            "ScienceWorld has no task “\(task)”.\(hint) Its tasks are: \(known.joined(separator: ", ")).")
    }
}

/// How many sessions play in each place.
private final class Occupancy: Sendable {
    private let state: Mutex<(counts: [Int], next: Int)>

    init(places: Int) {
        state = Mutex((Array(repeating: 0, count: places), 0))
    }

    /// Takes the emptiest place.
    /// - Returns: the place, and a number no other session has.
    func enter() -> (place: Int, number: Int) {
        state.withLock { state in
            let place = state.counts.indices.min { state.counts[$0] < state.counts[$1] } ?? 0
            state.counts[place] += 1
            state.next += 1
            return (place, state.next)
        }
    }

    func leave(_ place: Int) {
        state.withLock { $0.counts[place] -= 1 }
    }
}

/// One episode at a time, in a worker that others may share.
final class ScienceWorldSession: EnvironmentSession {
    private let place: ScienceWorldPlace
    private let number: Int
    /// The worker the episode was loaded in.
    private let life = Mutex<Int?>(nil)

    init(_ place: ScienceWorldPlace, number: Int) {
        self.place = place
        self.number = number
    }

    func start(_ instance: TaskInstance, scouting: Scouting) async throws -> EpisodeStart {
        let (start, life) = try await place.ask { [number] in
            try await $0.start(instance, scouting: scouting, in: number)
        }
        self.life.withLock { $0 = life }
        return start
    }

    func step(_ action: String) async throws -> StepResult {
        try await ask { [number] in try await $0.step(action, in: number) }
    }

    /// Uses the worker the episode was loaded in; any, where none was loaded yet.
    func ask<Answer: Sendable>(
        _ work: @escaping @Sendable (ScienceWorldWorker) async throws -> Answer
    ) async throws -> Answer {
        try await place.ask(in: life.withLock(\.self), work).answer
    }

    /// Has the worker forget the episode, some time later.
    func close() {
        guard let life = life.withLock(\.self) else { return }
        place.tell(in: life) { [number] in try await $0.close(number) }
    }
}
