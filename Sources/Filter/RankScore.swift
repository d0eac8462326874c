/// What trajectories are ranked by: the reward, or the reward for what it took to get it.
///
/// The paper keeps the highest rewards (section 4.5) and asks for signals that reward efficient plans as well.
public enum RankScore: String, Codable, Sendable, Hashable, CaseIterable {
    /// The final reward, 0…1.
    case reward
    /// The reward for each primitive action.
    case rewardPerStep = "reward_per_step"
    /// The reward for each answer of the policy.
    case rewardPerCall = "reward_per_call"
    /// The reward for each token the policy read or wrote.
    case rewardPerToken = "reward_per_token"

    /// The candidate's score; `nil` where what it divides by is 0, which is to say that nobody counted it.
    public func score(of candidate: Candidate) -> Double? {
        let count: Int
        switch self {
        case .reward: return candidate.reward
        case .rewardPerStep: count = candidate.steps
        case .rewardPerCall: count = candidate.calls
        case .rewardPerToken: count = candidate.tokenCount
        }
        return count > 0 ? candidate.reward / Double(count) : nil
    }
}

/// Which trajectories of a task instance go on to the ranking.
public enum PerTaskRule: String, Codable, Sendable, Hashable, CaseIterable {
    /// All of them.
    case all
    /// The one of highest score: with a number of attempts, best of n.
    case best
    /// The success of fewest pairs.
    case shortest
    /// The success whose policy read and wrote the fewest tokens.
    case cheapest

    /// Whether only successes are looked at.
    var needsSuccess: Bool { self == .shortest || self == .cheapest }
}
