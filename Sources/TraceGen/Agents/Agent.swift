import Trajectories

/// The loop that turns a policy's answers into actions: plays one episode and says what came of it.
public protocol Agent: Sendable {
    /// How the loop is named in records.
    var kind: AgentKind { get }
    /// Whether it runs the policy's code, and so needs an executor of its own.
    var runsCode: Bool { get }

    /// Plays one episode to its end.
    ///
    /// Whatever the policy or its code does ends as an ``EndReason``; nothing of it is thrown. An environment or an executor
    /// that fails ends the episode as well: the outcome has what there was until then, and the ``EpisodeOutcome/fault``.
    /// - Throws: what ends the run, and `CancellationError`.
    func play(_ episode: EpisodeSetting) async throws -> EpisodeOutcome
}

extension Agent {
    /// It does.
    public var runsCode: Bool { true }
}

/// Everything an agent needs to play one episode.
public struct EpisodeSetting: Sendable {
    /// The work.
    public var instance: TaskInstance
    /// What the episode begins with.
    public var start: EpisodeStart
    /// The loaded environment; it stands at its beginning.
    public var environment: any EnvironmentSession
    /// A fresh executor of the episode's own.
    public var executor: any Executor
    /// The episode's side of the policy.
    public var policy: any PolicySession
    /// The bounds.
    public var limits: EpisodeLimits

    /// Makes a setting from its parts.
    public init(
        instance: TaskInstance, start: EpisodeStart, environment: any EnvironmentSession,
        executor: any Executor,
        policy: any PolicySession, limits: EpisodeLimits
    ) {
        self.instance = instance
        self.start = start
        self.environment = environment
        self.executor = executor
        self.policy = policy
        self.limits = limits
    }
}

/// What came of an episode.
public struct EpisodeOutcome: Sendable, Hashable {
    /// The decision tree in pre-order.
    public var nodes: [Node]
    /// Why it ended.
    public var ended: EndReason
    /// What exactly ended it, where a reason needs words.
    public var endedDetail: String?
    /// Primitive actions sent.
    public var steps: Int
    /// Prompts answered.
    public var calls: Int
    /// What the answers cost.
    public var usage: Usage
    /// Final reward, 0…1.
    public var reward: Double
    /// Final reward on the environment's own scale.
    public var nativeReward: Double
    /// The environment's own verdict.
    public var success: Bool
    /// What failed beside the policy and its code, where that ended the episode; see ``TraceGenError/endsEpisode``.
    public var fault: TraceGenError?
    /// Time spent waiting for the environment.
    public var environmentTime: Duration
    /// Time spent waiting for the policy.
    public var policyTime: Duration

    /// Makes an outcome from its parts.
    public init(
        nodes: [Node], ended: EndReason, endedDetail: String? = nil, steps: Int = 0, calls: Int = 0,
        usage: Usage = .zero, reward: Double = 0, nativeReward: Double = 0, success: Bool = false,
        fault: TraceGenError? = nil,
        environmentTime: Duration = .zero, policyTime: Duration = .zero
    ) {
        self.nodes = nodes
        self.ended = ended
        self.endedDetail = endedDetail
        self.steps = steps
        self.calls = calls
        self.usage = usage
        self.reward = reward
        self.nativeReward = nativeReward
        self.success = success
        self.fault = fault
        self.environmentTime = environmentTime
        self.policyTime = policyTime
    }
}
