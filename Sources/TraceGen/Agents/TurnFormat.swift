import Prompts
import Trajectories

/// What an answer of a ReAct turn must look like: `Thought: …`, then `Action: …` on one line.
enum TurnFormat {
    /// Takes an answer apart. What a model makes up after its action (`Observation: …`) is left out.
    /// - Returns: the thought and the action, or the rule that was broken, in words for the policy.
    static func parse(_ text: String) -> Result<ParsedAnswer, FormatProblem> {
        guard !text.holdsEndlessAccents else { return .failure(AnswerFormat.endlessAccents) }
        let lines = text.replacing("\r\n", with: "\n").split(
            separator: "\n", omittingEmptySubsequences: false)
        let end = lines.firstIndex { $0.hasPrefix("Observation:") } ?? lines.endIndex
        let own = lines[..<end]
        let actions = own.indices.filter { own[$0].hasPrefix("Action:") }
        guard let first = actions.first else {
            return .failure(
                FormatProblem(
                    "There is no line that begins with “Action:”. End with one: Action: look around"))
        }
        guard actions.count == 1 else {
            return .failure(
                FormatProblem("There are \(actions.count) lines that begin with “Action:”. Take one action."))
        }
        let action = trimmed(own[first].dropFirst("Action:".count))
        switch PrimitiveAction.problem(in: action) {
        case nil: break
        case .blank:
            return .failure(FormatProblem("Nothing stands after “Action:”. Put the action on the same line."))
        case .tooLong(let byteCount):
            return .failure(
                FormatProblem("An action has at most \(PrimitiveAction.byteLimit) bytes, not \(byteCount)."))
        case .severalLines:
            return .failure(
                FormatProblem("There is a line break inside the action. Take one action, on one line."))
        }
        var thought = trimmed(own[..<first].joined(separator: "\n")[...])
        if thought.hasPrefix("Thought:") { thought = trimmed(thought.dropFirst("Thought:".count)[...]) }
        return .success(ParsedAnswer(thought: thought, code: action))
    }

    private static func trimmed(_ text: Substring) -> String {
        guard let first = text.firstIndex(where: { !$0.isWhitespace }),
            let last = text.lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(text[first...last])
    }
}
