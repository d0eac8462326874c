import Trajectories

/// Decides which pairs are kept: takes all of them in, in the order of the export, and then says which are not.
public struct PairSelector {
    /// What is asked for.
    public let criteria: PairCriteria

    private var dropped: [DroppedPair] = []
    /// The pair of each text, by the text's digest.
    private var exact: [UInt128: String] = [:]
    private var near: MinHashIndex
    /// The ids of the index's entries.
    private var nearIDs: [String] = []
    /// What is left of each depth.
    private var depths: [Int: [String]] = [:]

    /// Begins with no pairs.
    public init(_ criteria: PairCriteria) {
        self.criteria = criteria
        near = MinHashIndex(threshold: criteria.similarity)
    }

    /// Takes a pair in.
    /// - Complexity: O(*n*) in the length of its text, for near duplicates in the number of texts that share a band as well.
    public mutating func add(_ pair: PairCandidate) {
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
        let digest = Digest.sha256UInt128(of: NormalizedText.spaced(pair.text))
        if let earlier = exact[digest] {
            return DroppedPair(id: pair.id, reason: .duplicate, mergedInto: earlier, similarity: 1)
        }
        guard criteria.duplicates == .near else {
            exact[digest] = pair.id
            return nil
        }
        if case .alike(let entry, let similarity) = near.place(MinHashText(pair.ownText)) {
            return DroppedPair(
                id: pair.id, reason: .nearDuplicate, mergedInto: nearIDs[entry],
                similarity: (similarity * 1e6).rounded() / 1e6)
        }
        exact[digest] = pair.id
        nearIDs.append(pair.id)
        return nil
    }
}
