extension Pair {
    /// Appends the pair as one line of JSON without its newline: sorted keys, every key in every row.
    /// - Complexity: O(*n*) in the length of the texts.
    public func appendLine(to text: inout JSONText) {
        text.append(json: #"{"agent":"#)
        text.append(agent.rawValue)
        text.append(json: #","completion":"#)
        Self.append(completion, to: &text)
        text.append(json: #","depth":"#)
        text.append(depth)
        text.append(json: #","environment":"#)
        text.append(environment)
        text.append(json: #","id":"#)
        text.append(id)
        text.append(json: #","node_id":"#)
        text.append(nodeID)
        text.append(json: #","policy":"#)
        text.append(policy)
        text.append(json: #","prompt":"#)
        Self.append(prompt, to: &text)
        appendOutcome(to: &text)
        text.append(json: "}")
    }

    private func appendOutcome(to text: inout JSONText) {
        text.append(json: #","rank":"#)
        text.append(rank)
        text.append(json: #","reward":"#)
        text.append(reward)
        text.append(json: #","source_agent":"#)
        text.append(sourceAgent.rawValue)
        text.append(json: #","split":"#)
        text.append(split.rawValue)
        text.append(json: #","style":"#)
        text.append(style.rawValue)
        text.append(json: #","task_id":"#)
        text.append(taskID)
        text.append(json: #","tokens":"#)
        text.append(tokens)
        text.append(json: #","trajectory_id":"#)
        text.append(trajectoryID)
        text.append(json: #","turn":"#)
        text.append(turn)
    }

    private static func append(_ messages: [Message], to text: inout JSONText) {
        text.append(json: "[")
        for (index, message) in messages.enumerated() {
            if index > 0 { text.append(json: ",") }
            text.append(json: #"{"content":"#)
            text.append(message.content)
            text.append(json: #","role":"#)
            text.append(message.role.rawValue)
            text.append(json: "}")
        }
        text.append(json: "]")
    }
}
