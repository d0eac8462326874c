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
    /// How many episodes play at a time.
    var concurrency: Int
    /// Where language models and their prompts come from.
    var models: ModelSources
    /// When to stop although episodes are missing.
    var budget = CollectBudget()

    /// Collects what is missing and seals the run, or stops where the budget says so.
    ///
    /// - Parameter site: where the episodes are played.
    /// - Returns: the run and where the time of this call went.
    /// - Throws: `TraceGenError`, `ModelFailure`, `TrajectoriesError`, and `CancellationError`; what was collected by
    ///   then is kept.
    func run(at site: Site) async throws -> CollectResult {
        let policy = try PolicyPlan(recipe, models)
        try policy.requirePrice(for: budget)
        let start = try RunCollector.begin(
            at: directory, recipe: runRecipe(policy), versions: versions(at: site), platform: site.platform,
            unfinished: unfinished, secrets: policy.secrets(models.variables))
        switch start {
        case .complete(let run): return CollectResult(run: run)
        case .collecting(let collector):
            let sink = EpisodeSink(collector)
            let workers = min(site.environmentWorkers, concurrency)
            return try await site.environment.withWorkers(workers, sessions: concurrency) { environment in
                var site = site
                site.environment = environment
                return try await collect(with: sink, at: site, policy)
            }
        }
    }

    /// Looks whether the run could begin or go on in its directory, and changes nothing.
    /// - Throws: `TrajectoriesError` as ``run(at:)`` would, for a directory that holds something else.
    func requireFree(at site: Site) throws {
        let policy = try PolicyPlan(recipe, models)
        try RunCollector.requireFree(
            directory, recipe: runRecipe(policy), versions: versions(at: site), unfinished: unfinished,
            secrets: policy.secrets(models.variables))
    }

    private func runRecipe(_ policy: PolicyPlan) -> RunRecipe {
        RunRecipe(seed: seed, recipe: recipe, policy: policy.description)
    }

    private func versions(at site: Site) -> [String: String] {
        [Version.program: Version.current, site.environment.name: site.environment.version]
    }

    /// The episodes of the recipe, in canonical order.
    func plans(in environment: any Environment, _ policy: PolicyPlan) async throws -> [EpisodePlan] {
        let instances = try await environment.instances(
            tasks: recipe.tasks, split: recipe.split, variations: recipe.variations)
        return try EpisodePlan.all(
            of: instances, environment: environment.name, environmentOptions: recipe.environmentOptions,
            agent: recipe.agent, policy: policy.record,
            repeats: recipe.repeats, limit: recipe.limit, seed: seed, limits: recipe.limits)
    }

    private func collect(
        with sink: EpisodeSink, at site: Site, _ policy: PolicyPlan
    ) async throws -> CollectResult {
        for tail in await sink.cutTails {
            StandardError.say(
                "\(tail.file):\(tail.line): the last record was cut off when the run stopped; "
                    + "\(tail.byteCount) bytes of it were removed and it is made again.")
        }
        let plans = try await plans(in: site.environment, policy)
        let missing = await sink.missing(of: plans)
        let allowed = max(0, (budget.episodesHere ?? .max) - (plans.count - missing.count))
        var spent = budget.elsewhere ?? RunSpending()
        spent.usage.add(await sink.spent)
        let calls = CallBudget(
            maxCost: budget.maxCost, maxTokens: budget.maxTokens, spent: spent.usage,
            knownCost: spent.knownCostUSD + (await sink.knownCost))
        let progress = ProgressReporter(
            CollectProgress(title: name, total: plans.count, resumed: plans.count - missing.count))
        await progress.begin()
        let isCutShort: Bool
        do {
            let quota = try recipe.untilSuccesses.map {
                SuccessQuota(count: $0, earlier: try Self.successes(in: directory))
            }
            isCutShort = try await policy.withPolicy(journal: sink, budget: calls) { policy in
                let rollout = Rollout(
                    environment: site.environment, policy: policy, agent: Catalogue.agent(recipe.agent),
                    executors: site.executors, concurrency: concurrency)
                return try await rollout.run(missing, quota: quota, limit: allowed) { trajectory, timing in
                    try await sink.take(trajectory, timing)
                    await progress.add(
                        reward: trajectory.reward, success: trajectory.success,
                        failed: trajectory.ended.isFailure)
                    if trajectory.ended.isFailure {
                        await progress.note(
                            "\(trajectory.taskID) ended with \(trajectory.ended.rawValue): "
                                + (trajectory.endedDetail ?? "no reason known"))
                    }
                }
            }
        } catch is BudgetReached {
            await progress.end()
            return try await sink.stop(directory, because: budget.words(spent: calls.spent))
        } catch {
            await progress.end()
            throw error
        }
        await progress.end()
        if isCutShort {
            return try await sink.stop(directory, because: budget.episodeWords)
        }
        return try await sink.seal(plans, needsAll: recipe.untilSuccesses == nil)
    }

    /// How many episodes of each task id succeeded in what is collected already.
    private static func successes(in directory: String) throws -> [String: Int] {
        var successes: [String: Int] = [:]
        let reader = try RunDirectory.open(directory).trajectories()
        while let trajectory = try reader.next() {
            if trajectory.success { successes[trajectory.taskID, default: 0] += 1 }
        }
        return successes
    }
}

