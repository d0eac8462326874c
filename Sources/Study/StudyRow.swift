import Trajectories

/// What one method keeps of one policy's episodes at one p.
public struct StudyRow: Codable, Sendable, Hashable {
    /// The environment's name.
    public var environment: String
    /// The policy, as the study names it.
    public var policy: String
    /// The run that was selected from by itself; `nil` where all runs were selected from together.
    public var run: String?
    /// What the study tells episodes apart by beside that, such as `max_depth`, each with its value; `nil` where
    /// nothing of it differs.
    public var options: [String: JSONValue]?
    /// The loop that acted.
    public var sourceAgent: AgentKind
    /// The method pairs are counted by; another than ``sourceAgent`` where trees were flattened.
    public var method: AgentKind
    /// How much was kept, in percent.
    public var top: Double
    /// Trajectories that were kept.
    public var trajectories: Int
    /// Pairs they yield.
    public var pairs: Int
    /// Mean of their rewards, 0…1; `nil` without any.
    public var meanReward: Double?
    /// Sample standard deviation of their rewards; `nil` without any.
    public var sdReward: Double?
    /// Share of them the environment calls a success; `nil` without any.
    public var successRate: Double?
    /// Mean of their primitive actions; `nil` without any.
    public var meanSteps: Double?
    /// Pairs for one trajectory; `nil` without any.
    public var pairsPerTrajectory: Double?
    /// Tokens of all pairs; `nil` when one trajectory's were not counted.
    public var tokens: Int?
    /// Tokens the policy was sent for these trajectories; 0 where nobody counted.
    public var promptTokens: Int
    /// Tokens the policy answered for these trajectories; 0 where nobody counted.
    public var completionTokens: Int
    /// What those answers cost, in US dollars; `nil` where the price of any is unknown, and without trajectories.
    public var costUSD: Double?
    /// All the episodes they were kept from; `nil` where the study does not compare options.
    public var played: StudyPlayed?

    enum CodingKeys: String, CodingKey, CaseIterable {
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
    }

    init(of group: StudyGroup) {
        environment = group.environment
        policy = group.policy
        run = group.run
        options = group.options.isEmpty ? nil : group.options
        played = group.played
        sourceAgent = group.sourceAgent
        method = group.method
        top = group.top
        trajectories = group.members.count
        pairs = group.members.reduce(0) { $0 + $1.pairs }
        tokens = group.members.reduce(.some(0)) { sum, member in
            sum.flatMap { sum in member.tokens.map { sum + $0 } }
        }
        promptTokens = group.members.reduce(0) { Self.sum($0, $1.usage.promptTokens) }
        completionTokens = group.members.reduce(0) { Self.sum($0, $1.usage.completionTokens) }
        guard !group.members.isEmpty else {
            tokens = nil
            return
        }
        let rewards = Moments(of: group.members.map(\.reward))
        meanReward = StudyTable.rounded(rewards.mean)
        sdReward = StudyTable.rounded(rewards.sampleDeviation)
        let count = Double(trajectories)
        successRate = StudyTable.rounded(Double(group.members.count(where: \.success)) / count)
        meanSteps = StudyTable.rounded(Double(group.members.reduce(0) { $0 + $1.steps }) / count)
        pairsPerTrajectory = StudyTable.rounded(Double(pairs) / count)
        let costs = group.members.compactMap(\.usage.costUSD)
        // Summed in ascending order: the same whatever order they come in.
        costUSD = costs.count == trajectories ? StudyTable.rounded(costs.sorted().reduce(0, +)) : nil
    }

    /// The most there is where a sum would be more: what a file claims must not end the program.
    private static func sum(_ first: Int, _ second: Int) -> Int {
        let (sum, isTooMuch) = first.addingReportingOverflow(second)
        return isTooMuch ? .max : sum
    }

    /// Whether the row comes before another: by environment, policy, options (in the order of their names), run,
    /// source agent, p and method.
    func precedes(_ other: StudyRow) -> Bool {
        let (here, there) = ((environment, policy), (other.environment, other.policy))
        guard here == there else { return here < there }
        let (values, others) = (optionValues, other.optionValues)
        guard values == others else { return values.lexicographicallyPrecedes(others) }
        return (run ?? "", sourceAgent.rank, top, method.rank)
            < (other.run ?? "", other.sourceAgent.rank, other.top, other.method.rank)
    }

    private var optionValues: [OptionValue] {
        (options ?? [:]).sorted { $0.key < $1.key }.map { OptionValue($0.value) }
    }

    /// What tells the row from every other.
    var place: Place {
        Place(
            environment: environment, policy: policy, run: run, options: options, sourceAgent: sourceAgent,
            top: top, method: method)
    }

    struct Place: Hashable {
        var environment: String
        var policy: String
        var run: String?
        var options: [String: JSONValue]?
        var sourceAgent: AgentKind
        var top: Double
        var method: AgentKind
    }
}

extension AgentKind {
    /// The paper's order.
    static let inOrder: [AgentKind] = [.react, .codeact, .recode]

    fileprivate var rank: Int { Self.inOrder.firstIndex(of: self) ?? Self.inOrder.count }
}

extension StudyRow {
    /// Writes every key, unknown values as `null`; `options` and `played` only where options differ.
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
        try container.encode(tokens, forKey: .tokens)
        try container.encode(promptTokens, forKey: .promptTokens)
        try container.encode(completionTokens, forKey: .completionTokens)
        try container.encode(costUSD, forKey: .costUSD)
    }
}
