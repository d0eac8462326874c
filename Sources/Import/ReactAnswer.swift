/// An answer of a ReAct conversation taken apart: `Thought: …`, then `Action: …`.
///
/// The action stands behind its label or on the lines below it, up to the end or to an `Observation:` the model made up.
struct ReactAnswer: Sendable, Hashable {
    var thought: String
    /// `nil` where the answer does not hold exactly one.
    var action: String?
    /// Why there is no action; `nil` where there is one.
    var problem: String?

    init(_ text: String) {
        let all = TextLines(text.replacing("\r\n", with: "\n")).lines
        let lines = all[..<(all.firstIndex { $0.hasPrefix("Observation:") } ?? all.endIndex)]
        let actions = lines.indices.filter { lines[$0].hasPrefix(Self.label) }
        guard actions.count == 1 else {
            thought = Self.thought(lines)
            problem =
                actions.isEmpty
                ? "no line begins with “Action:”" : "\(actions.count) lines begin with “Action:”"
            return
        }
        let start = actions[0]
        thought = Self.thought(lines[..<start])
        let rest = [lines[start].dropFirst(Self.label.count)] + lines[(start + 1)...]
        let action = TextLines.joined(rest).trimmed
        if action.isEmpty {
            problem = "nothing stands behind “Action:”"
        } else {
            self.action = action
        }
    }

    private static let label = "Action:"

    private static func thought(_ lines: ArraySlice<Substring>) -> String {
        let text = TextLines.joined(lines).trimmed
        return text.hasPrefix("Thought:") ? text.dropFirst("Thought:".count).trimmed : text
    }
}
