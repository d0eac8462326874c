import Prompts
import Trajectories

/// Makes the pairs of one trajectory's answers, with those that failed as the builder is told, and counts what became of
/// each.
struct PairMaker {
    private let builder: PairBuilder
    private let trajectory: Trajectory
    private let rank: Int?
    private let renderer: PromptRenderer
    private let prompts: PromptSheet
    private let siblings: SiblingAnswers?
    private(set) var made = Decomposition(pairs: [], tally: PairTally())

    init(
        _ builder: PairBuilder, of trajectory: Trajectory, _ sheet: AnswerSheet, rank: Int?,
        siblings: SiblingAnswers?, renderer: PromptRenderer
    ) {
        self.builder = builder
        self.trajectory = trajectory
        self.rank = rank
        self.renderer = renderer
        self.siblings = siblings
        prompts = PromptSheet(of: trajectory, sheet, history: builder.history, renderer: renderer)
    }

    /// Makes the pairs of an answer.
    mutating func take(_ answer: AskedAnswer) {
        if builder.failures == .preference { return takePreference(answer) }
        made.tally.count(answer.dropped)
        if answer.dropped == nil { add(.answer, answer, prompt: prompts.messages(for: answer)) }
        if builder.failures == .repair { takeRepair(answer) }
    }

    private mutating func add(
        _ kind: Pair.Kind, _ answer: AskedAnswer, prompt: [Message], rejected: Message? = nil
    ) {
        made.pairs.append(
            Pair(
                of: trajectory, method: builder.method, index: answer.index, nodeID: answer.nodeID,
                turn: answer.turn, depth: answer.depth, height: answer.height, kind: kind, prompt: prompt,
                completion: [renderer.answer(to: answer)], rejected: rejected.map { [$0] }, rank: rank,
                style: builder.style))
    }

    /// The prompt as it was when the answer that stood was asked for: it ends with the last one that did not.
    private mutating func takeRepair(_ answer: AskedAnswer) {
        guard let failed = answer.attempts.last, let problem = ExpansionProblem.text(after: answer.attempts)
        else { return }
        guard answer.dropped == nil else { return made.tally.count(.noRepair) }
        made.tally.count(nil)
        add(
            .repair, answer,
            prompt: prompts.messages(for: answer) + renderer.retry(after: failed.response, problem: problem))
    }

    private mutating func takePreference(_ answer: AskedAnswer) {
        guard answer.dropped == nil else { return made.tally.count(answer.dropped) }
        let rejected =
            renderer.rejected(before: answer)
            ?? siblings?.rejected(
                for: prompts.key(of: answer), insteadOf: renderer.answer(to: answer),
                reward: trajectory.reward)
        guard let rejected else { return made.tally.count(.noRejectedAnswer) }
        made.tally.count(nil)
        add(.preference, answer, prompt: prompts.messages(for: answer), rejected: rejected)
    }
}

extension PromptRenderer {
    /// An answer that stood, as it is to be learnt.
    func answer(to asked: AskedAnswer) -> Message {
        answer(thought: asked.thought, code: asked.code)
    }

    /// The last of the answers before it that is another one; `nil` where all are the same, or empty, or there is none.
    func rejected(before asked: AskedAnswer) -> Message? {
        let chosen = answer(to: asked)
        return asked.attempts.reversed().lazy.map(self.failed).first {
            !$0.content.trimmed.isEmpty && !$0.hasSameBytes(as: chosen)
        }
    }

    /// A failed answer. One that kept the format is written as answers that stood are, so that the two differ in what they say
    /// alone; one that broke it stays as it is.
    private func failed(_ attempt: Attempt) -> Message {
        if attempt.problem != .format, method != .react,
            case .success(let parts) = AnswerFormat.parse(attempt.response)
        {
            return answer(thought: parts.thought.trimmed, code: parts.code.withoutBlankEdges)
        }
        return Message(.assistant, attempt.response)
    }
}
