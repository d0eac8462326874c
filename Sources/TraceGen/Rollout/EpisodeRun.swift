import Trajectories

/// A finished episode on its way to the sink.
struct EpisodeRecord: Sendable {
    var trajectory: Trajectory
    var timing: EpisodeTiming
}

/// A plan, with what earlier tries at it ran into.
struct EpisodeAttempt: Sendable {
    var plan: EpisodePlan
    var begun = ContinuousClock.now
    var failures: [EnvironmentFailure] = []

    init(_ plan: EpisodePlan) {
        self.plan = plan
    }

    func after(_ failure: EnvironmentFailure) -> EpisodeAttempt {
        var next = self
        next.failures.append(failure)
        return next
    }
}

/// An environment worker that is of no more use.
struct EnvironmentFailure: Error, Sendable {
    var error: TraceGenError
    /// What the episode began with, where it came that far.
    var start: EpisodeStart?
}

/// What a worker made of an episode.
enum EpisodeResult: Sendable {
    case played(EpisodeStart, startTime: Duration, EpisodeOutcome)
    case environmentFailed(EnvironmentFailure)
}

/// One try at one episode.
struct EpisodeRun: Sendable {
    let rollout: Rollout
    let attempt: EpisodeAttempt
    private var plan: EpisodePlan { attempt.plan }

    init(rollout: Rollout, attempt: EpisodeAttempt) {
        self.rollout = rollout
        self.attempt = attempt
    }

    /// Plays the episode from its beginning.
    ///
    /// The environment loads it while the executor's process starts; neither needs the other yet.
    /// - Throws: what ends the whole rollout; not a worker that crashed or hung.
    func play(in session: any EnvironmentSession) async throws -> EpisodeResult {
        let (loaded, load) = AsyncStream.makeStream(of: Loaded.self)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                load.yield(await loadEpisode(in: session))
                load.finish()
            }
            do {
                return try await executors.withExecutor(seed: plan.seed(for: .namespace)) {
                    executor in
                    for await start in loaded {
                        return try await play(start, in: session, executor)
                    }
                    throw CancellationError()
                }
            } catch let error as TraceGenError where error.code == .workerFailed {
                // The executor did not start: a full machine, say. The episode has its second try like any other.
                return .environmentFailed(EnvironmentFailure(error: error))
            }
        }
    }

    /// Where the policy's code runs: nowhere, where the agent runs none.
    private var executors: any ExecutorSource {
        rollout.agent.runsCode ? rollout.executors : NoExecutors()
    }

    private typealias Loaded = (result: Result<EpisodeStart, any Error>, time: Duration)

    private func loadEpisode(in session: any EnvironmentSession) async -> Loaded {
        let begun = ContinuousClock.now
        do {
            let start = try await session.start(plan.instance, scouting: rollout.policy.scouting)
            return (.success(start), ContinuousClock.now - begun)
        } catch {
            return (.failure(error), ContinuousClock.now - begun)
        }
    }

    private func play(
        _ loaded: Loaded, in session: any EnvironmentSession, _ executor: any Executor
    ) async throws -> EpisodeResult {
        var start: EpisodeStart?
        do {
            let begin = try loaded.result.get()
            start = begin
            let policy = try await rollout.policy.begin(context(begin))
            let outcome = try await rollout.agent.play(
                EpisodeSetting(
                    instance: plan.instance, start: begin, environment: session, executor: executor,
                    policy: policy,
                    limits: plan.limits))
            return .played(begin, startTime: loaded.time, outcome)
        } catch let error as TraceGenError
            where [.workerFailed, .workerLost, .badData].contains(error.code)
        {
            try Task.checkCancellation()
            return .environmentFailed(EnvironmentFailure(error: error, start: start))
        } catch let failure as PolicyFailure {
            guard let start else { throw failure }
            let outcome = EpisodeOutcome(
                nodes: [.unplayedRoot], ended: .policyError, endedDetail: failure.message)
            return .played(start, startTime: loaded.time, outcome)
        }
    }

    private func context(_ start: EpisodeStart) -> PolicyContext {
        PolicyContext(
            environment: rollout.environment.name, options: rollout.environment.options,
            instance: plan.instance,
            start: start, limits: plan.limits, seed: plan.seed(for: .policy), episodeID: plan.id,
            repeat: plan.repeat)
    }
}

// MARK: - Records

extension EpisodeRun {
    /// The record of a try that counts: it was played, or it failed and was the last.
    func record(of result: EpisodeResult) -> EpisodeRecord {
        var timing = EpisodeTiming(
            id: plan.id, total: ContinuousClock.now - attempt.begun, tries: attempt.failures.count + 1)
        switch result {
        case .played(let start, let startTime, let outcome):
            timing.start = startTime
            timing.environment = outcome.environmentTime
            timing.policy = outcome.policyTime
            return EpisodeRecord(trajectory: trajectory(start, outcome), timing: timing)
        case .environmentFailed(let failure):
            let errors = (attempt.failures + [failure]).map(\.error.description)
            let outcome = EpisodeOutcome(
                nodes: [.unplayedRoot], ended: .environmentError,
                endedDetail: errors.enumerated().map { "Try \($0 + 1): \($1)" }.joined(separator: "\n"))
            let start = failure.start ?? EpisodeStart(instruction: "", observation: "")
            return EpisodeRecord(trajectory: trajectory(start, outcome), timing: timing)
        }
    }

    private func trajectory(_ start: EpisodeStart, _ outcome: EpisodeOutcome) -> Trajectory {
        let environment = rollout.environment
        let range = environment.nativeRewardRange
        return Trajectory(
            id: plan.id, taskID: plan.taskID,
            environment: EnvironmentRecord(
                name: environment.name, version: environment.version, task: plan.instance.task,
                variation: plan.instance.variation, split: plan.instance.split,
                options: environment.options,
                instance: start.options.isEmpty ? nil : start.options),
            instruction: start.instruction, initialObservation: start.observation, agent: plan.agent,
            policy: rollout.policy.record, limits: plan.limits, reward: outcome.reward,
            nativeReward: NativeReward(
                value: outcome.nativeReward, min: range.lowerBound, max: range.upperBound),
            success: outcome.success, ended: outcome.ended, endedDetail: outcome.endedDetail,
            steps: outcome.steps, calls: outcome.calls, usage: outcome.usage, seed: plan.runSeed,
            repeat: plan.repeat, nodes: outcome.nodes)
    }
}

extension Node {
    /// The root of an episode that never got anywhere.
    fileprivate static var unplayedRoot: Node {
        Node(
            id: 0, parent: nil, depth: 0, kind: .placeholder, code: "solve(instruction, observation)",
            inputs: ["instruction", "observation"])
    }
}
