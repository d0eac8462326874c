/// The record of one episode: who acted where, what came of it, and every node of its decision tree.
///
/// One JSON object per line, schema `recode.trajectory.v1`. Nothing in it depends on a clock, so the same seed and
/// the same answers give the same bytes; durations live in the run's `timings.jsonl`.
public struct Trajectory: Codable, Sendable, Hashable {
    /// The schema this module reads and writes.
    public static let schemaName = "recode.trajectory.v1"

    /// Always ``schemaName``.
    public var schema: String
    /// Hex digits derived from the identity (see ``EpisodeIdentity``).
    public var id: String
    /// `environment/task/variation`, never empty.
    public var taskID: String
    /// The simulated world and the instance of work in it.
    public var environment: EnvironmentRecord
    /// The task text as the environment gives it.
    public var instruction: String
    /// What the agent sees before its first action.
    public var initialObservation: String
    /// The loop that turned answers into actions.
    public var agent: AgentKind
    /// What answered the prompts.
    public var policy: PolicyRecord
    /// The bounds the episode ran under.
    public var limits: EpisodeLimits
    /// Final reward, 0…1.
    public var reward: Double
    /// The same reward on the environment's own scale.
    public var nativeReward: NativeReward
    /// The environment's own verdict.
    public var success: Bool
    /// Why the episode ended.
    public var ended: EndReason
    /// What exactly ended it, for reasons that need words (an error's text); `nil` otherwise.
    public var endedDetail: String?
    /// Primitive actions sent to the environment.
    public var steps: Int
    /// Prompts the policy answered.
    public var calls: Int
    /// What those answers cost.
    public var usage: Usage
    /// The run's seed; an episode's own generators are derived from it and the task (``EpisodeSeed``).
    public var seed: Int
    /// Which repeat of the same task this is, from 0.
    public var `repeat`: Int
    /// The decision tree in pre-order, parents before children; a node's `id` is its position.
    public var nodes: [Node]
    /// Tries at this episode that were given up before the one that is recorded, oldest first; `nil` where the first one is.
    public var tries: [GivenUpTry]?

    enum CodingKeys: String, CodingKey {
        case schema, id, environment, instruction, agent, policy, limits, reward, success, ended, steps, calls
        case usage, seed, `repeat`, nodes, tries
        case taskID = "task_id"
        case initialObservation = "initial_observation"
        case nativeReward = "native_reward"
        case endedDetail = "ended_detail"
    }

    /// Makes a record from its parts; `schema` is filled in.
    public init(
        id: String, taskID: String, environment: EnvironmentRecord, instruction: String,
        initialObservation: String, agent: AgentKind, policy: PolicyRecord, limits: EpisodeLimits,
        reward: Double, nativeReward: NativeReward, success: Bool, ended: EndReason,
        endedDetail: String? = nil,
        steps: Int, calls: Int, usage: Usage, seed: Int, repeat: Int, nodes: [Node],
        tries: [GivenUpTry]? = nil
    ) {
        self.schema = Self.schemaName
        self.id = id
        self.taskID = taskID
        self.environment = environment
        self.instruction = instruction
        self.initialObservation = initialObservation
        self.agent = agent
        self.policy = policy
        self.limits = limits
        self.reward = reward
        self.nativeReward = nativeReward
        self.success = success
        self.ended = ended
        self.endedDetail = endedDetail
        self.steps = steps
        self.calls = calls
        self.usage = usage
        self.seed = seed
        self.repeat = `repeat`
        self.nodes = nodes
        self.tries = tries
    }
}

/// A try at an episode that was given up: it was played again from its beginning, with the same answers.
public struct GivenUpTry: Codable, Sendable, Hashable {
    /// What failed.
    public var fault: TryFault
    /// Primitive actions that were sent by then.
    public var steps: Int

    /// Makes a try from its parts.
    public init(fault: TryFault, steps: Int) {
        self.fault = fault
        self.steps = steps
    }
}

/// For what an episode is played again. What an episode's own code does is never among it.
public enum TryFault: String, Codable, Sendable, Hashable, CaseIterable {
    /// The environment's worker crashed, hung or answered nonsense over this episode.
    case environmentWorker = "environment_worker"
    /// The environment said that its data are damaged.
    case environmentData = "environment_data"
    /// The machine lost the executor, or could not start one, before the first action.
    case executor
}

/// The loop that turns a policy's answers into actions.
public enum AgentKind: String, Codable, Sendable, Hashable, CaseIterable {
    case recode, react, codeact
}

/// Which part of an environment's instances a task belongs to; decides leakage.
public enum Split: String, Codable, Sendable, Hashable, CaseIterable {
    case train, dev, test
}

/// Why an episode ended: one reason, never free text alone.
public enum EndReason: String, Codable, Sendable, Hashable, CaseIterable {
    /// The root was resolved: every node of the tree has run.
    case resolved
    /// The environment said the task is over (won or lost).
    case environmentDone = "environment_done"
    /// One more action than the limit allows was asked for.
    case stepLimit = "step_limit"
    /// A placeholder stood deeper than expansions may go.
    case depthLimit = "depth_limit"
    /// The policy kept breaking the format.
    case rewriteLimit = "rewrite_limit"
    /// The policy kept writing code that raises.
    case retryLimit = "retry_limit"
    /// A placeholder expanded to itself with the same variables.
    case loop
    /// A block used up its time and would not stop, or the episode's blocks used up theirs.
    case timeLimit = "time_limit"
    /// The run's budget was spent.
    case budget
    /// The policy could not answer, its code took the executor down, or it asked for more answers or a larger record
    /// than an episode may have.
    case policyError = "policy_error"
    /// The environment crashed or hung, twice, or refused an action; or the machine lost the executor.
    case environmentError = "environment_error"
}

