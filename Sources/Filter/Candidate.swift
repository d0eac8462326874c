import Trajectories

/// What selection needs to know of a trajectory; light, so that a whole run's candidates fit in memory.
public struct Candidate: Sendable, Hashable {
    /// The trajectory's id.
    public var id: String
    /// What the group may be made of, every part.
    public var parts: [GroupPart: String]
    /// Final reward, 0…1.
    public var reward: Double
    /// The environment's own verdict.
    public var success: Bool
    /// Why the episode ended.
    public var ended: EndReason
    /// How many pairs it yields.
    public var pairCount: Int
    /// Tokens its policy read and wrote.
    public var tokenCount: Int

    /// Takes from a trajectory what selection needs.
    ///
    /// - Parameters:
    ///   - trajectory: the record.
    ///   - pairCount: how many pairs it yields; decomposing is another stage's work.
    public init(_ trajectory: Trajectory, pairCount: Int) {
        id = trajectory.id
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
        self.pairCount = pairCount
        tokenCount = trajectory.usage.promptTokens + trajectory.usage.completionTokens
    }

    /// Makes a candidate from its parts.
    public init(
        id: String, parts: [GroupPart: String], reward: Double, success: Bool, ended: EndReason,
        pairCount: Int,
        tokenCount: Int
    ) {
        self.id = id
        self.parts = parts
        self.reward = reward
        self.success = success
        self.ended = ended
        self.pairCount = pairCount
        self.tokenCount = tokenCount
    }
}

/// Why a trajectory is not kept.
public enum DropReason: String, Codable, Sendable, Hashable, CaseIterable {
    /// A trajectory of the same id was read before.
    case duplicateID = "duplicate_id"
    /// The episode ended by an error of the policy.
    case policyError = "policy_error"
    /// The episode ended by an error of the environment.
    case environmentError = "environment_error"
    /// The episode ended because the run's budget was spent.
    case budget
    /// The reward is not above the criteria's minimum.
    case rewardTooLow = "reward_too_low"
    /// The environment calls it no success, and only successes were asked for.
    case unsuccessful
    /// Its reward is below the cut.
    case belowCut = "below_cut"
    /// Its reward is that of the cut, and the tie rule preferred others.
    case lostTie = "lost_tie"
}

extension SelectionCriteria {
    /// Why a candidate cannot compete, or `nil` where it can.
    public func ineligibility(of candidate: Candidate) -> DropReason? {
        switch candidate.ended {
        case .policyError: return .policyError
        case .environmentError: return .environmentError
        case .budget: return .budget
        default: break
        }
        // Written so that a reward that is no number is too low as well.
        guard candidate.reward > minReward else { return .rewardTooLow }
        return success == .successfulOnly && !candidate.success ? .unsuccessful : nil
    }
}