/// What a collection came to.
struct CollectResult: Sendable {
    /// The run; sealed unless ``stopped`` says why not.
    var run: RunDirectory
    /// How many episodes were played just now; none where the run was complete already.
    var played = 0
    /// How long those waited for the environment, loading included.
    var environmentTime: Duration = .zero
    /// How long they took beside that: policy, executor, records.
    var otherTime: Duration = .zero
    /// What the answers of a language model cost, over the whole run; `nil` where none answered.
    var usage: Usage?
    /// Which budget stopped it, in words; `nil` for a run that is sealed.
    var stopped: String?
}

/// What `run.json` says was asked for: the recipe and the seed side by side.
private struct RunRecipe: Encodable {
    var seed: Int
    var recipe: CollectRecipe
    var policy: PolicyRecord?

    enum CodingKeys: String, CodingKey {
        case seed, policy
        case answers = "policy_record"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(seed, forKey: .seed)
        try recipe.encode(to: encoder)
        try container.encodeIfPresent(policy, forKey: .answers)
        // Where a record lies on this machine is no part of what was asked for.
        if case .replay = PolicyChoice(recipe.policy) { try container.encode("replay", forKey: .policy) }
    }
}

/// Puts finished episodes and calls into the run directory, one at a time, and adds up where the time went.
private actor EpisodeSink: CallJournal {
    private let collector: RunCollector
    private var played = 0
    private var environmentTime: Duration = .zero
    private var otherTime: Duration = .zero

    init(_ collector: sending RunCollector) {
        self.collector = collector
    }

    /// What resuming removed.
    var cutTails: [CutTail] { collector.cutTails }

    /// What the calls of the run cost so far.
    var spent: Usage { collector.calls.usage }

    /// What of that is known in US dollars.
    var knownCost: Double { collector.calls.knownCostUSD }

    /// The plans whose episodes are not in yet.
    func missing(of plans: [EpisodePlan]) -> [EpisodePlan] {
        plans.filter { !collector.contains($0.id) }
    }

    func find(_ key: CallKey) throws -> CallRecord? {
        try collector.calls.find(key)
    }

    func keep(_ record: CallRecord, took duration: Duration?) throws {
        // An episode that is played a second time finds its calls here already.
        if duration == nil, try collector.calls.find(record.key) == record { return }
        try collector.calls.append(record)
        guard let duration else { return }
        let timing = CallTiming(id: record.trajectoryID, call: record.call, seconds: duration.inSeconds)
        try collector.appendTimings([try CanonicalJSON.encode(timing)])
    }

    func take(_ trajectory: Trajectory, _ timing: EpisodeTiming) throws {
        try collector.append(trajectory, timings: [try CanonicalJSON.encode(timing)])
        played += 1
        environmentTime += timing.start + timing.environment
        otherTime += timing.policy + timing.elsewhere
    }

    /// Seals the run; without `needsAll`, episodes that were not played are no part of it.
    func seal(_ plans: [EpisodePlan], needsAll: Bool) throws -> CollectResult {
        let ids = plans.map(\.id)
        let order = needsAll ? ids : ids.filter { collector.contains($0) }
        return result(of: try collector.seal(order: order))
    }

    /// Leaves the run as it is, to be resumed.
    func stop(_ directory: String, because words: String) throws -> CollectResult {
        var result = result(of: try RunDirectory.open(directory))
        result.stopped = words
        return result
    }

    private func result(of run: RunDirectory) -> CollectResult {
        let usage = collector.calls.usage
        return CollectResult(
            run: run, played: played, environmentTime: environmentTime, otherTime: otherTime,
            usage: usage == .zero ? nil : usage)
    }
}

/// How long a call took. Lives beside the record, never in it.
private struct CallTiming: Encodable {
    var id: String
    var call: Int
    var seconds: Double
}

extension EndReason {
    /// Whether something other than the agent's own doing ended the episode.
    var isFailure: Bool { self == .environmentError || self == .policyError }
}
