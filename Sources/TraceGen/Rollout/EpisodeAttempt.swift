import Trajectories

/// A plan, with what earlier tries at it ran into.
struct EpisodeAttempt: Sendable {
    /// How often an episode is begun again at most for what itself ran into.
    private static let secondTries = 1

    var plan: EpisodePlan
    var begun = ContinuousClock.now
    /// The answers it had, which it gets again.
    let answers: AnswerMemory
    /// What took each earlier try down.
    private(set) var givenUp: [(try: GivenUpTry, fault: TraceGenError)] = []
    /// How often it was begun again because its worker was lost over another episode.
    private(set) var losses = 0

    init(_ plan: EpisodePlan, by policy: any Policy) {
        self.plan = plan
        answers = AnswerMemory(policy)
    }

    /// How many times it was begun.
    var tries: Int { 1 + givenUp.count + losses }

    /// The next try; `nil` where what came of this one counts.
    ///
    /// What an environment has said is thrown away only where its own worker went down, or another episode took it along;
    /// and where it had said nothing yet when the machine lost the executor. Nothing that the episode's code does is among
    /// that, and what follows the environment's `done` has no fault.
    func after(_ outcome: EpisodeOutcome) -> EpisodeAttempt? {
        guard let fault = outcome.fault else { return nil }
        var next = self
        switch fault.code {
        case .workerLost:
            next.losses += 1
            return next
        case .workerFailed: return again(.environmentWorker, outcome, fault)
        case .badData: return again(.environmentData, outcome, fault)
        case .executorLost: return outcome.steps == 0 ? again(.executor, outcome, fault) : nil
        case .stepRefused, .badRequest, .missingProgram, .workerUnavailable, .badReplay: return nil
        }
    }

    private func again(
        _ kind: TryFault, _ outcome: EpisodeOutcome, _ fault: TraceGenError
    ) -> EpisodeAttempt? {
        guard givenUp.count < Self.secondTries else { return nil }
        var next = self
        next.givenUp.append((GivenUpTry(fault: kind, steps: outcome.steps), fault))
        return next
    }
}
