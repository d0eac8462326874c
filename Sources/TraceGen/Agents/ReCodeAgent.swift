import Trajectories

/// The ReCode loop: walks the decision tree depth first and asks the policy to expand what nobody has defined.
///
/// Source: arXiv 2510.23564, section 3.2 and algorithm 1; the rules for rewriting, retrying, depth, loops and lost
/// outputs are those of docs/recode-loop.md.
public struct ReCodeAgent: Agent {
    /// Always `recode`.
    public var kind: AgentKind { .recode }

    /// How many answers an episode may take. A tree as deep as it may be, whose every answer holds two placeholders,
    /// would ask for as many again with each level.
    let callLimit: Int

    /// Makes the agent; everything else it needs comes with the episode.
    public init(callLimit: Int = 1_000) {
        self.callLimit = callLimit
    }

    /// The root of every tree.
    static let rootCode = "solve(instruction, observation)"

    /// Walks the tree from `solve(instruction, observation)` to the episode's end.
    public func play(_ episode: EpisodeSetting) async throws -> EpisodeOutcome {
        try await ReCodeEpisode(episode, callLimit: callLimit).play()
    }
}

/// One walk through one tree.
///
/// An actor because the executor calls back into it for every primitive action while a statement runs.
actor ReCodeEpisode {
    let setting: EpisodeSetting
    let callLimit: Int
    var tree = DecisionTree(root: ReCodeAgent.rootCode)
    var world: EpisodeWorld
    var calls = 0
    /// How many answers were run so far; each is a block.
    var blockCount = 0
    var usage = Usage.zero
    var policyTime = Duration.zero
    private var recordSize = RecordSize()
    /// Whether an action was answered with the episode's end; whatever its statement says after that counts for nothing.
    var wasStopped = false
    let clock = ContinuousClock()

    init(_ setting: EpisodeSetting, callLimit: Int) {
        self.setting = setting
        self.callLimit = callLimit
        world = EpisodeWorld(stepLimit: setting.limits.stepLimit)
    }

    func play() async throws -> EpisodeOutcome {
        let end = try await walk()
        return EpisodeOutcome(
            nodes: tree.preOrder(), ended: end.reason, endedDetail: end.detail, steps: world.steps,
            calls: calls,
            usage: usage, reward: world.reward, nativeReward: world.nativeReward, success: world.success,
            fault: end.fault, environmentTime: world.time, policyTime: policyTime)
    }

    private func walk() async throws -> EpisodeEnd {
        do {
            try await setting.executor.bind([
                ("instruction", setting.start.instruction), ("observation", setting.start.observation),
            ])
            switch try await visit(0, in: nil, path: []) {
            case .done: return EpisodeEnd(.resolved)
            case .raised(let problem, _, _): return EpisodeEnd(.policyError, problem)
            }
        } catch let end as EpisodeEnd {
            return end
        } catch let failure as ExecutorFailure {
            return EpisodeEnd(failure.code == .timeLimit ? .timeLimit : .policyError, failure.message)
        } catch let fault as TraceGenError where fault.endsEpisode {
            return EpisodeEnd(fault)
        }
    }

    /// Runs one statement, and its expansion if it turns out to be a placeholder.
    /// - Parameters:
    ///   - block: the number of the answer it stands in, with whose other statements it shares its time.
    ///   - path: the placeholders being expanded, from the root down.
    /// - Throws: ``EpisodeEnd`` when the episode is over.
    func visit(_ index: Int, in block: Int?, path: [PlaceholderCall]) async throws -> VisitResult {
        let outcome: StatementOutcome
        do {
            outcome = try await setting.executor.execute(tree[index].code, block: block) { action in
                try await self.perform(action, for: index)
            }
        } catch {
            if wasStopped, error.isOfExecutor { throw stop(at: index) }
            throw failed(index, error)
        }
        try record(outcome.texts, at: index)
        if wasStopped {
            tree[index].printed = outcome.printed
            throw stop(at: index)
        }
        switch outcome {
        case .completed(let result):
            tree[index].status = .completed
            tree[index].printed = result.printed
            return .done(assigned: Set(result.assigned))
        case .raised(let result, let traceback):
            return fail(index, result, .runtime, "raised:\n\(traceback)", error: traceback)
        case .limited(let result, let traceback):
            return fail(index, result, .limit, "ran into a limit:\n\(traceback)", error: traceback)
        case .stopped(let result):
            tree[index].printed = result.printed
            throw stop(at: index)
        case .placeholder(let call):
            tree[index].kind = .placeholder
            tree[index].code = call.signature
            tree[index].inputs = call.inputs
            tree[index].outputs = call.outputs
            return try await expand(index, call, path: path)
        }
    }

    /// Counts what goes into the record, and ends an episode whose record would become too large to be of use.
    func record(_ texts: [String], at index: Int) throws(EpisodeEnd) {
        try record(at: index) { size throws(EpisodeEnd) in try size.add(texts) }
    }

    func record(
        at index: Int, _ count: (inout RecordSize) throws(EpisodeEnd) -> Void
    ) throws(EpisodeEnd) {
        do {
            try count(&recordSize)
        } catch {
            fail(index, "size limit: \(error.detail ?? "")")
            throw error
        }
    }

    func fail(_ index: Int, _ error: String) {
        tree[index].status = .failed
        tree[index].error = error
    }

    /// Says of a node what took down the executor or the environment while it was played.
    func failed(_ index: Int, _ error: any Error) -> any Error {
        if let words = error.episodesEnd { fail(index, words) }
        return error
    }

    /// Says of a statement why its attempt does not stand.
    private func fail(
        _ index: Int, _ result: StatementResult, _ problem: AttemptProblem, _ words: String, error: String
    ) -> VisitResult {
        tree[index].printed = result.printed
        fail(index, error)
        return .raised(
            "The statement\n\(tree[index].code)\n\(words)", problem, assigned: Set(result.assigned))
    }

    /// Ends the statement during which the environment or the step limit ended the episode.
    private func stop(at index: Int) -> EpisodeEnd {
        guard world.done else {
            let limit = "step limit: the environment takes \(world.stepLimit) actions"
            fail(index, limit)
            return EpisodeEnd(.stepLimit)
        }
        tree[index].status = .completed
        return EpisodeEnd(.environmentDone)
    }

    /// Plays one primitive action and keeps it with the statement that sent it.
    private func perform(_ action: String, for index: Int) async throws -> ActionReply {
        guard world.takesActions else {
            wasStopped = true
            return .stop
        }
        let began = clock.now
        let result = try await setting.environment.step(action)
        tree[index].actions.append(world.record(action, result, took: clock.now - began))
        try record([action, result.observation], at: index)
        wasStopped = world.done
        return world.done ? .stop : .observation(result.observation)
    }
}

