/// What a trajectory's record says without its nodes: what selection reads of every record of a run.
public struct TrajectorySummary: Decodable, Sendable, Hashable {
    /// The record's schema.
    public var schema: String
    /// The trajectory's id.
    public var id: String
    /// `environment/task/variation`.
    public var taskID: String
    /// The simulated world and the instance of work in it.
    public var environment: EnvironmentRecord
    /// The task text as the environment gives it.
    public var instruction: String
    /// What the agent sees before its first action.
    public var initialObservation: String
    /// The loop that acted.
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
    /// Primitive actions sent to the environment.
    public var steps: Int
    /// Answers asked of the policy.
    public var calls: Int
    /// What those answers used.
    public var usage: Usage
    /// Which repeat of its task instance it is, from 0.
    public var `repeat`: Int
    /// Tries at it that were given up before the one that is recorded; `nil` where the first one is.
    public var tries: [GivenUpTry]?

    enum CodingKeys: String, CodingKey {
        case schema, id, environment, agent, policy, limits, reward, success, ended, steps, calls, usage,
            `repeat`, tries
        case instruction
        case taskID = "task_id"
        case initialObservation = "initial_observation"
        case nativeReward = "native_reward"
    }

    /// Takes what a trajectory says of itself.
    public init(_ trajectory: Trajectory) {
        schema = trajectory.schema
        id = trajectory.id
        taskID = trajectory.taskID
        environment = trajectory.environment
        instruction = trajectory.instruction
        initialObservation = trajectory.initialObservation
        agent = trajectory.agent
        policy = trajectory.policy
        limits = trajectory.limits
        reward = trajectory.reward
        nativeReward = trajectory.nativeReward
        success = trajectory.success
        ended = trajectory.ended
        steps = trajectory.steps
        calls = trajectory.calls
        usage = trajectory.usage
        self.repeat = trajectory.repeat
        tries = trajectory.tries
    }
}
