import Trajectories

/// What a trajectory was cut into.
public struct Decomposition: Sendable, Hashable {
    /// The pairs, in execution order.
    public var pairs: [Pair]
    /// What became of every answer that was asked for.
    public var tally: PairTally
}

/// Why an answer that was asked for yields no pair, or not the pair of a kind that was asked for.
public enum DropReason: String, Codable, Sendable, Hashable, CaseIterable {
    /// No answer of the policy stood.
    case notAccepted = "not_accepted"
    /// The answer stood, but a node of its own last attempts failed.
    case failedSubtree = "failed_subtree"
    /// An answer failed, and the one that stood after it teaches nothing, or there was none.
    case noRepair = "no_repair"
    /// The answer could be chosen, and there is no other one to reject.
    case noRejectedAnswer = "no_rejected_answer"
}

/// Answers counted: kept as pairs, or dropped for a reason.
public struct PairTally: Sendable, Hashable {
    /// Answers that became pairs.
    public var kept: Int
    /// Answers that did not, by reason; a reason without any is absent.
    public var dropped: [DropReason: Int]

    /// Makes a tally; empty by default.
    public init(kept: Int = 0, dropped: [DropReason: Int] = [:]) {
        self.kept = kept
        self.dropped = dropped
    }

    /// All answers that were asked for.
    public var asked: Int { kept + dropped.values.reduce(0, +) }

    /// The dropped ones under the names they have in records.
    public var droppedByName: [String: Int] {
        Dictionary(uniqueKeysWithValues: dropped.map { ($0.key.rawValue, $0.value) })
    }

    /// Counts one more answer: one that is kept where there is no reason.
    mutating func count(_ reason: DropReason?) {
        if let reason { dropped[reason, default: 0] += 1 } else { kept += 1 }
    }

    /// Adds another tally to this one.
    public static func += (tally: inout PairTally, other: PairTally) {
        tally.kept += other.kept
        tally.dropped.merge(other.dropped, uniquingKeysWith: +)
    }
}
