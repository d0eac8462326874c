import Trajectories

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
    /// The other criteria that are not as usual, by their keys.
    public var others: [String: JSONValue]

    enum CodingKeys: String, CodingKey {
        case group, ties, seed, success
        case others = "other_criteria"
        case minReward = "min_reward"
    }

    /// Makes an account from its parts.
    public init(
        group: [String], ties: String, seed: Int, minReward: Double, success: String,
        others: [String: JSONValue] = [:]
    ) {
        self.group = group
        self.ties = ties
        self.seed = seed
        self.minReward = minReward
        self.success = success
        self.others = others
    }

    /// The account as a sentence under a table.
    var words: String {
        let score = others["rank_by"].map { OptionValue($0).shown } ?? "reward"
        return
            "Selection: top % by \(score) in each group of \(group.joined(separator: ", ")); ties \(ties), "
            + "seed \(seed); min_reward \(Decimals.plain(minReward)); success \(success)"
            + (otherWords.isEmpty ? "" : "; \(otherWords)") + "."
    }

    /// `attempts 4; per_task best`.
    var otherWords: String {
        others.filter { $0.key != "rank_by" }.sorted { $0.key < $1.key }
            .map { "\($0.key) \(OptionValue($0.value).shown)" }.joined(separator: "; ")
    }
}
