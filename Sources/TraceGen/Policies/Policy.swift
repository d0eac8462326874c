import Trajectories

/// What answers prompts: a scripted expert, a language model, a replay.
public protocol Policy: Sendable {
    /// How the policy is named in records.
    var record: PolicyRecord { get }
    /// What it needs to know before an episode.
    var scouting: Scouting { get }
    /// Begins an episode. What it answers may depend on nothing but the context and the requests.
    func begin(_ context: PolicyContext) async throws -> any PolicySession
}

/// One episode's side of a policy.
public protocol PolicySession: Sendable {
    /// Answers a request to expand a placeholder.
    /// - Throws: ``TraceGenError`` (`policyFailed`) when no answer can be had; the episode ends with `policy_error`.
    func expand(_ request: ExpansionRequest) async throws -> PolicyAnswer
}

/// What a policy learns when an episode begins.
public struct PolicyContext: Sendable {
    /// The environment's name.
    public var environment: String
    /// The instance of work.
    public var instance: TaskInstance
    /// What the episode begins with, the gold path among it where the policy asked for scouting.
    public var start: EpisodeStart
    /// The bounds of the episode.
    public var limits: EpisodeLimits
    /// The seed for the policy's own draws.
    public var seed: UInt64

    /// Makes a context from its parts.
    public init(
        environment: String, instance: TaskInstance, start: EpisodeStart, limits: EpisodeLimits, seed: UInt64
    ) {
        self.environment = environment
        self.instance = instance
        self.start = start
        self.limits = limits
        self.seed = seed
    }
}

/// A placeholder to expand: everything the policy sees of the episode, and nothing more (paper, section 3.3).
public struct ExpansionRequest: Sendable, Hashable {
    /// The placeholder's own call text.
    public var signature: String
    /// What the signature takes in, as it stands in the namespace.
    public var variables: [Variable]
    /// Set when an earlier answer to this placeholder did not stand.
    public var correction: Correction?

    /// Makes a request from its parts.
    public init(signature: String, variables: [Variable], correction: Correction? = nil) {
        self.signature = signature
        self.variables = variables
        self.correction = correction
    }
}

/// What was wrong with the answer before this request.
public struct Correction: Sendable, Hashable {
    /// Whether the answer broke the format or its code raised.
    public var problem: AttemptProblem
    /// The answer that did not stand.
    public var response: String
    /// The format rule it broke, or the failed statement and its traceback.
    public var message: String

    /// Makes a correction from its parts.
    public init(problem: AttemptProblem, response: String, message: String) {
        self.problem = problem
        self.response = response
        self.message = message
    }
}

/// A policy's answer, word for word.
public struct PolicyAnswer: Sendable, Hashable {
    /// The text: a thought in `<think>…</think>` and Python in `<execute>…</execute>`.
    public var text: String
    /// What it cost.
    public var usage: Usage

    /// Makes an answer from its parts.
    public init(text: String, usage: Usage = Usage()) {
        self.text = text
        self.usage = usage
    }
}
