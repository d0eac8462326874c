import Trajectories

/// What selection needs to know of a trajectory.
public struct Candidate: Sendable, Hashable {
    /// The trajectory's id.
    public var id: String
    /// The task instance, `environment/task/variation`.
    public var taskID: String
    /// Which repeat of its task instance it is, from 0.
    public var `repeat`: Int
    /// What the group may be made of, every part.
    public var parts: [GroupPart: String]
    /// Final reward, 0…1.
    public var reward: Double
    /// The environment's own verdict.
    public var success: Bool
    /// Why the episode ended.
    public var ended: EndReason
    /// Primitive actions it took.
    public var steps: Int
    /// Answers it asked of its policy.
    public var calls: Int
    /// Whether it must not be trained on, as a ``LeakageGate`` says.
    public var leaks: Bool
    /// How many pairs it yields; 0 where no criterion asks (``SelectionCriteria/needsPairCounts``).
    public var pairCount: Int
    /// Tokens its policy read and wrote; 0 where nobody counted.
    public var tokenCount: Int

    /// Takes from a trajectory what selection needs.
    ///
    /// - Parameters:
    ///   - trajectory: the record.
    ///   - leaks: whether it must not be trained on.
    ///   - pairCount: how many pairs it yields; decomposing is another stage's work.
    public init(_ trajectory: TrajectorySummary, leaks: Bool = false, pairCount: Int = 0) {
        id = trajectory.id
        taskID = trajectory.taskID
        self.repeat = trajectory.repeat
        parts = [
            .environment: trajectory.environment.name, .agent: trajectory.agent.rawValue,
            .policyModel: trajectory.policy.model, .policyName: trajectory.policy.name,
            .split: trajectory.environment.split.rawValue, .task: trajectory.environment.task,
            .maxDepth: String(trajectory.limits.maxDepth),
            .promptSHA256: trajectory.policy.promptSHA256 ?? "",
        ]
        reward = trajectory.reward
        success = trajectory.success
        ended = trajectory.ended
        steps = trajectory.steps
        calls = trajectory.calls
        self.leaks = leaks
        self.pairCount = pairCount
        tokenCount = trajectory.usage.promptTokens + trajectory.usage.completionTokens
    }

    /// Makes a candidate from its parts.
    public init(
        id: String, taskID: String, repeat: Int = 0, parts: [GroupPart: String], reward: Double,
        success: Bool, ended: EndReason, steps: Int = 0, calls: Int = 0, leaks: Bool = false,
        pairCount: Int = 0, tokenCount: Int = 0
    ) {
        self.id = id
        self.taskID = taskID
        self.repeat = `repeat`
        self.parts = parts
        self.reward = reward
        self.success = success
        self.ended = ended
        self.steps = steps
        self.calls = calls
        self.leaks = leaks
        self.pairCount = pairCount
        self.tokenCount = tokenCount
    }
}
