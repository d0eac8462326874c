import Synchronization
import Trajectories

/// A finished episode on its way to the sink.
struct EpisodeRecord: Sendable {
    var trajectory: Trajectory
    var timing: EpisodeTiming
}

/// What came of one try at an episode.
struct EpisodeResult: Sendable {
    /// What it began with; `nil` where it did not come that far.
    var start: EpisodeStart?
    /// How long that took.
    var startTime = Duration.zero
    var outcome: EpisodeOutcome

    init(_ start: EpisodeStart?, startTime: Duration = .zero, _ outcome: EpisodeOutcome) {
        self.start = start
        self.startTime = startTime
        self.outcome = outcome
    }

    /// A try that was over before the agent had begun.
    init(unplayed fault: TraceGenError, start: EpisodeStart? = nil) {
        self.init(
            start,
            EpisodeOutcome(
                nodes: [.unplayedRoot], ended: .environmentError, endedDetail: fault.description, fault: fault
            ))
    }
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
        // Once it is played nothing that happens to the executor takes the outcome back.
        let played = Mutex<EpisodeResult?>(nil)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                load.yield(await loadEpisode(in: session))
                load.finish()
            }
            do {
                return try await executors.withExecutor(seed: plan.seed(for: .namespace)) {
                    executor in
                    for await start in loaded {
                        let result = try await play(start, in: session, executor)
                        played.withLock { $0 = result }
                        return result
                    }
                    throw CancellationError()
                }
            } catch {
                try Task.checkCancellation()
                if let result = played.withLock({ $0 }) { return result }
                guard let error = error as? TraceGenError, error.code == .workerFailed else { throw error }
                // The executor did not start: a full machine, say.
                return EpisodeResult(
                    unplayed: TraceGenError(.executorLost, error.message, cause: error.cause))
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
        let start: EpisodeStart
        do {
            start = try loaded.result.get()
        } catch let fault as TraceGenError where fault.endsEpisode {
            try Task.checkCancellation()
            return EpisodeResult(unplayed: fault)
        }
        do {
            let policy = try await attempt.answers.begin(context(start))
            let outcome = try await rollout.agent.play(
                EpisodeSetting(
                    instance: plan.instance, start: start, environment: session, executor: executor,
                    policy: policy,
                    limits: plan.limits))
            if outcome.fault != nil { try Task.checkCancellation() }
            return EpisodeResult(start, startTime: loaded.time, outcome)
        } catch let failure as PolicyFailure {
            let outcome = EpisodeOutcome(
                nodes: [.unplayedRoot], ended: .policyError, endedDetail: failure.message)
            return EpisodeResult(start, startTime: loaded.time, outcome)
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
    /// The record of a try that counts.
    func record(of result: EpisodeResult) -> EpisodeRecord {
        var timing = EpisodeTiming(
            id: plan.id, total: ContinuousClock.now - attempt.begun, tries: attempt.tries)
        timing.start = result.startTime
        timing.environment = result.outcome.environmentTime
        timing.policy = result.outcome.policyTime
        var outcome = result.outcome
        if let fault = outcome.fault, !attempt.givenUp.isEmpty {
            let faults = attempt.givenUp.map(\.fault) + [fault]
            outcome.endedDetail =
                faults.enumerated().map { "Try \($0 + 1): \($1)" }.joined(separator: "\n")
        }
        let start = result.start ?? EpisodeStart(instruction: "", observation: "")
        return EpisodeRecord(trajectory: trajectory(start, outcome), timing: timing)
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
            repeat: plan.repeat, nodes: outcome.nodes,
            tries: attempt.givenUp.isEmpty ? nil : attempt.givenUp.map(\.try))
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
