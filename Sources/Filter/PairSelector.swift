import Trajectories

/// Decides which pairs are kept: takes all of them in, in the order of the export, and then says which are not.
public struct PairSelector {
    /// What is asked for.
    public let criteria: PairCriteria

    private var dropped: [DroppedPair] = []
    private var ids: Set<String> = []
    /// The first pair of each key.
    private var exact: [ExactKey: String] = [:]
    private var near: MinHashIndex
    /// The ids of the index's entries.
    private var nearIDs: [String] = []
    /// What is left of each depth.
    private var depths: [Int: [String]] = [:]

    private struct ExactKey: Hashable {
        var environment: String
        var key: UInt64
    }

    /// Begins with no pairs.
    public init(_ criteria: PairCriteria) {
        self.criteria = criteria
        near = MinHashIndex(threshold: criteria.similarity)
    }

    /// Takes a pair in. One of an id that came before is no pair of its own, and is left to the exporter to refuse.
    /// - Complexity: O(*n*) in the length of its text; for near duplicates also O(*m* · *n*) in the number *m* of kept pairs
    ///   that share a band with it: most of them, where all are rather alike.
    public mutating func add(_ pair: PairCandidate) {
        guard ids.insert(pair.id).inserted else { return }
        if let drop = repetition(of: pair) {
            dropped.append(drop)
        } else if criteria.maxPerDepth != nil {
            depths[pair.depth, default: []].append(pair.id)
        }
    }

    /// The pairs that are not kept: those repeated in the order they came, then those over the cap by depth.
    public func finish() -> [DroppedPair] {
        guard let most = criteria.maxPerDepth else { return dropped }
        var dropped = dropped
        for (_, ids) in depths.sorted(by: { $0.key < $1.key }) where ids.count > most {
            // By a hash, so that no task is preferred; the same pairs whatever the order.
            let ranked = ids.map { (hash: Digest.sha256Prefix(of: "\(criteria.seed)\n\($0)"), id: $0) }
                .sorted { $0 < $1 }
            let over = Set(ranked[most...].map(\.id))
            dropped += ids.filter(over.contains).map { id in
                DroppedPair(id: id, reason: .overDepthCap, mergedInto: nil, similarity: nil)
            }
        }
        return dropped
    }

    private mutating func repetition(of pair: PairCandidate) -> DroppedPair? {
        guard criteria.duplicates != .keep else { return nil }
        let key = ExactKey(environment: pair.environment, key: pair.key)
        if let earlier = exact[key] {
            return DroppedPair(id: pair.id, reason: .duplicate, mergedInto: earlier, similarity: 1)
        }
        guard criteria.duplicates == .near else {
            exact[key] = pair.id
            return nil
        }
        if case .alike(let entry, let similarity) = near.place(MinHashText(pair.text)) {
            return DroppedPair(
                id: pair.id, reason: .nearDuplicate, mergedInto: nearIDs[entry],
                similarity: (similarity * 1e6).rounded() / 1e6)
        }
        exact[key] = pair.id
        nearIDs.append(pair.id)
        return nil
    }
}
