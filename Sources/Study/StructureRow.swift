import Trajectories

/// How well the structure of some episodes held: lost outputs and what they go with, answers that did not stand, and how
/// the episodes ended.
public struct StructureRow: Codable, Sendable, Hashable {
    /// Outputs that placeholders declared and nothing below them assigned.
    public struct LostOutputs: Codable, Sendable, Hashable {
        /// Placeholders that declare outputs and whose expansion ran to its end.
        public var declaring: Int
        /// Those of them that lost one.
        public var losing: Int
        /// ``losing`` over ``declaring``; `nil` where none declares any.
        public var share: Double?
        /// Names that were lost, over all episodes.
        public var total: Int
        /// Names lost in one episode.
        public var perEpisode: StudyMean
        /// Episodes that lost one or more.
        public var episodes: Int
        /// Whether an episode lost one, with its reward.
        public var reward: PointBiserial

        enum CodingKeys: String, CodingKey {
            case declaring, losing, share, total, episodes
            case perEpisode = "per_episode"
            case reward = "reward_correlation"
        }

        /// Writes every key, unknown values as `null`.
        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(declaring, forKey: .declaring)
            try container.encode(losing, forKey: .losing)
            try container.encode(share, forKey: .share)
            try container.encode(total, forKey: .total)
            try container.encode(perEpisode, forKey: .perEpisode)
            try container.encode(episodes, forKey: .episodes)
            try container.encode(reward, forKey: .reward)
        }
    }

    /// The environment's name.
    public var environment: String
    /// The policy, as the study names it.
    public var policy: String
    /// The run, where each is counted by itself; else `nil`.
    public var run: String?
    /// The options that differ; `nil` where nothing of them does.
    public var options: [String: JSONValue]?
    /// The loop that acted.
    public var agent: AgentKind
    /// How many episodes were played.
    public var episodes: Int
    /// `nil` where an episode's were not looked for: flat episodes have no placeholders, and imported ones do not say.
    public var lostOutputs: LostOutputs?
    /// Answers that did not stand, by the reason: `format` was asked for again (a rewrite), `runtime` and `limit` were
    /// expanded again (a retry).
    public var attempts: [String: Int]
    /// Placeholders and turns with such an answer whose last answer stood.
    public var repaired: Int
    /// Placeholders and turns with such an answer and none that stood.
    public var unrepaired: Int
    /// Episodes by why they ended; a reason that never came is absent.
    public var ended: [String: Int]

    /// Counts a group; the order of its episodes does not matter.
    /// - Complexity: O(*n* log *n*).
    public init(of group: StructureGroup) {
        (environment, policy, run, agent) = (group.environment, group.policy, group.run, group.agent)
        options = group.options.isEmpty ? nil : group.options
        episodes = group.episodes.count
        lostOutputs = LostOutputs(of: group.episodes)
        attempts = Dictionary(
            uniqueKeysWithValues: AttemptProblem.allCases.map { problem in
                (problem.rawValue, group.episodes.reduce(0) { $0 + $1.structure.attempts(problem) })
            })
        repaired = group.episodes.reduce(0) { $0 + $1.structure.repaired }
        unrepaired = group.episodes.reduce(0) { $0 + $1.structure.unrepaired }
        ended = Dictionary(grouping: group.episodes, by: \.ended.rawValue).mapValues(\.count)
    }

    enum CodingKeys: String, CodingKey {
        case environment, policy, run, options, agent, episodes, attempts, repaired, unrepaired, ended
        case lostOutputs = "lost_outputs"
    }

    /// Writes every key, unknown values as `null`; `options` only where they differ.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(environment, forKey: .environment)
        try container.encode(policy, forKey: .policy)
        try container.encode(run, forKey: .run)
        try container.encodeIfPresent(options, forKey: .options)
        try container.encode(agent, forKey: .agent)
        try container.encode(episodes, forKey: .episodes)
        try container.encode(lostOutputs, forKey: .lostOutputs)
        try container.encode(attempts, forKey: .attempts)
        try container.encode(repaired, forKey: .repaired)
        try container.encode(unrepaired, forKey: .unrepaired)
        try container.encode(ended, forKey: .ended)
    }

    /// Whether the row comes before another: by environment, policy, options, run and agent.
    func precedes(_ other: StructureRow) -> Bool {
        let (here, there) = ((environment, policy), (other.environment, other.policy))
        guard here == there else { return here < there }
        let (values, others) = (OptionValue.sorted(options), OptionValue.sorted(other.options))
        guard values == others else { return values.lexicographicallyPrecedes(others) }
        return (run ?? "", agent.rank) < (other.run ?? "", other.agent.rank)
    }
}

extension StructureRow.LostOutputs {
    /// `nil` where an episode's outputs were not looked at.
    init?(of episodes: [StructureGroup.Episode]) {
        let outputs = episodes.compactMap(\.structure.outputs)
        guard outputs.count == episodes.count, !episodes.isEmpty else { return nil }
        declaring = outputs.reduce(0) { $0 + $1.declaring }
        losing = outputs.reduce(0) { $0 + $1.losing }
        share = StudyTable.quotient(losing, declaring)
        total = outputs.reduce(0) { $0 + $1.lost }
        perEpisode = StudyMean(of: outputs.map { Double($0.lost) })
        self.episodes = outputs.count { $0.lost > 0 }
        reward = PointBiserial(of: zip(outputs, episodes).map { ($0.lost > 0, $1.reward) })
    }
}
