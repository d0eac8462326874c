import TraceGen
import Trajectories

/// The episodes that are played again: of those that nothing is against, the ones of smallest hash.
///
/// Memory: the records that are to be played.
struct ReexecutionSample: Sendable {
    /// What came of it.
    struct Summary: Encodable, Sendable {
        /// Episodes that were played again.
        var played = 0
        /// Those that came out as recorded.
        var same = 0
        /// Episodes that could not be chosen, by reason.
        var leftOut: [String: Int] = [:]

        enum CodingKeys: String, CodingKey {
            case played, same
            case leftOut = "left_out"
        }

        /// `3 of 3 episodes played again came out as recorded (left out: 1 imported)`.
        var words: String {
            let left = leftOut.isEmpty ? "" : " (left out: \(reasonWords(leftOut)))"
            return "\(same) of \(Wording.count(played, "episode")) played again came out as recorded\(left)"
        }
    }

    /// How many are played at most.
    let count: Int
    /// The seed of the hash that chooses.
    let seed: Int
    private var chosen: [(hash: UInt64, trajectory: Trajectory, place: String)] = []
    private var leftOut: [String: Int] = [:]

    init(count: Int, seed: Int) {
        self.count = count
        self.seed = seed
    }

    /// Considers an episode.
    /// - Parameters:
    ///   - run: what messages call the run.
    ///   - isImported: whether another program recorded it.
    mutating func add(_ trajectory: Trajectory, in run: String, isImported: Bool) {
        guard count > 0 else { return }
        if let exemption = isImported ? .imported : Reexecution.Exemption(trajectory) {
            leftOut[exemption.rawValue, default: 0] += 1
            return
        }
        let hash = Digest.sha256Prefix(of: "\(seed)\n\(trajectory.id)")
        if chosen.count == count, let last = chosen.last, last.hash <= hash { return }
        let index = chosen.firstIndex { $0.hash > hash } ?? chosen.endIndex
        chosen.insert((hash, trajectory, run), at: index)
        if chosen.count > count { chosen.removeLast() }
    }

    /// Plays the chosen ones again, one after another.
    /// - Parameter findings: takes what differs, naming trajectory, node and field.
    /// - Throws: `TraceGenError` where code cannot be run here.
    func play(in executors: any ExecutorSource, _ findings: inout CheckFindings) async throws -> Summary {
        var summary = Summary(leftOut: leftOut)
        let reexecution = Reexecution(executors: executors)
        for (_, trajectory, run) in chosen {
            try Task.checkCancellation()
            summary.played += 1
            guard let difference = try await reexecution.difference(from: trajectory) else {
                summary.same += 1
                continue
            }
            findings.add(
                "\(run), trajectory \(trajectory.id) (\(trajectory.taskID))",
                "\(difference.words). The record, or the program or Python that runs its code, has changed since: "
                    + "collect the episode anew.")
        }
        return summary
    }
}
