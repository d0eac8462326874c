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
    /// Pairs that differ in what they teach (`PairKeys`); `nil` when one trajectory's were not looked at.
    public var uniquePairs: Int?
    /// Tokens of all pairs; `nil` when one trajectory's were not counted.
    public var tokens: PairTokens?
    /// Tokens the policy was sent for these trajectories; 0 where nobody counted.
    public var promptTokens: Int
    /// Tokens the policy answered for these trajectories; 0 where nobody counted.
    public var completionTokens: Int
    /// What those answers cost, in US dollars; `nil` where the price of any is unknown, and without trajectories.
    public var costUSD: Double?
    /// The shape of their trees; `nil` for a flat method, whose pairs know no tree.
    public var shape: StudyShape?
    /// All the episodes they were kept from; `nil` where the study does not compare options.
    public var played: StudyPlayed?

    /// Counts a group; the order of its members does not matter.
    /// - Complexity: O(*n* log *n*) in the number of trajectories, O(*n*) in that of pairs.
    public init(of group: StudyGroup) {
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
        uniquePairs = Self.uniquePairs(of: group.members)
        tokens = group.members.isEmpty ? nil : PairTokens.sum(of: group.members.lazy.map(\.tokens))
        promptTokens = group.members.reduce(0) { BoundedSum.of($0, $1.usage.promptTokens) }
        completionTokens = group.members.reduce(0) { BoundedSum.of($0, $1.usage.completionTokens) }
        if group.method == .recode { shape = StudyShape(of: group.members.compactMap(\.shape)) }
        guard !group.members.isEmpty else { return }
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

    private static func uniquePairs(of members: [StudyGroup.Member]) -> Int? {
        var keys: Set<UInt64> = []
        for member in members {
            guard let own = member.pairKeys else { return nil }
            keys.formUnion(own)
        }
        return keys.count
    }

    /// Whether the row comes before another: by environment, policy, options (in the order of their names), run,
    /// source agent, p and method.
    func precedes(_ other: StudyRow) -> Bool {
        let (here, there) = ((environment, policy), (other.environment, other.policy))
        guard here == there else { return here < there }
        let (values, others) = (OptionValue.sorted(options), OptionValue.sorted(other.options))
        guard values == others else { return values.lexicographicallyPrecedes(others) }
        return (run ?? "", sourceAgent.rank, top, method.rank)
            < (other.run ?? "", other.sourceAgent.rank, other.top, other.method.rank)
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

    var rank: Int { Self.inOrder.firstIndex(of: self) ?? Self.inOrder.count }
}
