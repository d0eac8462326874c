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
        /// What tells those pairs from others (`PairKeys`); `nil` when nobody looked.
        public var pairKeys: [UInt64]?
        /// Tokens of those pairs; `nil` when they were not counted.
        public var tokens: PairTokens?
        /// The shape of its tree; `nil` where it has none.
        public var shape: TreeShape?
        /// What its policy used.
        public var usage: Usage

        /// Makes a member from its parts.
        public init(
            reward: Double, success: Bool, pairs: Int, steps: Int, pairKeys: [UInt64]? = nil,
            tokens: PairTokens? = nil, shape: TreeShape? = nil, usage: Usage = Usage()
        ) {
            self.reward = reward
            self.success = success
            self.pairs = pairs
            self.steps = steps
            self.pairKeys = pairKeys
            self.tokens = tokens
            self.shape = shape
            self.usage = usage
        }
    }

    /// The environment's name.
    public var environment: String
    /// The policy, as the study names it.
    public var policy: String
    /// The run that was selected from by itself; `nil` where all runs were selected from together.
    public var run: String?
    /// What the study tells episodes apart by beside that, such as `max_depth`, each with its value; the groups of a
    /// study have the same names. Empty where nothing of it differs.
    public var options: [String: JSONValue]
    /// The loop that acted.
    public var sourceAgent: AgentKind
    /// The method pairs are counted by; another than ``sourceAgent`` where trees are flattened.
    public var method: AgentKind
    /// How much was kept, in percent.
    public var top: Double
    /// The trajectories that were kept; none where none were.
    public var members: [Member]

    /// All the episodes they were kept from; `nil` where the study does not compare options.
    public var played: StudyPlayed?

    /// Makes a group from its parts.
    public init(
        environment: String, policy: String, run: String? = nil, options: [String: JSONValue] = [:],
        sourceAgent: AgentKind, method: AgentKind, top: Double, members: [Member], played: StudyPlayed? = nil
    ) {
        self.environment = environment
        self.policy = policy
        self.run = run
        self.options = options
        self.sourceAgent = sourceAgent
        self.method = method
        self.top = top
        self.members = members
        self.played = played
    }
}
