/// Which of the pairs of kept trajectories are kept; the order is fixed: repeated pairs are left out first, then depths are
/// capped.
public struct PairCriteria: Codable, Sendable, Hashable {
    /// Which pairs count as repeated.
    public var duplicates: DuplicateRule
    /// How alike two pairs are that count as one: the Jaccard similarity of their shingles, from 0.1 to 1. Only
    /// ``DuplicateRule/near`` looks at it.
    public var similarity: Double
    /// How many pairs of each depth are kept, at most; `nil` for all.
    public var maxPerDepth: Int?
    /// The seed of the hash that chooses among the pairs of a depth.
    public var seed: Int

    enum CodingKeys: String, CodingKey {
        case duplicates, similarity, seed
        case maxPerDepth = "max_per_depth"
    }

    /// The similarity from which on pairs are merged where nobody says.
    public static let usualSimilarity = 0.85

    /// Makes criteria; by default every pair is kept.
    /// - Throws: `badCriteria` naming the one outside its range.
    public init(
        duplicates: DuplicateRule = .keep, similarity: Double = Self.usualSimilarity,
        maxPerDepth: Int? = nil, seed: Int = 0
    ) throws(FilterError) {
        // Written so that NaN is refused as well. Below, bands of one row would miss too many.
        guard similarity >= 0.1, similarity <= 1 else {
            throw FilterError(.badCriteria, "similarity is \(similarity), expected a number from 0.1 to 1")
        }
        if let maxPerDepth, maxPerDepth < 1 {
            throw FilterError(.badCriteria, "max-per-depth is \(maxPerDepth), expected 1 or more")
        }
        self.duplicates = duplicates
        self.similarity = similarity
        self.maxPerDepth = maxPerDepth
        self.seed = seed
    }

    /// Whether every pair is kept.
    public var keepsAll: Bool { duplicates == .keep && maxPerDepth == nil }

    /// Encodes every key; absent values are null.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(duplicates, forKey: .duplicates)
        try container.encode(similarity, forKey: .similarity)
        try container.encode(maxPerDepth, forKey: .maxPerDepth)
        try container.encode(seed, forKey: .seed)
    }
}

/// Which pairs count as repeated; of those the first stays.
public enum DuplicateRule: String, Codable, Sendable, Hashable, CaseIterable {
    /// None.
    case keep
    /// Those of the same environment, prompt and completion, as `PairKeys` tells them apart.
    case exact
    /// Those as well whose last message and completion are alike.
    case near
}

/// What pair selection needs to know of a pair.
public struct PairCandidate: Sendable, Hashable {
    /// The pair's id.
    public var id: String
    /// The depth of its node.
    public var depth: Int
    /// The environment it is of: pairs of several are never the same.
    public var environment: String
    /// What tells it from other pairs of its environment (`PairKeys`).
    public var key: UInt64
    /// The last message of its prompt, without what every prompt says, and its completion.
    public var text: String

    /// Makes a candidate from its parts.
    public init(id: String, depth: Int, environment: String, key: UInt64, text: String) {
        self.id = id
        self.depth = depth
        self.environment = environment
        self.key = key
        self.text = text
    }
}

/// A pair that is not kept.
public struct DroppedPair: Codable, Sendable, Hashable {
    /// Why a pair is not kept.
    public enum Reason: String, Codable, Sendable, Hashable, CaseIterable {
        /// An earlier pair has the same text.
        case duplicate
        /// An earlier pair is at least as alike as the criteria say.
        case nearDuplicate = "near_duplicate"
        /// Its depth has as many pairs as may be.
        case overDepthCap = "over_depth_cap"
    }

    /// The pair's id.
    public var id: String
    /// Why it is not kept.
    public var reason: Reason
    /// The pair that is kept in its place; `nil` for a capped one.
    public var mergedInto: String?
    /// How alike the two are, up to 1; `nil` for a capped one.
    public var similarity: Double?

    enum CodingKeys: String, CodingKey {
        case id, reason, similarity
        case mergedInto = "merged_into"
    }

    /// Encodes every key; absent values are null.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(reason, forKey: .reason)
        try container.encode(mergedInto, forKey: .mergedInto)
        try container.encode(similarity, forKey: .similarity)
    }
}
