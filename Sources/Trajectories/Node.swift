/// One top-level statement of code in the decision tree, or one turn of a flat agent.
public struct Node: Codable, Sendable, Hashable {
    /// Position in the trajectory's `nodes`.
    public var id: Int
    /// Position of the parent; `nil` for the root.
    public var parent: Int?
    /// 0 for the root.
    public var depth: Int
    /// Which of the parent's attempts this statement came from, from 0; only the last attempt can have been accepted.
    public var attempt: Int
    /// What the statement is.
    public var kind: NodeKind
    /// Its source text.
    public var code: String
    /// What became of it.
    public var status: NodeStatus
    /// Names a placeholder takes in.
    public var inputs: [String]
    /// Names a placeholder declares on its left-hand side.
    public var outputs: [String]
    /// Declared outputs that no descendant assigned (the paper's "variable loss"). Said by the sandbox, within what the
    /// statements' text allows.
    public var lostOutputs: [String]
    /// How a placeholder or turn was answered; `nil` for code and for placeholders never asked about.
    public var expansion: Expansion?
    /// Primitive actions this statement itself sent, in order.
    public var actions: [Action]
    /// What it printed, one entry per print call that ended a line, cut at the executor's output limit. Said by the sandbox.
    public var printed: [String]
    /// The traceback or limit that ended it; `nil` where it went well. A traceback is said by the sandbox.
    public var error: String?

    enum CodingKeys: String, CodingKey {
        case id, parent, depth, attempt, kind, code, status, inputs, outputs, expansion, actions, printed,
            error
        case lostOutputs = "lost_outputs"
    }

    /// Makes a node; it starts `pending`, with nothing done.
    public init(
        id: Int, parent: Int?, depth: Int, attempt: Int = 0, kind: NodeKind, code: String,
        status: NodeStatus = .pending, inputs: [String] = [], outputs: [String] = [],
        lostOutputs: [String] = [],
        expansion: Expansion? = nil, actions: [Action] = [], printed: [String] = [], error: String? = nil
    ) {
        self.id = id
        self.parent = parent
        self.depth = depth
        self.attempt = attempt
        self.kind = kind
        self.code = code
        self.status = status
        self.inputs = inputs
        self.outputs = outputs
        self.lostOutputs = lostOutputs
        self.expansion = expansion
        self.actions = actions
        self.printed = printed
        self.error = error
    }
}

/// What a node is.
public enum NodeKind: String, Codable, Sendable, Hashable, CaseIterable {
    /// A call of a function nobody has defined: a plan, expanded by the policy.
    case placeholder
    /// A statement that runs as it stands.
    case code
    /// One answer of a flat agent.
    case turn
}

/// What became of a node.
public enum NodeStatus: String, Codable, Sendable, Hashable, CaseIterable {
    /// The episode ended before its turn came.
    case pending
    /// Code that ran to its end (or until the environment said done).
    case completed
    /// A placeholder with an accepted expansion.
    case expanded
    /// Left behind when an earlier statement of its attempt raised.
    case skipped
    /// Code that raised or was cut short by a limit; a placeholder without an accepted expansion.
    case failed
}

/// A policy's answer to one placeholder or turn, with the attempts that did not stand.
public struct Expansion: Codable, Sendable, Hashable {
    /// What the policy saw beside the signature, as it stood when the accepted answer was asked for.
    public var variables: [Variable]
    /// The text between `<think>` and `</think>`.
    public var thought: String
    /// The text between `<execute>` and `</execute>`.
    public var code: String
    /// The answer word for word; empty when none was accepted.
    public var response: String
    /// Answers that were refused or failed, oldest first.
    public var attempts: [Attempt]

    /// Makes an expansion from its parts.
    public init(
        variables: [Variable], thought: String = "", code: String = "", response: String = "",
        attempts: [Attempt] = []
    ) {
        self.variables = variables
        self.thought = thought
        self.code = code
        self.response = response
        self.attempts = attempts
    }
}

/// One answer that did not stand.
public struct Attempt: Codable, Sendable, Hashable {
    /// The answer word for word.
    public var response: String
    /// What kind of problem it had.
    public var problem: AttemptProblem
    /// What the policy was told. A traceback in it is said by the sandbox.
    public var message: String

    /// Makes an attempt from its parts.
    public init(response: String, problem: AttemptProblem, message: String) {
        self.response = response
        self.problem = problem
        self.message = message
    }
}

/// Why an answer did not stand.
public enum AttemptProblem: String, Codable, Sendable, Hashable, CaseIterable {
    /// It broke the answer format.
    case format
    /// Its code raised.
    case runtime
    /// It ran into a limit.
    case limit
}

/// A value the policy sees, as `name (type): value`.
public struct Variable: Codable, Sendable, Hashable {
    /// The name in the namespace.
    public var name: String
    /// The type, one level into containers: `list[str]`. Said by the sandbox.
    public var type: String
    /// The value as shown, cut at the executor's limit. Said by the sandbox.
    public var value: String

    /// Makes a variable from its parts.
    public init(name: String, type: String, value: String) {
        self.name = name
        self.type = type
        self.value = value
    }
}

/// One primitive action and what it led to.
public struct Action: Codable, Sendable, Hashable {
    /// The text given to `run`.
    public var action: String
    /// What the environment answered.
    public var observation: String
    /// How much the reward (0…1) changed by it, in hundredths rounded.
    public var reward: Double

    /// Makes an action from its parts.
    public init(action: String, observation: String, reward: Double) {
        self.action = action
        self.observation = observation
        self.reward = reward
    }
}
