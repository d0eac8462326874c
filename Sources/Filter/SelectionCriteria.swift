/// What is kept: the contract's top-p selection, and what may come before it.
///
/// The order is fixed: what is no candidate is left out first (``ineligibility(of:)``), then one of each task instance is
/// chosen, then tasks are capped, and of what is left each group keeps its share.
public struct SelectionCriteria: Codable, Sendable, Hashable {
    /// What becomes of trajectories that must not be trained on.
    public var leakage: LeakageRule
    /// How much of each group is kept.
    public var top: TopPercentage
    /// What trajectories are ranked by.
    public var rankBy: RankScore
    /// What decides between equal scores at the cut.
    public var ties: TieRule
    /// The seed of the tie rule's hash.
    public var seed: Int
    /// A trajectory needs a reward above this.
    public var minReward: Double
    /// A trajectory needs at least this score; `nil` for any.
    public var minScore: Double?
    /// Whether the environment's own verdict counts.
    public var success: SuccessRule
    /// How many repeats of each task instance are looked at, the first of each run; `nil` for all.
    public var attempts: Int?
    /// Which trajectories of a task instance go on.
    public var perTask: PerTaskRule
    /// How many trajectories of a task instance go on, at most; `nil` for all.
    public var maxPerTask: Int?
    /// How many trajectories of all instances of a task go on, at most; `nil` for all.
    public var maxPerFamily: Int?
    /// What makes trajectories compete with each other.
    public var group: [GroupPart]

    /// The keys of a selection file's criteria.
    public enum CodingKeys: String, CodingKey {
        case top, ties, seed, success, attempts, group, leakage
        case rankBy = "rank_by"
        case minReward = "min_reward"
        case minScore = "min_score"
        case perTask = "per_task"
        case maxPerTask = "max_per_task"
        case maxPerFamily = "max_per_family"
    }

    /// Makes criteria; the defaults are the contract's.
    /// - Throws: `badCriteria` naming the one that is outside its range: `minReward` 0 up to 1 (1 excluded: nothing could
    ///   pass), `minScore` from 0 and finite, counts from 1; or a `group` part named twice.
    public init(
        top: TopPercentage, rankBy: RankScore = .reward, ties: TieRule = .hash, seed: Int = 0,
        minReward: Double = 0, minScore: Double? = nil, success: SuccessRule = .any, attempts: Int? = nil,
        perTask: PerTaskRule = .all, maxPerTask: Int? = nil, maxPerFamily: Int? = nil,
        leakage: LeakageRule = .keep, group: [GroupPart] = GroupPart.usual
    ) throws(FilterError) {
        self.leakage = leakage
        self.top = top
        self.rankBy = rankBy
        self.ties = ties
        self.seed = seed
        self.minReward = minReward
        self.minScore = minScore
        self.success = success
        self.attempts = attempts
        self.perTask = perTask
        self.maxPerTask = maxPerTask
        self.maxPerFamily = maxPerFamily
        self.group = group
        try validate()
    }

    /// Makes sure that every criterion is in its range, as in criteria that were read from a file it need not be.
    /// - Throws: `badCriteria` naming the first one that is not.
    public func validate() throws(FilterError) {
        if let (key, problem) = firstProblem {
            throw FilterError(.badCriteria, "\(key.replacing("_", with: "-")) \(problem)")
        }
    }

    /// The first criterion outside its range, by its key, and what is wrong with it.
    var firstProblem: (key: String, problem: String)? {
        guard minReward >= 0, minReward < 1 else {
            return (
                "min_reward",
                "is \(minReward), expected 0 or more and less than 1: trajectories with a reward above it are kept"
            )
        }
        if let minScore, !(minScore >= 0 && minScore.isFinite) {
            return ("min_score", "is \(minScore), expected 0 or more")
        }
        let counts = [
            ("attempts", attempts), ("max_per_task", maxPerTask), ("max_per_family", maxPerFamily),
        ]
        for (key, count) in counts {
            if let count, count < 1 { return (key, "is \(count), expected 1 or more") }
        }
        guard Set(group).count == group.count else {
            return ("group", "names a part twice: \(group.map(\.rawValue).joined(separator: ","))")
        }
        return nil
    }

    /// Whether a criterion is about how many pairs a trajectory yields.
    public var needsPairCounts: Bool { ties == .shortest || perTask == .shortest }

    /// Encodes every key; absent values are null.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(leakage, forKey: .leakage)
        try container.encode(top, forKey: .top)
        try container.encode(rankBy, forKey: .rankBy)
        try container.encode(ties, forKey: .ties)
        try container.encode(seed, forKey: .seed)
        try container.encode(minReward, forKey: .minReward)
        try container.encode(minScore, forKey: .minScore)
        try container.encode(success, forKey: .success)
        try container.encode(attempts, forKey: .attempts)
        try container.encode(perTask, forKey: .perTask)
        try container.encode(maxPerTask, forKey: .maxPerTask)
        try container.encode(maxPerFamily, forKey: .maxPerFamily)
        try container.encode(group, forKey: .group)
    }
}

/// What decides between trajectories of equal score at the cut.
public enum TieRule: String, Codable, Sendable, Hashable, CaseIterable {
    /// The smaller SHA-256 of seed and id: as good as chance, and the same everywhere.
    case hash
    /// Fewer pairs, then the hash.
    case shortest
    /// Fewer tokens, then the hash.
    case cheapest
    /// Nothing: all tied at the cut are kept, so more than the share may be.
    case all
}

/// What becomes of trajectories that a ``LeakageGate`` holds back.
public enum LeakageRule: String, Codable, Sendable, Hashable, CaseIterable {
    /// They compete like others, and an export of them is refused.
    case keep
    /// They are dropped.
    case drop
}

/// Whether the environment's own verdict counts.
public enum SuccessRule: String, Codable, Sendable, Hashable, CaseIterable {
    /// It does not.
    case any
    /// Only successes are eligible.
    case successfulOnly = "successful_only"
}

/// One thing that trajectories of a group have in common.
public enum GroupPart: String, Codable, Sendable, Hashable, CaseIterable {
    case environment
    case agent
    case policyModel = "policy_model"
    case policyName = "policy_name"
    case split
    case task
    case maxDepth = "max_depth"
    case promptSHA256 = "prompt_sha256"

    /// The contract's group.
    public static let usual: [GroupPart] = [.environment, .agent, .policyModel]
}
