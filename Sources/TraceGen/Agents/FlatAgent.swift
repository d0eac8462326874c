import Prompts
import Trajectories

/// The flat baselines: one answer a turn, with everything that was done and seen as its prompt.
///
/// ReAct takes one primitive action a turn, CodeAct runs one block of Python, which may act as often as it likes and
/// shows what it prints (arXiv 2510.23564, section 4.1; docs/flat-agents.md). An episode takes at most as many turns as
/// it may take steps, so that one that never acts ends too.
public struct FlatAgent: Agent {
    /// `react` or `codeact`.
    public let kind: AgentKind

    /// CodeAct runs code, ReAct does not.
    public var runsCode: Bool { kind == .codeact }

    /// Makes the agent that takes one action a turn.
    public static let react = FlatAgent(kind: .react)
    /// Makes the agent that runs one block a turn.
    public static let codeact = FlatAgent(kind: .codeact)

    private init(kind: AgentKind) {
        self.kind = kind
    }

    /// Takes turns to the episode's end.
    public func play(_ episode: EpisodeSetting) async throws -> EpisodeOutcome {
        try await FlatEpisode(kind, episode).play()
    }
}

/// One flat episode: the root, and a node for every turn.
///
/// An actor because the executor calls back into it for every primitive action while a block runs.
actor FlatEpisode {
    private let kind: AgentKind
    private let setting: EpisodeSetting
    private var nodes: [Node]
    private var turns: [TurnRequest.Turn] = []
    private var world: EpisodeWorld
    private var calls = 0
    private var usage = Usage.zero
    private var policyTime = Duration.zero
    private var recordSize = RecordSize()
    /// Whether an action was answered with the episode's end; whatever its block says after that counts for nothing.
    private var wasStopped = false
    private let clock = ContinuousClock()

    init(_ kind: AgentKind, _ setting: EpisodeSetting) {
        self.kind = kind
        self.setting = setting
        world = EpisodeWorld(stepLimit: setting.limits.stepLimit)
        nodes = [
            Node(
                id: 0, parent: nil, depth: 0, kind: .placeholder, code: ReCodeAgent.rootCode,
                status: .expanded,
                inputs: ["instruction", "observation"])
        ]
    }

    func play() async throws -> EpisodeOutcome {
        let end = try await takeTurns()
        if end.reason != .environmentDone { nodes[0].status = .failed }
        return EpisodeOutcome(
            nodes: nodes, ended: end.reason, endedDetail: end.detail, steps: world.steps, calls: calls,
            usage: usage,
            reward: world.reward, nativeReward: world.nativeReward, success: world.success,
            fault: end.fault, environmentTime: world.time, policyTime: policyTime)
    }

    private func takeTurns() async throws -> EpisodeEnd {
        do {
            if kind == .codeact {
                try await setting.executor.bind([
                    ("instruction", setting.start.instruction), ("observation", setting.start.observation),
                ])
            }
            while turns.count < setting.limits.stepLimit { try await takeTurn() }
            return EpisodeEnd(.stepLimit, "the episode may take \(setting.limits.stepLimit) turns")
        } catch let end as EpisodeEnd {
            return end
        } catch let failure as ExecutorFailure {
            return EpisodeEnd(failure.code == .timeLimit ? .timeLimit : .policyError, failure.message)
        } catch let fault as TraceGenError where fault.endsEpisode {
            return EpisodeEnd(fault)
        }
    }

    private func takeTurn() async throws {
        let index = nodes.count
        nodes.append(
            Node(
                id: index, parent: 0, depth: 1, kind: .turn, code: "", expansion: Expansion(variables: [])))
        let answer: ParsedAnswer
        do {
            answer = try await ask(at: index)
            switch kind {
            case .codeact: try await runBlock(answer.code, at: index)
            default: try await takeAction(answer.code, at: index)
            }
        } catch {
            if let words = error.episodesEnd { fail(index, words) }
            throw error
        }
        turns.append(
            TurnRequest.Turn(
                thought: answer.thought, code: answer.code, observation: nodes[index].observation(for: kind)))
    }

    private func fail(_ index: Int, _ error: String) {
        nodes[index].status = .failed
        nodes[index].error = error
    }
}

// MARK: - Answers

