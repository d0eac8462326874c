import Trajectories

/// Holds one episode's Python namespace and runs its statements.
///
/// The real one is a CPython process inside a sandbox. `run(action)` inside a statement is a message to the host,
/// which owns the environment: code in the executor reaches neither the environment nor the reward.
public protocol Executor: Sendable {
    /// Binds the first variables of the episode.
    func bind(_ variables: [(name: String, value: String)]) async throws
    /// Checks an answer's code against the format rules and splits it into top-level statements. The host reads it itself,
    /// by the names that the namespace is known to hold; the executor's process has no part in it.
    /// - Parameter rules: what the code may hold.
    /// - Returns: the statements, or the rule that was broken.
    /// - Throws: ``ExecutorFailure`` when the process is gone; ``TraceGenError`` (`executorLost`) when nothing can be read.
    func parse(_ code: String, rules: CodeRules) async throws -> ParsedBlock
    /// Runs one top-level statement, or recognises it as a placeholder before anything of it has run.
    ///
    /// - Parameters:
    ///   - statement: its source text.
    ///   - rules: by which rules; `script` runs any number of statements and knows no placeholders.
    ///   - block: which block it belongs to; statements with the same number share one block's time. `nil` makes it a
    ///     block of its own.
    ///   - action: plays one primitive action. What it returns decides whether the statement goes on.
    /// - Returns: what became of it.
    /// - Throws: ``ExecutorFailure`` when the process is gone, was killed for breaking a hard limit or said what cannot be
    ///   true of the statement; ``TraceGenError`` (`executorLost`) when the machine lost it; what `action` throws.
    func execute(
        _ statement: String, rules: CodeRules, block: Int?,
        action: @Sendable (String) async throws -> ActionReply
    ) async throws -> StatementOutcome
    /// The present values of `names`, in that order, without those that are no variables.
    func variables(_ names: [String]) async throws -> [Variable]
}

extension Executor {
    /// Checks and splits an expansion.
    public func parse(_ code: String) async throws -> ParsedBlock { try await parse(code, rules: .expansion) }

    /// Runs a statement of an expansion.
    public func execute(
        _ statement: String, block: Int? = nil, action: @Sendable (String) async throws -> ActionReply
    ) async throws -> StatementOutcome {
        try await execute(statement, rules: .expansion, block: block, action: action)
    }
}

/// What a policy's code may hold.
public enum CodeRules: String, Sendable, Hashable, Encodable {
    /// An expansion of a placeholder: no definitions, and calls of unknown functions are placeholders.
    case expansion
    /// Any Python, as a CodeAct agent writes it: a call of an unknown function raises NameError.
    case script
}

/// What the host answers to `run(action)`.
public enum ActionReply: Sendable, Hashable {
    /// Go on with this observation.
    case observation(String)
    /// The episode is over: the statement stops where it stands.
    case stop
}

/// The outcome of a format check.
public enum ParsedBlock: Sendable, Hashable {
    /// The top-level statements, in order, each with its own source text (comments above it included).
    case statements([String])
    /// The rule that was broken, where, and what to do instead; said to the policy word for word.
    case formatProblem(String)
}

/// What became of a statement.
public enum StatementOutcome: Sendable, Hashable {
    /// It calls a function nobody has defined; nothing of it has run.
    case placeholder(PlaceholderCall)
    /// It ran to its end.
    case completed(StatementResult)
    /// It raised; `traceback` names the statement's own lines only.
    case raised(StatementResult, traceback: String)
    /// It ran into one of its block's limits: of time, memory or output; `traceback` says which.
    case limited(StatementResult, traceback: String)
    /// The host answered an action with ``ActionReply/stop``.
    case stopped(StatementResult)
}

/// What a statement left behind, however it ended.
public struct StatementResult: Sendable, Hashable {
    /// What it printed, one entry a line. Said by the sandbox.
    public var printed: [String]
    /// Names it assigned. Said by the sandbox, within what the statement's text allows.
    public var assigned: [String]

    /// Makes a result from its parts.
    public init(printed: [String] = [], assigned: [String] = []) {
        self.printed = printed
        self.assigned = assigned
    }
}

/// A placeholder's call, taken apart.
public struct PlaceholderCall: Sendable, Hashable {
    /// The function's name.
    public var name: String
    /// The call text, normalised.
    public var signature: String
    /// Names it takes in, in the order they appear (keywords given as literals among them).
    public var inputs: [String]
    /// Names it declares on its left-hand side.
    public var outputs: [String]
    /// Present values of the inputs that are variables. Said by the sandbox; the rest is the host's own reading.
    public var variables: [Variable]

    /// Makes a call from its parts.
    public init(name: String, signature: String, inputs: [String], outputs: [String], variables: [Variable]) {
        self.name = name
        self.signature = signature
        self.inputs = inputs
        self.outputs = outputs
        self.variables = variables
    }
}

/// The executor is gone, and the episode's namespace with it.
public struct ExecutorFailure: Error, Sendable, Hashable {
    /// What took it down.
    public enum Code: Sendable, Hashable {
        /// A block used up its time and would not stop, or the episode used up its own.
        case timeLimit
        /// The process died or broke the protocol while running the policy's code.
        case died
    }

    /// What took it down.
    public var code: Code
    /// The limit or the exit status, in words.
    public var message: String

    /// Makes a failure from its parts.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}
