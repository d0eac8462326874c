import Trajectories

/// All the episodes a row's trajectories were kept from, those of reward 0 among them: what a comparison of options is
/// about, whatever was kept.
public struct StudyPlayed: Codable, Sendable, Hashable {
    /// How many there are.
    public var trajectories: Int
    /// Mean of their rewards, 0…1.
    public var meanReward: Double
    /// Sample standard deviation of their rewards.
    public var sdReward: Double
    /// Share of them the environment calls a success.
    public var successRate: Double

    enum CodingKeys: String, CodingKey {
        case trajectories
        case meanReward = "mean_reward"
        case sdReward = "sd_reward"
        case successRate = "success_rate"
    }

    /// Sums up episodes.
    /// - Precondition: there is at least one.
    /// - Complexity: O(*n* log *n*).
    public init(of episodes: [(reward: Double, success: Bool)]) {
        let rewards = Moments(of: episodes.map(\.reward))
        trajectories = episodes.count
        meanReward = StudyTable.rounded(rewards.mean)
        sdReward = StudyTable.rounded(rewards.sampleDeviation)
        successRate = StudyTable.rounded(Double(episodes.count(where: \.success)) / Double(episodes.count))
    }
}