extension FlatEpisode {
    /// Asks the policy until its answer keeps the format.
    private func ask(at index: Int) async throws -> ParsedAnswer {
        var request = TurnRequest(
            instruction: setting.start.instruction, observation: setting.start.observation, turns: turns)
        for _ in 0...setting.limits.maxRewrite {
            let text = try await answer(to: request, at: index)
            switch try await parse(text) {
            case .success(let answer):
                nodes[index].code = answer.code
                nodes[index].expansion?.thought = answer.thought
                nodes[index].expansion?.code = answer.code
                nodes[index].expansion?.response = text
                return answer
            case .failure(let problem):
                try record([problem.message], at: index)
                nodes[index].expansion?.attempts.append(
                    Attempt(response: text, problem: .format, message: problem.message))
                request.correction = Correction(problem: .format, response: text, message: problem.message)
            }
        }
        fail(index, "rewrite limit: \(setting.limits.maxRewrite + 1) answers broke the format")
        throw EpisodeEnd(.rewriteLimit, "turn \(turns.count + 1)")
    }

    private func answer(to request: TurnRequest, at index: Int) async throws -> String {
        let began = clock.now
        defer { policyTime += clock.now - began }
        do {
            let answer = try await setting.policy.act(request)
            calls += 1
            usage.add(answer.usage)
            try record([answer.text, answer.text], at: index)
            return answer.text
        } catch let failure as PolicyFailure {
            usage.add(failure.usage)
            fail(index, failure.message)
            throw EpisodeEnd(.policyError, failure.message)
        }
    }

    private func parse(_ text: String) async throws -> Result<ParsedAnswer, FormatProblem> {
        guard kind == .codeact else { return TurnFormat.parse(text) }
        let parsed = AnswerFormat.parse(text)
        guard case .success(let answer) = parsed,
            case .formatProblem(let message) = try await setting.executor.parse(answer.code, rules: .script)
        else { return parsed }
        return .failure(FormatProblem(message))
    }
}

// MARK: - Actions

extension FlatEpisode {
    private func takeAction(_ action: String, at index: Int) async throws {
        guard case .stop = try await perform(action, for: index) else {
            nodes[index].status = .completed
            if !world.takesActions { throw EpisodeEnd(.stepLimit) }
            return
        }
        try end(at: index)
    }

    private func runBlock(_ code: String, at index: Int) async throws {
        let outcome: StatementOutcome
        do {
            outcome = try await setting.executor.execute(code, rules: .script, block: nil) { action in
                try await self.perform(action, for: index)
            }
        } catch  where wasStopped && error.isOfExecutor {
            return try end(at: index)
        }
        switch outcome {
        case .completed(let result):
            nodes[index].status = .completed
            nodes[index].printed = result.printed
        case .raised(let result, let traceback), .limited(let result, let traceback):
            nodes[index].printed = result.printed
            fail(index, traceback)
        case .stopped(let result):
            nodes[index].printed = result.printed
        case .placeholder:
            throw ExecutorFailure(
                .died, "The executor broke the protocol: it named a placeholder in a script, which has none.")
        }
        if wasStopped { try end(at: index) }
        try record(outcome.texts, at: index)
    }

    /// Counts what goes into the record, and ends an episode whose record would become too large to be of use.
    private func record(_ texts: [String], at index: Int) throws(EpisodeEnd) {
        do {
            try recordSize.add(texts)
        } catch {
            fail(index, "size limit: \(error.detail ?? "")")
            throw error
        }
    }

    /// Ends the turn during which the environment or the step limit ended the episode.
    private func end(at index: Int) throws {
        guard world.done else {
            fail(index, "step limit: the environment takes \(world.stepLimit) actions")
            throw EpisodeEnd(.stepLimit)
        }
        nodes[index].status = .completed
        throw EpisodeEnd(.environmentDone)
    }

    /// Plays one primitive action and keeps it with the turn that sent it.
    private func perform(_ action: String, for index: Int) async throws -> ActionReply {
        guard world.takesActions else {
            wasStopped = true
            return .stop
        }
        let began = clock.now
        let result = try await setting.environment.step(action)
        nodes[index].actions.append(world.record(action, result, took: clock.now - began))
        try record([action, result.observation], at: index)
        wasStopped = world.done
        return world.done ? .stop : .observation(result.observation)
    }
}
