import Trajectories

/// One instance of work, before anything has run.
public struct TaskInstance: Sendable, Hashable {
    /// The task's name in the environment.
    public var task: String
    /// The instance of that task.
    public var variation: Int
    /// Where the environment files that instance.
    public var split: Split
    /// Primitive actions an episode of this task may send.
    public var stepLimit: Int

    /// Makes an instance from its parts.
    public init(task: String, variation: Int, split: Split, stepLimit: Int) {
        self.task = task
        self.variation = variation
        self.split = split
        self.stepLimit = stepLimit
    }
}

/// A simulated world the pipeline can collect in: what it is called, what work it holds, and how to open it.
public protocol Environment: Sendable {
    /// `scienceworld`, `alfworld` or `webshop`.
    var name: String { get }
    /// The version of the package that simulates it.
    var version: String { get }
    /// Versions of the programs below that package, by name; kept in `run.json`, not in the records.
    var platform: [String: String] { get }
    /// What else shapes the world; part of every record.
    var options: [String: JSONValue] { get }
    /// The native reward's lowest and highest value.
    var nativeRewardRange: ClosedRange<Double> { get }

    /// The instances of `tasks` (all tasks when `nil`) in `split`, at most `variations` of each, in the
    /// environment's own order.
    /// - Throws: ``TraceGenError`` naming an unknown task and the ones there are.
    func instances(tasks: [String]?, split: Split, variations: Int?) async throws -> [TaskInstance]

    /// Opens a session for the time of `body`: one at a time plays episodes in it, one after another.
    func withSession<Result: Sendable>(
        _ body: @Sendable (any EnvironmentSession) async throws -> Result
    ) async throws -> Result

    /// Runs `body` with an environment whose sessions share `count` worker processes, where it can: then any number of
    /// episodes wait for a policy beside each other, and `count` of them play.
    /// - Parameters:
    ///   - count: how many workers there are, at least 1.
    ///   - sessions: how many sessions there may be at a time, all together.
    func withWorkers<Result: Sendable>(
        _ count: Int, sessions: Int, _ body: @Sendable (any Environment) async throws -> Result
    ) async throws -> Result
}

/// What an environment whose work is done by workers does with one that it starts for the time of a call. The world that
/// ``withWorkers(_:sessions:_:)`` gives has to do both itself.
extension Environment {
    /// Asks a worker; see the requirement. Throws ``TraceGenError``: `badRequest` naming an unknown task and those there are.
    public func instances(tasks: [String]?, split: Split, variations: Int?) async throws -> [TaskInstance] {
        try await withWorkers(1, sessions: 1) {
            try await $0.instances(tasks: tasks, split: split, variations: variations)
        }
    }

    /// Plays in a worker, which ends afterwards; see the requirement.
    public func withSession<Result: Sendable>(
        _ body: @Sendable (any EnvironmentSession) async throws -> Result
    ) async throws -> Result {
        try await withWorkers(1, sessions: 1) { try await $0.withSession(body) }
    }
}

/// A place that plays one episode at a time.
public protocol EnvironmentSession: Sendable {
    /// Loads an instance and stands at its beginning.
    ///
    /// - Parameters:
    ///   - instance: the work.
    ///   - scouting: whether to play the environment's own gold path first, for a scripted expert.
    /// - Returns: what the episode begins with.
    /// - Throws: ``TraceGenError``: `workerFailed` when the worker crashed or hung over this, `workerLost` when it did over
    ///   another session's request, `workerUnavailable` when none can be started. The session is of no more use.
    func start(_ instance: TaskInstance, scouting: Scouting) async throws -> EpisodeStart
    /// Sends one primitive action.
    /// - Throws: ``TraceGenError`` as for ``start(_:scouting:)``, and `stepRefused`.
    func step(_ action: String) async throws -> StepResult
}

/// Whether an episode starts with a look at the gold path.
public enum Scouting: Sendable, Hashable {
    case none
    case goldPath
}

/// What an episode begins with.
public struct EpisodeStart: Sendable, Hashable {
    /// The task text.
    public var instruction: String
    /// What the agent sees first.
    public var observation: String
    /// The gold path, where it was asked for; empty otherwise.
    public var goldPath: [ScoutedAction]
    /// What is particular to this instance and belongs in the record, beside the environment's own options.
    public var options: [String: JSONValue]

    /// Makes a start from its parts.
    public init(
        instruction: String, observation: String, goldPath: [ScoutedAction] = [],
        options: [String: JSONValue] = [:]
    ) {
        self.instruction = instruction
        self.observation = observation
        self.goldPath = goldPath
        self.options = options
    }
}

/// One action of the gold path, with what it led to when it was scouted.
public struct ScoutedAction: Sendable, Hashable, Codable {
    /// The action.
    public var action: String
    /// What the environment answered.
    public var observation: String
    /// The reward (0…1) after it.
    public var reward: Double
    /// Whether the task was over after it.
    public var done: Bool
    /// Subgoals it completed, in the environment's words (`GoalFind: focus on substance`).
    public var completedGoals: [String]

    enum CodingKeys: String, CodingKey {
        case action, observation, reward, done
        case completedGoals = "completed_goals"
    }

    /// Makes an action from its parts.
    public init(action: String, observation: String, reward: Double, done: Bool, completedGoals: [String]) {
        self.action = action
        self.observation = observation
        self.reward = reward
        self.done = done
        self.completedGoals = completedGoals
    }
}

/// What one primitive action led to.
public struct StepResult: Sendable, Hashable {
    /// The environment's answer.
    public var observation: String
    /// The native reward so far.
    public var nativeReward: Double
    /// The reward so far, 0…1.
    public var reward: Double
    /// Whether the task is over.
    public var done: Bool
    /// The environment's own verdict so far.
    public var success: Bool

    /// Makes a result from its parts.
    public init(observation: String, nativeReward: Double, reward: Double, done: Bool, success: Bool) {
        self.observation = observation
        self.nativeReward = nativeReward
        self.reward = reward
        self.done = done
        self.success = success
    }
}
