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
    /// - Throws: ``PolicyFailure`` when no answer can be had; the episode ends with `policy_error`.
    func expand(_ request: ExpansionRequest) async throws -> PolicyAnswer
    /// Answers a request for the next turn of a flat episode.
    /// - Throws: ``PolicyFailure`` as ``expand(_:)``; always, where the policy knows trees only.
    func act(_ request: TurnRequest) async throws -> PolicyAnswer
}

extension PolicySession {
    /// Says that there is no answer.
    public func act(_ request: TurnRequest) async throws -> PolicyAnswer {
        throw PolicyFailure(
            "This policy expands placeholders and takes no turns. Collect with the agent recode; exporting with "
                + "another method flattens what was collected.")
    }
}

/// The policy could not answer, which ends the episode with `policy_error`.
public struct PolicyFailure: Error, Sendable, Hashable {
    /// What failed, why, and what to do; no secrets.
    public var message: String
    /// What asking cost all the same.
    public var usage: Usage

    /// Makes a failure from its parts.
    public init(_ message: String, usage: Usage = .zero) {
        self.message = message
        self.usage = usage
    }
}

/// What a policy learns when an episode begins.
public struct PolicyContext: Sendable {
    /// The environment's name.
    public var environment: String
    /// What the environment says of itself, as it stands in records: `environment.options`.
    public var options: [String: JSONValue]
    /// The instance of work.
    public var instance: TaskInstance
    /// What the episode begins with, the gold path among it where the policy asked for scouting.
    public var start: EpisodeStart
    /// The bounds of the episode.
    public var limits: EpisodeLimits
    /// The seed for the policy's own draws.
    public var seed: UInt64
    /// The id the episode's trajectory will have.
    public var episodeID: String
    /// Which repeat of the same work, from 0.
    public var `repeat`: Int

    /// Makes a context from its parts.
    public init(
        environment: String, options: [String: JSONValue] = [:], instance: TaskInstance, start: EpisodeStart,
        limits: EpisodeLimits, seed: UInt64, episodeID: String = "", repeat: Int = 0
    ) {
        self.episodeID = episodeID
        self.repeat = `repeat`
        self.environment = environment
        self.options = options
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

/// The next turn of a flat episode: the task, and everything that was done and seen.
public struct TurnRequest: Sendable, Hashable {
    /// A turn that was taken.
    public struct Turn: Sendable, Hashable {
        /// The thought.
        public var thought: String
        /// The primitive action, or the block of Python.
        public var code: String
        /// What was seen then.
        public var observation: String

        /// Makes a turn from its parts.
        public init(thought: String, code: String, observation: String) {
            self.thought = thought
            self.code = code
            self.observation = observation
        }
    }

    /// The task's text.
    public var instruction: String
    /// What was seen first.
    public var observation: String
    /// The turns so far.
    public var turns: [Turn]
    /// Set when an earlier answer for this turn did not stand.
    public var correction: Correction?

    /// Makes a request from its parts.
    public init(
        instruction: String, observation: String, turns: [Turn] = [], correction: Correction? = nil
    ) {
        self.instruction = instruction
        self.observation = observation
        self.turns = turns
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
