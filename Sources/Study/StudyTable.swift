import Trajectories

/// The trajectories one row of the study is about: what one method keeps of one policy's episodes at one p.
public struct StudyGroup: Sendable, Hashable {
    /// What a row says of one trajectory.
    public struct Member: Sendable, Hashable {
        /// Its final reward, 0…1.
        public var reward: Double
        /// The environment's own verdict.
        public var success: Bool
        /// Pairs it yields by the row's method.
        public var pairs: Int
        /// Primitive actions it took.
        public var steps: Int
        /// Tokens of those pairs; `nil` when they were not counted.
        public var tokens: Int?

        /// Makes a member from its parts.
        public init(reward: Double, success: Bool, pairs: Int, steps: Int, tokens: Int? = nil) {
            self.reward = reward
            self.success = success
            self.pairs = pairs
            self.steps = steps
            self.tokens = tokens
        }
    }

    /// The environment's name.
    public var environment: String
    /// The policy, as the study names it.
    public var policy: String
    /// The method pairs are counted by.
    public var method: AgentKind
    /// How much was kept, in percent.
    public var top: Double
    /// The trajectories that were kept.
    public var members: [Member]

    /// Makes a group from its parts.
    public init(environment: String, policy: String, method: AgentKind, top: Double, members: [Member]) {
        self.environment = environment
        self.policy = policy
        self.method = method
        self.top = top
        self.members = members
    }
}

/// The counts of a study: one row for each environment, policy, p and method.
public struct StudyTable: Codable, Sendable, Hashable {
    /// What `sd_reward` is: divided by n - 1, and 0 for a single trajectory. The paper does not say which it uses.
    public static let deviationName = "sample"

    /// The rows by environment, policy, p and method (react, codeact, recode: the paper's order).
    public var rows: [StudyRow]
    /// For each environment, policy and p, how many pairs the flat methods yield for one of ReCode's.
    public var ratios: [StudyRatio]
    /// Always ``deviationName``.
    public var deviation: String

    /// Counts the groups. The order they come in does not matter.
    /// - Complexity: O(*n* log *n*) in the number of trajectories.
    public init(of groups: [StudyGroup]) {
        rows = groups.map(StudyRow.init).sorted { $0.sortKey < $1.sortKey }
        ratios = Self.ratios(of: rows)
        deviation = Self.deviationName
    }

    private static func ratios(of rows: [StudyRow]) -> [StudyRatio] {
        var ratios: [StudyRatio] = []
        for row in rows where ratios.last.map({ !$0.belongs(with: row) }) ?? true {
            let peers = rows.filter { StudyRatio(beside: row).belongs(with: $0) }
            let pairs = { (method: AgentKind) in peers.first { $0.method == method }?.pairs }
            ratios.append(
                StudyRatio(
                    beside: row, react: quotient(pairs(.react), pairs(.recode)),
                    codeact: quotient(pairs(.codeact), pairs(.recode))))
        }
        return ratios
    }

    private static func quotient(_ count: Int?, _ base: Int?) -> Double? {
        guard let count, let base, base > 0 else { return nil }
        return rounded(Double(count) / Double(base))
    }

    /// To six decimals: enough for any table, and the last bits of a sum stay out of the data.
    static func rounded(_ value: Double) -> Double { (value * 1e6).rounded() / 1e6 }
}

/// What one method keeps of one policy's episodes at one p.
public struct StudyRow: Codable, Sendable, Hashable {
    /// The environment's name.
    public var environment: String
    /// The policy, as the study names it.
    public var policy: String
    /// The method pairs are counted by.
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

    enum CodingKeys: String, CodingKey, CaseIterable {
        case environment, policy, method, top, trajectories, pairs
        case meanReward = "mean_reward"
        case sdReward = "sd_reward"
        case successRate = "success_rate"
        case meanSteps = "mean_steps"
        case pairsPerTrajectory = "pairs_per_trajectory"
        case tokens
    }

    init(of group: StudyGroup) {
        environment = group.environment
        policy = group.policy
        method = group.method
        top = group.top
        trajectories = group.members.count
        pairs = group.members.reduce(0) { $0 + $1.pairs }
        tokens = group.members.reduce(.some(0)) { sum, member in
            sum.flatMap { sum in member.tokens.map { sum + $0 } }
        }
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
    }

    fileprivate var sortKey: (String, String, Double, Int) {
        let order: [AgentKind] = [.react, .codeact, .recode]
        return (environment, policy, top, order.firstIndex(of: method) ?? order.count)
    }
}

extension StudyRow {
    /// Writes every key, unknown values as `null`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(environment, forKey: .environment)
        try container.encode(policy, forKey: .policy)
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
    }
}

/// How many pairs the flat methods yield for one of ReCode's, from what is kept at the same p.
public struct StudyRatio: Codable, Sendable, Hashable {
    /// The environment's name.
    public var environment: String
    /// The policy, as the study names it.
    public var policy: String
    /// How much was kept, in percent.
    public var top: Double
    /// ReAct's pairs over ReCode's; `nil` where one is missing or ReCode has none.
    public var reactToRecode: Double?
    /// CodeAct's pairs over ReCode's; `nil` where one is missing or ReCode has none.
    public var codeactToRecode: Double?

    enum CodingKeys: String, CodingKey {
        case environment, policy, top
        case reactToRecode = "react_to_recode"
        case codeactToRecode = "codeact_to_recode"
    }

    init(beside row: StudyRow, react: Double? = nil, codeact: Double? = nil) {
        environment = row.environment
        policy = row.policy
        top = row.top
        reactToRecode = react
        codeactToRecode = codeact
    }

    func belongs(with row: StudyRow) -> Bool {
        environment == row.environment && policy == row.policy && top == row.top
    }

    /// Writes every key, unknown values as `null`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(environment, forKey: .environment)
        try container.encode(policy, forKey: .policy)
        try container.encode(top, forKey: .top)
        try container.encode(reactToRecode, forKey: .reactToRecode)
        try container.encode(codeactToRecode, forKey: .codeactToRecode)
    }
}
