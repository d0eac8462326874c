import TraceGen
import Trajectories

/// A run whose calls are replayed.
struct RecordedRun: RecordedCalls {
    /// Its directory.
    let path: String
    /// The policy as its trajectories name it.
    let policy: PolicyRecord
    private let calls: CallIndex
    /// The episodes that ended with `environment_error`.
    private let lost: Set<String>

    /// Opens a run and reads through it once.
    /// - Throws: `TrajectoriesError`; ``CommandFailure`` (`badData`) for a run without calls.
    init(path: String) throws {
        self.path = path
        let run = try RunDirectory.open(path)
        let reader = try run.trajectories(tornTail: .endBefore)
        guard let calls = try run.calls(), let first = try reader.next() else {
            throw CommandFailure(
                .badData,
                "\(path): there are no recorded calls to replay. Name a run that a language model was collected "
                    + "with; a scripted policy is simply run again.")
        }
        self.calls = calls
        policy = first.policy
        var lost: Set<String> = []
        var next: Trajectory? = first
        while let trajectory = next {
            if trajectory.ended == .environmentError { lost.insert(trajectory.id) }
            next = try reader.next()
        }
        self.lost = lost
    }

    func find(_ key: CallKey) async throws -> CallRecord? { try calls.find(key) }

    func lostEnvironment(_ trajectoryID: String) async -> Bool { lost.contains(trajectoryID) }
}