extension StatementOutcome {
    /// What the statement printed; nothing for a placeholder, which does not run.
    fileprivate var printed: [String] {
        switch self {
        case .completed(let result), .raised(let result, _), .limited(let result, _), .stopped(let result):
            result.printed
        case .placeholder: []
        }
    }

    /// What of it goes into the record.
    var texts: [String] {
        switch self {
        case .completed, .stopped: printed
        case .raised(_, let traceback), .limited(_, let traceback): printed + [traceback]
        case .placeholder(let call):
            [call.signature] + call.inputs + call.outputs
                + call.variables.flatMap { [$0.name, $0.type, $0.value] }
        }
    }
}

/// How a visit to a node ended, where the episode goes on.
enum VisitResult: Sendable {
    /// The node and everything below it ran; these names were assigned on the way.
    case done(assigned: Set<String>)
    /// The node's statement raised or ran into a limit: the placeholder above it must be expanded again. The text is
    /// for the policy.
    case raised(String, AttemptProblem, assigned: Set<String>)
}

/// The end of an episode, thrown through the walk so that nothing below runs on.
struct EpisodeEnd: Error, Sendable, Hashable {
    var reason: EndReason
    var detail: String?
    /// What failed beside the policy and its code.
    var fault: TraceGenError?

    init(_ reason: EndReason, _ detail: String? = nil) {
        self.reason = reason
        self.detail = detail
    }

    init(_ fault: TraceGenError) {
        self.init(.environmentError, fault.description)
        self.fault = fault
    }
}

extension Error {
    /// What failed, where it ends an episode whose executor or environment it concerns.
    var episodesEnd: String? {
        if let fault = self as? TraceGenError, fault.endsEpisode { return fault.message }
        return (self as? ExecutorFailure)?.message
    }

    /// Whether an executor is gone. After the episode's end that is of no consequence.
    var isOfExecutor: Bool {
        self is ExecutorFailure || (self as? TraceGenError)?.code == .executorLost
    }
}
