import Prompts
import Trajectories

/// The prompts of one trajectory's answers, each rendered when it is asked for.
struct PromptSheet {
    private let renderer: PromptRenderer
    /// What a flat method's prompts begin with; nothing for `recode`.
    private let opening: [Message]
    /// Two messages for every turn: the answer, and what was seen then.
    private let turns: [Message]
    /// What prompts of the trajectory have in common, for their keys.
    private let commonTexts: [String]
    private let turnTexts: [String]
    private let history: Int?

    /// - Parameter history: how many earlier turns a prompt holds, at most; `nil` for all.
    init(of trajectory: Trajectory, _ sheet: AnswerSheet, history: Int?, renderer: PromptRenderer) {
        self.renderer = renderer
        self.history = history
        commonTexts = trajectory.instanceTexts + [trajectory.instruction, trajectory.initialObservation]
        turnTexts = sheet.turns.map { PromptKey(of: [$0.thought, $0.code, $0.observation]).text }
        opening =
            renderer.method == .recode
            ? []
            : renderer.opening(
                instruction: trajectory.instruction, observation: trajectory.initialObservation)
        turns = sheet.turns.flatMap {
            [renderer.answer(thought: $0.thought, code: $0.code), renderer.observation($0.observation)]
        }
    }

    /// The prompt of an answer, as if it were asked for the first time.
    func messages(for answer: AskedAnswer) -> [Message] {
        switch answer.place {
        case .call(let signature, let variables):
            renderer.messages(signature: signature, variables: variables)
        case .turn(let number):
            opening + turns[(2 * firstTurn(before: number))..<(2 * number)]
        }
    }

    /// What tells that prompt from others.
    func key(of answer: AskedAnswer) -> PromptKey {
        switch answer.place {
        case .call(let signature, let variables):
            PromptKey(of: commonTexts + [signature] + variables.flatMap { [$0.name, $0.type, $0.value] })
        case .turn(let number):
            PromptKey(of: commonTexts + turnTexts[firstTurn(before: number)..<number])
        }
    }

    /// The first of the earlier turns that the prompt of a turn holds.
    private func firstTurn(before number: Int) -> Int {
        history.map { max(0, number - $0) } ?? 0
    }
}
