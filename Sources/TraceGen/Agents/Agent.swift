import Trajectories

/// The loop that turns a policy's answers into actions: one implementation for each ``AgentKind``.
public protocol Agent: Sendable {
    /// The loop this is.
    var kind: AgentKind { get }

    /// Plays one episode, from its beginning to whatever ends it.
    ///
    /// A policy that cannot answer and an executor that dies are ends of the episode, not errors.
    /// - Parameters:
    ///   - instance: the work.
    ///   - start: what the episode begins with; `environment` stands there.
    ///   - environment: takes the primitive actions.
    ///   - executor: holds this episode's namespace, still empty.
    ///   - policy: this episode's side of the policy.
    ///   - limits: the bounds of the episode.
    /// - Returns: the tree, and what came of it.
    /// - Throws: ``TraceGenError`` (`workerFailed`) when the environment's worker died, and
    ///   `CancellationError`; nothing else.
    func play(
        instance: TaskInstance, start: EpisodeStart, environment: any EnvironmentSession,
        executor: any Executor,
        policy: any PolicySession, limits: EpisodeLimits
    ) async throws -> EpisodeOutcome
}

/// What an agent leaves behind: the part of a ``Trajectory`` that the loop decides, and where its time went.
public struct EpisodeOutcome: Sendable, Hashable {
    /// The tree in pre-order.
    public var nodes: [Node]
    /// Why the episode ended.
    public var ended: EndReason
    /// What exactly ended it, for reasons that need words.
    public var endedDetail: String?
    /// Primitive actions sent to the environment.
    public var steps: Int
    /// Prompts the policy answered.
    public var calls: Int
    /// What those answers cost.
    public var usage: Usage
    /// Final reward, 0…1.
    public var reward: Double
    /// Final reward on the environment's own scale.
    public var nativeReward: Double
    /// The environment's own verdict.
    public var success: Bool
    /// Time spent waiting for the policy.
    public var policyTime: Duration
    /// Time spent waiting for the environment's steps.
    public var environmentTime: Duration

    /// Makes an outcome; nothing done and nothing earned by default.
    public init(
        nodes: [Node], ended: EndReason, endedDetail: String? = nil, steps: Int = 0, calls: Int = 0,
        usage: Usage = Usage(), reward: Double = 0, nativeReward: Double = 0, success: Bool = false,
        policyTime: Duration = .zero, environmentTime: Duration = .zero
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
        self.policyTime = policyTime
        self.environmentTime = environmentTime
    }
}
