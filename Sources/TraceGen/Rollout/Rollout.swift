import Trajectories

/// Plays planned episodes over a number of lanes, each with an environment session of its own; whether sessions share
/// workers is the environment's matter.
///
/// What an episode's record says depends on its plan alone, whatever the number of lanes; only the order in which
/// records arrive does not.
public struct Rollout: Sendable {
    /// Takes a finished record. Called by one lane at a time; while it works, lanes that finish wait.
    public typealias Sink = @Sendable (Trajectory, EpisodeTiming) async throws -> Void

    let environment: any Environment
    let policy: any Policy
    let agent: any Agent
    let executors: any ExecutorSource
    let concurrency: Int

    /// Joins what an episode needs.
    ///
    /// - Parameters:
    ///   - environment: where episodes play.
    ///   - policy: what answers their prompts.
    ///   - agent: the loop that turns answers into actions.
    ///   - executors: where the policy's code runs.
    ///   - concurrency: the number of lanes, at least 1.
    public init(
        environment: any Environment, policy: any Policy, agent: any Agent, executors: any ExecutorSource,
        concurrency: Int
    ) {
        precondition(concurrency > 0, "a rollout needs a lane")
        self.environment = environment
        self.policy = policy
        self.agent = agent
        self.executors = executors
        self.concurrency = concurrency
    }

    /// Plays `plans` and hands each finished record to `sink`.
    ///
    /// An episode whose environment worker crashes or hangs is tried once more from its beginning in a fresh worker, with the
    /// same answers, then recorded as `environment_error` with what there is; one that loses its worker to another episode
    /// begins again likewise. Every plan gets exactly one record, unless a quota makes it needless.
    ///
    /// - Parameters:
    ///   - plans: what is to be played, in canonical order.
    ///   - quota: when to leave an instance's other repeats out.
    ///   - limit: how many episodes are played at most.
    ///   - sink: takes finished records.
    /// - Returns: whether the limit left any out.
    /// - Throws: ``TraceGenError`` when a worker or an executor cannot even start, what `sink` throws, and
    ///   `CancellationError`. Episodes under way are dropped then; no record of theirs has been handed over.
    @discardableResult
    public func run(
        _ plans: [EpisodePlan], quota: SuccessQuota? = nil, limit: Int = .max, sink: @escaping Sink
    ) async throws -> Bool {
        OpenFiles.allowMost()
        let queue = PlanQueue(plans, quota: quota, limit: limit)
        let turnstile = Turnstile()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<min(concurrency, plans.count) {
                group.addTask {
                    try await runLane(queue) { record in
                        try await turnstile.pass { try await sink(record.trajectory, record.timing) }
                    }
                }
            }
            try await group.waitForAll()
        }
        return await queue.isCutShort
    }

    /// Plays one plan after another, worker after worker, until there is none left.
    private func runLane(
        _ queue: PlanQueue, deliver: @escaping @Sendable (EpisodeRecord) async throws -> Void
    ) async throws {
        var attempt = await queue.next().map { EpisodeAttempt($0, by: policy) }
        while let first = attempt {
            attempt = try await environment.withSession { session in
                try await play(from: first, queue, in: session, deliver: deliver)
            }
        }
    }

    /// Plays in one worker until the plans or the worker are at their end.
    /// - Returns: what a fresh worker has to begin with; `nil` when nothing is left to do.
    private func play(
        from first: EpisodeAttempt, _ queue: PlanQueue, in session: any EnvironmentSession,
        deliver: @Sendable (EpisodeRecord) async throws -> Void
    ) async throws -> EpisodeAttempt? {
        var attempt = first
        if attempt.tries == 1 { attempt.begun = .now }
        while true {
            let run = EpisodeRun(rollout: self, attempt: attempt)
            let result = try await run.play(in: session)
            if let again = attempt.after(result.outcome) { return again }
            let record = run.record(of: result)
            try await deliver(record)
            await queue.finish(attempt.plan, success: record.trajectory.success)
            guard let next = await queue.next() else { return nil }
            attempt = EpisodeAttempt(next, by: policy)
            if result.outcome.fault != nil { return attempt }
        }
    }
}

/// Gives each episode an executor of its own.
public protocol ExecutorSource: Sendable {
    /// Runs an executor for the time of `body`.
    ///
    /// - Parameters:
    ///   - seed: what random numbers inside the policy's code start from.
    ///   - body: what is done with it.
    /// - Returns: what `body` returns.
    /// - Throws: what `body` throws; ``TraceGenError`` when an executor cannot start.
    func withExecutor<Result: Sendable>(
        seed: UInt64, _ body: @Sendable (any Executor) async throws -> Result
    ) async throws -> Result
}
