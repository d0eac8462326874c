import Synchronization
import Trajectories

/// A process that plays episodes of any number of sessions. One task at a time may use it.
protocol EnvironmentWorker: Sendable {
    /// Loads an instance in a session, which is opened where there is none of that number.
    func start(
        _ instance: TaskInstance, scouting: Scouting, in session: Int
    ) async throws -> EpisodeStart
    /// Sends one primitive action to a session.
    func step(_ action: String, in session: Int) async throws -> StepResult
    /// Lets go of a session's world.
    func close(_ session: Int) async throws
    /// The instances of `tasks` (all tasks when `nil`) in `split`, at most `variations` of each, in their own order.
    func instances(tasks: [String]?, split: Split, variations: Int?) async throws -> [TaskInstance]
}

/// How many sessions play in each place.
final class Occupancy: Sendable {
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

    /// Opens a session in the emptiest place for the time of `body`.
    func withSession<Worker: EnvironmentWorker, Result: Sendable>(
        in places: [WorkerPlace<Worker>], _ body: @Sendable (any EnvironmentSession) async throws -> Result
    ) async throws -> Result {
        let (place, number) = enter()
        let session = SharedSession(places[place], number: number)
        defer {
            session.close()
            leave(place)
        }
        return try await body(session)
    }
}

/// One episode at a time, in a worker that others may share.
final class SharedSession<Worker: EnvironmentWorker>: EnvironmentSession {
    private let place: WorkerPlace<Worker>
    private let number: Int
    /// The worker the episode was loaded in.
    private let life = Mutex<Int?>(nil)

    init(_ place: WorkerPlace<Worker>, number: Int) {
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
        _ work: @escaping @Sendable (Worker) async throws -> Answer
    ) async throws -> Answer {
        try await place.ask(in: life.withLock(\.self), work).answer
    }

    /// Has the worker forget the episode, some time later.
    func close() {
        guard let life = life.withLock(\.self) else { return }
        place.tell(in: life) { [number] in try await $0.close(number) }
    }
}
