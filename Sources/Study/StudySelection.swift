/// How the trajectories of a study were selected, but for p, which each row has its own of; keys as in a selection file.
public struct StudySelection: Codable, Sendable, Hashable {
    /// What the trajectories of a group have in common; `run` first where each run was selected from by itself.
    public var group: [String]
    /// The rule for ties at the cut.
    public var ties: String
    /// The seed of the tie rule.
    public var seed: Int
    /// Rewards had to be above this.
    public var minReward: Double
    /// Whose verdict counted: `any`, or `successful_only`.
    public var success: String

    enum CodingKeys: String, CodingKey {
        case group, ties, seed, success
        case minReward = "min_reward"
    }

    /// Makes an account from its parts.
    public init(group: [String], ties: String, seed: Int, minReward: Double, success: String) {
        self.group = group
        self.ties = ties
        self.seed = seed
        self.minReward = minReward
        self.success = success
    }

    /// The account as a sentence under a table.
    var words: String {
        "Selection: top % by reward in each group of \(group.joined(separator: ", ")); ties \(ties), seed \(seed); "
            + "min_reward \(Decimals.plain(minReward)); success \(success)."
    }
}
