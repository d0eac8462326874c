import TraceGen
import Trajectories

/// Rolls out a recipe's episodes into a run directory, going on where an earlier try stopped.
struct CollectJob: Sendable {
    /// What the run is called in messages.
    var name: String
    /// What is collected.
    var recipe: CollectRecipe
    /// Where every random draw comes from.
    var seed: Int
    /// The run directory.
    var directory: String
    /// What to do about an unfinished run of the same recipe.
    var unfinished: UnfinishedRun
    /// What episodes run on.
    var machine: Machine

    /// Collects what is missing and seals the run.
    ///
    /// - Returns: the sealed run and where the time of this call went.
    /// - Throws: `TraceGenError`, `TrajectoriesError`, and `CancellationError`; what was collected by then is kept.
    func run() async throws -> CollectResult {
        let environment = try await machine.environment(named: recipe.environment)
        let policy = try Catalogue.policy(named: recipe.policy, slip: recipe.slip)
        let start = try RunCollector.begin(
            at: directory, recipe: RunRecipe(seed: seed, recipe: recipe),
            versions: [Version.program: Version.current, environment.name: environment.version],
            unfinished: unfinished)
        switch start {
        case .complete(let run): return CollectResult(run: run)
        case .collecting(let collector):
            return try await collect(with: EpisodeSink(collector), in: environment, policy)
        }
    }

    private func collect(
        with sink: EpisodeSink, in environment: any Environment, _ policy: any Policy
    ) async throws -> CollectResult {
        let executors = try await machine.executors()
        for tail in await sink.cutTails {
            StandardError.say(
                "\(tail.file):\(tail.line): the last record was cut off when the run stopped; "
                    + "\(tail.byteCount) bytes of it were removed and its episode is played again.")
        }
        let plans = try await plans(in: environment, policy)
        let missing = await sink.missing(of: plans)
        let progress = ProgressReporter(
            CollectProgress(title: name, total: plans.count, resumed: plans.count - missing.count))
        await progress.begin()
        let rollout = Rollout(
            environment: environment, policy: policy, agent: Catalogue.agent(recipe.agent),
            executors: executors, concurrency: machine.concurrency)
        do {
            try await rollout.run(missing) { trajectory, timing in
                try await sink.take(trajectory, timing)
                await progress.add(
                    reward: trajectory.reward, success: trajectory.success, failed: trajectory.ended.isFailure
                )
            }
        } catch {
            await progress.end()
            throw error
        }
        await progress.end()
        return try await sink.seal(order: plans.map(\.id))
    }

    private func plans(in environment: any Environment, _ policy: any Policy) async throws -> [EpisodePlan] {
        let instances = try await environment.instances(
            tasks: recipe.tasks, split: recipe.split, variations: recipe.variations)
        let plans = try EpisodePlan.all(
            of: instances, environment: environment.name, agent: recipe.agent, policy: policy.record,
            repeats: recipe.repeats, seed: seed
        ) { EpisodeLimits(maxDepth: recipe.maxDepth, stepLimit: $0) }
        return Array(plans.prefix(recipe.limit ?? .max))
    }
}

/// What a collection came to.
struct CollectResult: Sendable {
    /// The sealed run.
    var run: RunDirectory
    /// How many episodes were played just now; none where the run was complete already.
    var played = 0
    /// How long those waited for the environment, loading included.
    var environmentTime: Duration = .zero
    /// How long they took beside that: policy, executor, records.
    var otherTime: Duration = .zero
}

/// What `run.json` says was asked for: the recipe and the seed side by side.
private struct RunRecipe: Encodable {
    var seed: Int
    var recipe: CollectRecipe

    enum CodingKeys: CodingKey {
        case seed
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(seed, forKey: .seed)
        try recipe.encode(to: encoder)
    }
}

/// Puts finished episodes into the run directory, one at a time, and adds up where their time went.
private actor EpisodeSink {
    private let collector: RunCollector
    private var played = 0
    private var environmentTime: Duration = .zero
    private var otherTime: Duration = .zero

    init(_ collector: sending RunCollector) {
        self.collector = collector
    }

    /// What resuming removed.
    var cutTails: [CutTail] { collector.cutTails }

    /// The plans whose episodes are not in yet.
    func missing(of plans: [EpisodePlan]) -> [EpisodePlan] {
        plans.filter { !collector.contains($0.id) }
    }

    func take(_ trajectory: Trajectory, _ timing: EpisodeTiming) throws {
        try collector.append(trajectory, timings: [try CanonicalJSON.encode(timing)])
        played += 1
        environmentTime += timing.start + timing.environment
        otherTime += timing.policy + timing.elsewhere
    }

    func seal(order: [String]) throws -> CollectResult {
        CollectResult(
            run: try collector.seal(order: order), played: played, environmentTime: environmentTime,
            otherTime: otherTime)
    }
}

extension EndReason {
    /// Whether something other than the agent's own doing ended the episode.
    var isFailure: Bool { self == .environmentError || self == .policyError }
}
