import Trajectories

extension StudyRow {
    enum CodingKeys: String, CodingKey {
        case environment, policy, run, options, played
        case sourceAgent = "source_agent"
        case method, top, trajectories, pairs
        case meanReward = "mean_reward"
        case sdReward = "sd_reward"
        case successRate = "success_rate"
        case meanSteps = "mean_steps"
        case pairsPerTrajectory = "pairs_per_trajectory"
        case tokens
        case promptTokens = "prompt_tokens"
        case completionTokens = "completion_tokens"
        case costUSD = "cost_usd"
        case uniquePairs = "unique_pairs"
        case contentTokens = "content_tokens"
        case chatTokens = "chat_tokens"
        case trainedTokens = "trained_tokens"
        case shape
    }

    /// Reads what ``encode(to:)`` writes.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        environment = try container.decode(String.self, forKey: .environment)
        policy = try container.decode(String.self, forKey: .policy)
        run = try container.decodeIfPresent(String.self, forKey: .run)
        options = try container.decodeIfPresent([String: JSONValue].self, forKey: .options)
        played = try container.decodeIfPresent(StudyPlayed.self, forKey: .played)
        sourceAgent = try container.decode(AgentKind.self, forKey: .sourceAgent)
        method = try container.decode(AgentKind.self, forKey: .method)
        top = try container.decode(Double.self, forKey: .top)
        trajectories = try container.decode(Int.self, forKey: .trajectories)
        pairs = try container.decode(Int.self, forKey: .pairs)
        meanReward = try container.decodeIfPresent(Double.self, forKey: .meanReward)
        sdReward = try container.decodeIfPresent(Double.self, forKey: .sdReward)
        successRate = try container.decodeIfPresent(Double.self, forKey: .successRate)
        meanSteps = try container.decodeIfPresent(Double.self, forKey: .meanSteps)
        pairsPerTrajectory = try container.decodeIfPresent(Double.self, forKey: .pairsPerTrajectory)
        promptTokens = try container.decode(Int.self, forKey: .promptTokens)
        completionTokens = try container.decode(Int.self, forKey: .completionTokens)
        costUSD = try container.decodeIfPresent(Double.self, forKey: .costUSD)
        uniquePairs = try container.decodeIfPresent(Int.self, forKey: .uniquePairs)
        shape = try container.decodeIfPresent(StudyShape.self, forKey: .shape)
        guard let content = try container.decodeIfPresent(Int.self, forKey: .contentTokens) else { return }
        tokens = PairTokens(
            content: content, chat: try container.decode(Int.self, forKey: .chatTokens),
            trained: try container.decode(Int.self, forKey: .trainedTokens))
    }

    /// Writes every key, unknown values as `null`; `options` and `played` only where options differ. `tokens` says the
    /// same as `content_tokens`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(environment, forKey: .environment)
        try container.encode(policy, forKey: .policy)
        try container.encode(run, forKey: .run)
        try container.encodeIfPresent(options, forKey: .options)
        try container.encodeIfPresent(played, forKey: .played)
        try container.encode(sourceAgent, forKey: .sourceAgent)
        try container.encode(method, forKey: .method)
        try container.encode(top, forKey: .top)
        try container.encode(trajectories, forKey: .trajectories)
        try container.encode(pairs, forKey: .pairs)
        try container.encode(meanReward, forKey: .meanReward)
        try container.encode(sdReward, forKey: .sdReward)
        try container.encode(successRate, forKey: .successRate)
        try container.encode(meanSteps, forKey: .meanSteps)
        try container.encode(pairsPerTrajectory, forKey: .pairsPerTrajectory)
        try container.encode(tokens?.content, forKey: .tokens)
        try container.encode(promptTokens, forKey: .promptTokens)
        try container.encode(completionTokens, forKey: .completionTokens)
        try container.encode(costUSD, forKey: .costUSD)
        try container.encode(uniquePairs, forKey: .uniquePairs)
        try container.encode(tokens?.content, forKey: .contentTokens)
        try container.encode(tokens?.chat, forKey: .chatTokens)
        try container.encode(tokens?.trained, forKey: .trainedTokens)
        try container.encode(shape, forKey: .shape)
    }
}
