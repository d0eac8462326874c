import Trajectories

/// Which trajectories are kept, and how that came about.
public struct Selection: Codable, Sendable, Hashable {
    /// The schema this module reads and writes.
    public static let schemaName = "recode.selection.v1"

    /// Always ``schemaName``.
    public var schema: String
    /// The runs and files that were read, and what they held then.
    public var sources: [SelectionSource]
    /// The lists that said what must not be trained on; none where that was not asked.
    public var leakageLists: [SelectionSource]
    /// What was asked for.
    public var criteria: SelectionCriteria
    /// How many trajectories were read; `kept.count` and the drops add up to it.
    public var read: Int
    /// How many were dropped, by reason; reasons that never came are left out.
    public var dropped: [String: Int]
    /// The groups, sorted by their parts.
    public var groups: [SelectionGroup]
    /// What is kept, in the order it was read.
    public var kept: [KeptTrajectory]

    enum CodingKeys: String, CodingKey {
        case schema, sources, criteria, read, dropped, groups, kept
        case leakageLists = "leakage_lists"
    }

    /// Selects.
    ///
    /// Which trajectories are kept, their ranks and the groups do not depend on the order of `candidates`, as long as no id
    /// comes twice.
    ///
    /// - Parameters:
    ///   - candidates: what was read, in canonical order.
    ///   - criteria: what is asked for.
    ///   - sources: where the candidates were read.
    /// - Returns: the selection.
    /// - Complexity: O(*n* log *n*).
    public static func select(
        _ candidates: some Sequence<Candidate>, by criteria: SelectionCriteria,
        from sources: [SelectionSource] = []
    ) -> Selection {
        var selector = Selector(criteria)
        for candidate in candidates { selector.add(candidate) }
        return selector.selection(from: sources)
    }

    init(
        criteria: SelectionCriteria, sources: [SelectionSource], read: Int, groups: [SelectionGroup],
        kept: [KeptTrajectory]
    ) {
        schema = Self.schemaName
        self.sources = sources
        leakageLists = []
        self.criteria = criteria
        self.read = read
        dropped = groups.reduce(into: [:]) { sums, group in sums.merge(group.dropped, uniquingKeysWith: +) }
        self.groups = groups
        self.kept = kept
    }

    /// The rank of each kept trajectory in its group, by id.
    public var ranks: [String: Int] {
        Dictionary(kept.map { ($0.id, $0.rank) }, uniquingKeysWith: { first, _ in first })
    }
}

/// A run or a file that a selection was made from, as it was then.
public struct SelectionSource: Codable, Sendable, Hashable {
    /// Its name, without the folders it lay in.
    public var name: String
    /// SHA-256 of its trajectories, as the run's `run.json` has it.
    public var sha256: String

    /// Makes a source from its parts.
    public init(name: String, sha256: String) {
        self.name = name
        self.sha256 = sha256
    }
}

/// A trajectory that is kept.
public struct KeptTrajectory: Codable, Sendable, Hashable {
    /// The trajectory's id.
    public var id: String
    /// Its place in its group, from 1: by score, then by the tie rule.
    public var rank: Int

    /// Makes an entry from its parts.
    public init(id: String, rank: Int) {
        self.id = id
        self.rank = rank
    }
}

/// What happened in one group.
public struct SelectionGroup: Codable, Sendable, Hashable {
    /// What the group's trajectories have in common, by part.
    public var group: [String: String]
    /// How many were read.
    public var read: Int
    /// How many of them competed for the share, after every earlier step: the contract's n.
    public var n: Int
    /// The share that is kept: ceil(top / 100 · n).
    public var k: Int
    /// The lowest reward that is kept; `nil` where none is.
    public var cutReward: Double?
    /// The score of the last one kept: the reward, where trajectories are ranked by it; `nil` where none is.
    public var cutScore: Double?
    /// How many eligible trajectories have the score of the cut.
    public var tiedAtCut: Int
    /// How many of those are kept.
    public var tiedKept: Int
    /// How many are kept: `k`, or more where all that tie are kept.
    public var kept: Int
    /// How many were dropped, by reason; reasons that never came are left out.
    public var dropped: [String: Int]

    enum CodingKeys: String, CodingKey {
        case group, read, n, k, kept, dropped
        case cutReward = "cut_reward"
        case cutScore = "cut_score"
        case tiedAtCut = "tied_at_cut"
        case tiedKept = "tied_kept"
    }

    /// Encodes every key; absent values are null.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(group, forKey: .group)
        try container.encode(read, forKey: .read)
        try container.encode(n, forKey: .n)
        try container.encode(k, forKey: .k)
        try container.encode(cutReward, forKey: .cutReward)
        try container.encode(cutScore, forKey: .cutScore)
        try container.encode(tiedAtCut, forKey: .tiedAtCut)
        try container.encode(tiedKept, forKey: .tiedKept)
        try container.encode(kept, forKey: .kept)
        try container.encode(dropped, forKey: .dropped)
    }
}
