import Trajectories

/// One group while it is being selected from.
struct Contest {
    private var eligible: [Candidate] = []
    private var dropped: [DropReason: Int] = [:]

    mutating func add(_ candidate: Candidate, reason: DropReason?) {
        if let reason {
            dropped[reason, default: 0] += 1
        } else {
            eligible.append(candidate)
        }
    }

    /// Ranks the eligible and cuts.
    /// - Returns: the group's account, and the ids kept in rank order.
    func decide(by criteria: SelectionCriteria, group: [String: String]) -> (
        SelectionGroup, winners: [String]
    ) {
        let ranked = ranking(by: criteria)
        let share = criteria.top.share(of: ranked.count)
        let cut = share > 0 ? ranked[share - 1].reward : nil
        let above = ranked.prefix { candidate in cut.map { candidate.reward > $0 } ?? true }.count
        let tied = ranked[above...].prefix { $0.reward == cut }.count
        let kept = criteria.ties == .all && share > 0 ? above + tied : share

        var counts = dropped
        counts[.lostTie] = cut == nil ? 0 : above + tied - kept
        counts[.belowCut] = cut == nil ? ranked.count - kept : ranked.count - above - tied
        let reasons = counts.filter { $0.value > 0 }.map { ($0.key.rawValue, $0.value) }
        let account = SelectionGroup(
            group: group, read: ranked.count + dropped.values.reduce(0, +), n: ranked.count, k: share,
            cutReward: cut, tiedAtCut: cut == nil ? 0 : tied, tiedKept: cut == nil ? 0 : kept - above,
            kept: kept,
            dropped: Dictionary(uniqueKeysWithValues: reasons))
        return (account, ranked.prefix(kept).map(\.id))
    }

    /// The eligible, best first. The order is total: ids differ, so no two have the same key.
    private func ranking(by criteria: SelectionCriteria) -> [Candidate] {
        let keyed = eligible.map { candidate in
            (candidate: candidate, key: Self.key(of: candidate, by: criteria))
        }
        return keyed.sorted { $0.key < $1.key }.map(\.candidate)
    }

    private struct Key: Comparable {
        var reward: Double
        var size: Int
        var hash: String
        var id: String

        static func < (left: Key, right: Key) -> Bool {
            if left.reward != right.reward { return left.reward > right.reward }
            return (left.size, left.hash, left.id) < (right.size, right.hash, right.id)
        }
    }

    private static func key(of candidate: Candidate, by criteria: SelectionCriteria) -> Key {
        let size =
            switch criteria.ties {
            case .hash, .all: 0
            case .shortest: candidate.pairCount
            case .cheapest: candidate.tokenCount
            }
        return Key(
            reward: candidate.reward, size: size,
            hash: Digest.sha256Hex(of: "\(criteria.seed)\n\(candidate.id)".utf8), id: candidate.id)
    }
}
