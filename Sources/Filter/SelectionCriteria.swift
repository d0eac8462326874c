/// What is kept: the contract's top-p selection.
public struct SelectionCriteria: Codable, Sendable, Hashable {
    /// How much of each group is kept.
    public var top: TopPercentage
    /// What decides between equal rewards at the cut.
    public var ties: TieRule
    /// The seed of the tie rule's hash.
    public var seed: Int
    /// A trajectory needs a reward above this.
    public var minReward: Double
    /// Whether the environment's own verdict counts.
    public var success: SuccessRule
    /// What makes trajectories compete with each other.
    public var group: [GroupPart]

    enum CodingKeys: String, CodingKey {
        case top, ties, seed, success, group
        case minReward = "min_reward"
    }

    /// Makes criteria; the defaults are the contract's.
    /// - Throws: `badCriteria` for a `minReward` outside 0 up to 1 (1 excluded: nothing could pass), or a `group` part named twice.
    public init(
        top: TopPercentage, ties: TieRule = .hash, seed: Int = 0, minReward: Double = 0,
        success: SuccessRule = .any,
        group: [GroupPart] = GroupPart.usual
    ) throws(FilterError) {
        guard minReward >= 0, minReward < 1 else {
            throw FilterError(
                .badCriteria,
                "min-reward is \(minReward), expected 0 or more and less than 1: "
                    + "trajectories with a reward above it are kept")
        }
        guard Set(group).count == group.count else {
            throw FilterError(
                .badCriteria, "group names a part twice: \(group.map(\.rawValue).joined(separator: ","))")
        }
        self.top = top
        self.ties = ties
        self.seed = seed
        self.minReward = minReward
        self.success = success
        self.group = group
    }
}

/// What decides between trajectories of equal reward at the cut.
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