/// The simulated world and one instance of work in it.
public struct EnvironmentRecord: Codable, Sendable, Hashable {
    /// `scienceworld`, `alfworld` or `webshop`.
    public var name: String
    /// The version of the package that simulates it.
    public var version: String
    /// The task's name in the environment.
    public var task: String
    /// The instance of that task.
    public var variation: Int
    /// Where the environment itself files that instance.
    public var split: Split
    /// What else shaped the world, such as simplifications: the same in every episode of a run.
    public var options: [String: JSONValue]
    /// What is particular to the instance, such as how a game's actions look; `nil` where nothing is.
    public var instance: [String: JSONValue]?

    /// Makes a record from its parts.
    public init(
        name: String, version: String, task: String, variation: Int, split: Split,
        options: [String: JSONValue] = [:], instance: [String: JSONValue]? = nil
    ) {
        self.name = name
        self.version = version
        self.task = task
        self.variation = variation
        self.split = split
        self.options = options
        self.instance = instance
    }
}

/// What answered the prompts of an episode.
public struct PolicyRecord: Codable, Sendable, Hashable {
    /// The policy's name: `expert`, a profile's name, or `replay`.
    public var name: String
    /// The model behind it.
    public var model: String
    /// How answers were sampled, such as `slip` or `temperature`.
    public var sampling: [String: JSONValue]
    /// SHA-256 of the prompt template, where a prompt was rendered.
    public var promptSHA256: String?

    enum CodingKeys: String, CodingKey {
        case name, model, sampling
        case promptSHA256 = "prompt_sha256"
    }

    /// Makes a record from its parts.
    public init(name: String, model: String, sampling: [String: JSONValue] = [:], promptSHA256: String? = nil)
    {
        self.name = name
        self.model = model
        self.sampling = sampling
        self.promptSHA256 = promptSHA256
    }
}

/// The bounds an episode ran under. Part of its identity.
public struct EpisodeLimits: Codable, Sendable, Hashable {
    /// How many expansions may nest; the root's is the first. The paper's default is 10 (section 4.4, figure 3).
    public var maxDepth: Int
    /// How often a placeholder is expanded again after its code raised.
    public var maxRetry: Int
    /// How often one answer is asked for again because it broke the format.
    public var maxRewrite: Int
    /// How many primitive actions the environment takes.
    public var stepLimit: Int

    enum CodingKeys: String, CodingKey {
        case maxDepth = "max_depth"
        case maxRetry = "max_retry"
        case maxRewrite = "max_rewrite"
        case stepLimit = "step_limit"
    }

    /// The highest a record may say: 2^40. What is above is no limit in practice, and counts as this.
    public static let most = 1 << 40

    /// Makes limits; the defaults are the paper's.
    public init(maxDepth: Int = 10, maxRetry: Int = 5, maxRewrite: Int = 5, stepLimit: Int) {
        self.maxDepth = min(maxDepth, Self.most)
        self.maxRetry = min(maxRetry, Self.most)
        self.maxRewrite = min(maxRewrite, Self.most)
        self.stepLimit = min(stepLimit, Self.most)
    }
}

/// A reward on the environment's own scale.
public struct NativeReward: Codable, Sendable, Hashable {
    /// The reward itself.
    public var value: Double
    /// The lowest the environment gives.
    public var min: Double
    /// The highest the environment gives.
    public var max: Double

    /// Makes a reward from its parts.
    public init(value: Double, min: Double, max: Double) {
        self.value = value
        self.min = min
        self.max = max
    }
}

/// Tokens and money spent on a policy's answers.
public struct Usage: Codable, Sendable, Hashable {
    /// Tokens sent.
    public var promptTokens: Int
    /// Tokens received.
    public var completionTokens: Int
    /// US dollars; `nil` where the price of any part is unknown.
    public var costUSD: Double?

    enum CodingKeys: String, CodingKey {
        case promptTokens = "prompt_tokens"
        case completionTokens = "completion_tokens"
        case costUSD = "cost_usd"
    }

    /// Makes a record; by default one of an answer whose tokens and price are unknown.
    public init(promptTokens: Int = 0, completionTokens: Int = 0, costUSD: Double? = nil) {
        self.promptTokens = promptTokens
        self.completionTokens = completionTokens
        self.costUSD = costUSD
    }
}

extension Usage {
    /// Nothing spent, which costs nothing: what sums begin with. `Usage()` is an answer that nobody counted.
    public static let zero = Usage(costUSD: 0)

    /// Adds what another answer used; the cost of the sum is unknown once that of any part is.
    public mutating func add(_ other: Usage) {
        promptTokens = promptTokens.addingClamped(other.promptTokens)
        completionTokens = completionTokens.addingClamped(other.completionTokens)
        costUSD = costUSD.flatMap { cost in other.costUSD.map { cost + $0 } }
    }
}

extension Int {
    /// The sum, or the number nearest to it that there is: a file may state any count, and a sum must not end the program.
    func addingClamped(_ other: Int) -> Int {
        let (sum, isBeyond) = addingReportingOverflow(other)
        guard isBeyond else { return sum }
        return other < 0 ? .min : .max
    }
}
