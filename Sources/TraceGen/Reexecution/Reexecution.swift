import Trajectories

/// Plays recorded episodes again without environment or model: the real loop and the real executor, the recorded answers,
/// and a world that gives the recorded observations as long as it is sent the recorded actions.
///
/// What comes out must be the record: the code of every node, in its variables, does what it did. Only what an environment
/// and a model said is taken on trust.
public struct Reexecution: Sendable {
    private let executors: any ExecutorSource

    /// Makes it from the place where code runs.
    public init(executors: any ExecutorSource) {
        self.executors = executors
    }

    /// Plays an episode again.
    ///
    /// - Parameter trajectory: one that nothing is against (``Exemption/init(_:)``).
    /// - Returns: the first difference from the record; `nil` where there is none.
    /// - Throws: `TraceGenError` where no executor can be started, and `CancellationError`.
    public func difference(from trajectory: Trajectory) async throws -> EpisodeDifference? {
        do {
            let outcome = try await play(trajectory)
            if let fault = outcome.fault { throw fault }
            return EpisodeDifference(of: outcome, from: trajectory)
        } catch let difference as EpisodeDifference {
            return difference
        }
    }

    private func play(_ trajectory: Trajectory) async throws -> EpisodeOutcome {
        let agent: any Agent =
            switch trajectory.agent {
            case .recode: ReCodeAgent(callLimit: .max)
            case .react: FlatAgent.react
            case .codeact: FlatAgent.codeact
            }
        let script = EpisodeScript(of: trajectory)
        let environment = trajectory.environment
        let instance = TaskInstance(
            task: environment.task, variation: environment.variation, split: environment.split,
            stepLimit: trajectory.limits.stepLimit)
        let start = EpisodeStart(
            instruction: trajectory.instruction, observation: trajectory.initialObservation)
        let seed = EpisodeSeed.derive(
            run: trajectory.seed, taskID: trajectory.taskID, repeat: trajectory.repeat,
            purpose: SeedPurpose.namespace.rawValue)
        let source: any ExecutorSource = agent.runsCode ? executors : NoExecutors()
        return try await source.withExecutor(seed: seed) { executor in
            try await agent.play(
                EpisodeSetting(
                    instance: instance, start: start, environment: RecordedWorld(script), executor: executor,
                    policy: RecordedAnswers(script), limits: trajectory.limits))
        }
    }
}

extension Reexecution {
    /// Why an episode is not played again.
    public enum Exemption: String, Sendable, Hashable, Codable, CaseIterable {
        /// It was recorded by another program, whose loop is another.
        case imported
        /// It ended by something beside its code: a model, an environment, a budget, or the clock.
        case endedFromOutside = "ended_from_outside"
        /// Code of it ran into a limit of time, memory or output, which another machine may reach elsewhere.
        case executorLimit = "executor_limit"

        /// What is against playing an episode again; `nil` where nothing is.
        public init?(_ trajectory: Trajectory) {
            switch trajectory.ended {
            case .policyError, .environmentError, .budget, .timeLimit: self = .endedFromOutside
            case .resolved, .environmentDone, .stepLimit, .depthLimit, .rewriteLimit, .retryLimit, .loop:
                guard trajectory.nodes.contains(where: Self.ranIntoALimit) else { return nil }
                self = .executorLimit
            }
        }

        /// Whether an attempt of a node did, or the block of a turn.
        private static func ranIntoALimit(_ node: Node) -> Bool {
            if node.expansion?.attempts.contains(where: { $0.problem == .limit }) ?? false { return true }
            let last = node.error?.split(separator: "\n").last ?? ""
            return node.kind == .turn && limitErrors.contains { last.hasPrefix($0) }
        }

        /// The exceptions that executor_limits.py raises in a block.
        private static let limitErrors = [
            "ProcessorTimeLimit", "WallTimeLimit", "OutputLimit", "MemoryError",
        ]
    }
}
