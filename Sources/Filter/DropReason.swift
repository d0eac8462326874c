/// Why a trajectory is not kept, in the order in which selection asks: a trajectory has the first reason that holds.
///
/// docs/selection.md describes each step.
public enum DropReason: String, Codable, Sendable, Hashable, CaseIterable {
    /// A trajectory of the same id was read before.
    case duplicateID = "duplicate_id"
    /// It must not be trained on, and the criteria drop what leaks.
    case leak
    /// Its repeat is a later one than are looked at.
    case laterAttempt = "later_attempt"
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
    /// What the score divides by is 0: nobody counted it.
    case scoreUnknown = "score_unknown"
    /// The score is below the criteria's minimum.
    case scoreTooLow = "score_too_low"
    /// Another trajectory of its task instance is the one that is kept of it.
    case otherOfTask = "other_of_task"
    /// Its task instance has as many better ones as may be kept.
    case overTaskCap = "over_task_cap"
    /// Its task has as many better ones as may be kept.
    case overFamilyCap = "over_family_cap"
    /// Its score is below the cut.
    case belowCut = "below_cut"
    /// Its score is that of the cut, and the tie rule preferred others.
    case lostTie = "lost_tie"
}

extension SelectionCriteria {
    /// Why a candidate cannot compete, or `nil` where it can.
    public func ineligibility(of candidate: Candidate) -> DropReason? {
        if leakage == .drop, candidate.leaks { return .leak }
        if let attempts, candidate.repeat >= attempts { return .laterAttempt }
        switch candidate.ended {
        case .policyError: return .policyError
        case .environmentError: return .environmentError
        case .budget: return .budget
        default: break
        }
        // Written so that a reward that is no number is too low as well.
        guard candidate.reward > minReward else { return .rewardTooLow }
        let needsSuccess = success == .successfulOnly || perTask.needsSuccess
        if needsSuccess, !candidate.success { return .unsuccessful }
        guard let score = rankBy.score(of: candidate) else { return .scoreUnknown }
        if let minScore, !(score >= minScore) { return .scoreTooLow }
        return nil
    }
}
