import Trajectories

/// The ReCode loop: walks the decision tree depth first and asks the policy to expand what nobody has defined.
///
/// Source: arXiv 2510.23564, section 3.2 and algorithm 1; the rules for rewriting, retrying, depth, loops and lost
/// outputs are those of docs/recode-loop.md.
public struct ReCodeAgent: Agent {
    /// Always `recode`.
    public var kind: AgentKind { .recode }

    /// Makes the agent; everything it needs comes with the episode.
    public init() {}

    /// How much an episode may print, so that its record stays one line that readers take.
    static let printedByteLimit = 4 << 20

    /// The root of every tree.
    static let rootCode = "solve(instruction, observation)"

    /// Walks the tree from `solve(instruction, observation)` to the episode's end.
    public func play(_ episode: EpisodeSetting) async throws -> EpisodeOutcome {
        try await ReCodeEpisode(episode).play()
    }
}

/// One walk through one tree.
///
/// An actor because the executor calls back into it for every primitive action while a statement runs.
actor ReCodeEpisode {
    let setting: EpisodeSetting
    var tree = DecisionTree(root: ReCodeAgent.rootCode)
    var world: EpisodeWorld
    var calls = 0
    var usage = Usage.zero
    var policyTime = Duration.zero
    /// What statements printed so far, in bytes.
    var printedByteCount = 0
    /// Whether an action was answered with the episode's end; whatever its statement says after that counts for nothing.
    var wasStopped = false
    let clock = ContinuousClock()

    init(_ setting: EpisodeSetting) {
        self.setting = setting
        world = EpisodeWorld(stepLimit: setting.limits.stepLimit)
    }

    func play() async throws -> EpisodeOutcome {
        let end = try await walk()
        return EpisodeOutcome(
            nodes: tree.preOrder(), ended: end.reason, endedDetail: end.detail, steps: world.steps,
            calls: calls,
            usage: usage, reward: world.reward, nativeReward: world.nativeReward, success: world.success,
            environmentTime: world.time, policyTime: policyTime)
    }

    private func walk() async throws -> EpisodeEnd {
        do {
            try await setting.executor.bind([
                ("instruction", setting.start.instruction), ("observation", setting.start.observation),
            ])
            switch try await visit(0, path: []) {
            case .done: return EpisodeEnd(.resolved)
            case .raised(let problem, _): return EpisodeEnd(.policyError, problem)
            }
        } catch let end as EpisodeEnd {
            return end
        } catch let failure as ExecutorFailure {
            return EpisodeEnd(failure.code == .timeLimit ? .timeLimit : .policyError, failure.message)
        }
    }

    /// Runs one statement, and its expansion if it turns out to be a placeholder.
    /// - Parameter path: the placeholders being expanded, from the root down.
    /// - Throws: ``EpisodeEnd`` when the episode is over.
    func visit(_ index: Int, path: [PlaceholderCall]) async throws -> VisitResult {
        let outcome: StatementOutcome
        do {
            outcome = try await setting.executor.execute(tree[index].code) { action in
                try await self.perform(action, for: index)
            }
        } catch let failure as ExecutorFailure {
            if wasStopped { throw stop(at: index) }
            fail(index, failure.message)
            throw failure
        }
        if let printed = outcome.printed { try count(printed, at: index) }
        if wasStopped {
            tree[index].printed = outcome.printed ?? []
            throw stop(at: index)
        }
        switch outcome {
        case .completed(let result):
            tree[index].status = .completed
            tree[index].printed = result.printed
            return .done(assigned: Set(result.assigned))
        case .raised(let result, let traceback):
            tree[index].printed = result.printed
            fail(index, traceback)
            return .raised(
                "The statement\n\(tree[index].code)\nraised:\n\(traceback)", assigned: Set(result.assigned))
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

    /// Ends an episode whose record would become too large to be of use.
    private func count(_ printed: [String], at index: Int) throws(EpisodeEnd) {
        printedByteCount += printed.reduce(0) { $0 + $1.utf8.count }
        guard printedByteCount > ReCodeAgent.printedByteLimit else { return }
        let message = "an episode may print \(ReCodeAgent.printedByteLimit) bytes"
        fail(index, "output limit: \(message)")
        throw EpisodeEnd(.policyError, message)
    }

    func fail(_ index: Int, _ error: String) {
        tree[index].status = .failed
        tree[index].error = error
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
        wasStopped = world.done
        return world.done ? .stop : .observation(result.observation)
    }
}

extension StatementOutcome {
    /// What the statement printed; `nil` for a placeholder, which does not run.
    fileprivate var printed: [String]? {
        switch self {
        case .completed(let result), .raised(let result, _), .stopped(let result): result.printed
        case .placeholder: nil
        }
    }
}

/// How a visit to a node ended, where the episode goes on.
enum VisitResult: Sendable {
    /// The node and everything below it ran; these names were assigned on the way.
    case done(assigned: Set<String>)
    /// The node's statement raised: the placeholder above it must be expanded again. The text is for the policy.
    case raised(String, assigned: Set<String>)
}

/// The end of an episode, thrown through the walk so that nothing below runs on.
struct EpisodeEnd: Error, Sendable, Hashable {
    var reason: EndReason
    var detail: String?

    init(_ reason: EndReason, _ detail: String? = nil) {
        self.reason = reason
        self.detail = detail
    }
}
