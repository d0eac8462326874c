import Glibc
import Synchronization
import Trajectories

@testable import TraceGen

/// Plays the gold path it was given, and does to workers what a test asks for.
struct GoldAgent: Agent {
    let kind = AgentKind.recode
    /// Called before each action, with the worker's process number.
    var beforeAction: @Sendable (TaskInstance, _ step: Int, _ worker: Int32) -> Void = { _, _, _ in }

    func play(_ episode: EpisodeSetting) async throws -> EpisodeOutcome {
        let environment = episode.environment
        let worker = try await (environment as? SharedSession<ScienceWorldWorker>)?.ask(\.process) ?? -1
        var outcome = EpisodeOutcome(
            nodes: [Node(id: 0, parent: nil, depth: 0, kind: .code, code: "", status: .completed)],
            ended: .environmentDone)
        for gold in episode.start.goldPath {
            beforeAction(episode.instance, outcome.steps, worker)
            let result: StepResult
            do {
                result = try await environment.step(gold.action)
            } catch let fault as TraceGenError where fault.endsEpisode {
                (outcome.ended, outcome.endedDetail) = (.environmentError, fault.description)
                outcome.fault = fault
                return outcome
            }
            outcome.steps += 1
            outcome.nodes[0].actions.append(
                Action(action: gold.action, observation: result.observation, reward: result.reward))
            (outcome.reward, outcome.nativeReward) = (result.reward, result.nativeReward)
            outcome.success = result.success
        }
        return outcome
    }
}

/// Asks for the gold path and has nothing else to say: ``GoldAgent`` never asks it anything.
struct GoldPolicy: Policy {
    struct Session: PolicySession {
        func expand(_ request: ExpansionRequest) async throws -> PolicyAnswer {
            throw PolicyFailure("Nobody asks this policy.")
        }
    }

    let record = PolicyRecord(name: "gold", model: "gold")
    let scouting = Scouting.goldPath

    func begin(_ context: PolicyContext) async throws -> any PolicySession { Session() }
}

/// Signals that are sent to workers while they play, each once.
final class Sabotage: Sendable {
    struct Deed: Hashable, Sendable {
        var task: String
        var step: Int
        var signal: Int32
    }

    private let deeds: Mutex<[Deed]>

    init(_ deeds: [Deed]) {
        self.deeds = Mutex(deeds)
    }

    /// The agent that sends them.
    var agent: GoldAgent {
        GoldAgent { instance, step, worker in
            let due = self.deeds.withLock { deeds -> Deed? in
                let index = deeds.firstIndex { $0.task == instance.task && $0.step == step }
                return index.map { deeds.remove(at: $0) }
            }
            if let due { kill(worker, due.signal) }
        }
    }
}

/// What a rollout handed over, and whether it did so one record at a time.
actor Harvest {
    private(set) var trajectories: [Trajectory] = []
    private(set) var timings: [EpisodeTiming] = []
    private(set) var overlapped = false
    private var isInside = false

    func take(_ trajectory: Trajectory, _ timing: EpisodeTiming) async {
        overlapped = overlapped || isInside
        isInside = true
        await Task.yield()
        trajectories.append(trajectory)
        timings.append(timing)
        isInside = false
    }

    /// The records' bytes without the tries before them, in the order of `plans`.
    func bytes(in plans: [EpisodePlan]) throws -> [[UInt8]] {
        try plans.flatMap { plan in
            try trajectories.filter { $0.id == plan.id }.map { trajectory in
                var trajectory = trajectory
                trajectory.tries = nil
                return try CanonicalJSON.encode(trajectory)
            }
        }
    }
}

/// Gives executors to an agent that runs no code. What the real ones do is tested where they live.
struct IdleExecutors: ExecutorSource {
    private struct Idle: Executor {
        private let refusal = ExecutorFailure(.died, "This executor runs nothing.")

        func bind(_ variables: [(name: String, value: String)]) async throws { throw refusal }
        func parse(_ code: String, rules: CodeRules) async throws -> ParsedBlock { throw refusal }
        func execute(
            _ statement: String, rules: CodeRules, block: Int?,
            action: @Sendable (String) async throws -> ActionReply
        ) async throws -> StatementOutcome { throw refusal }
        func variables(_ names: [String]) async throws -> [Variable] { throw refusal }
    }

    func withExecutor<Result: Sendable>(
        seed: UInt64, _ body: @Sendable (any Executor) async throws -> Result
    ) async throws -> Result {
        try await body(Idle())
    }
}
