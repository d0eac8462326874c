import Trajectories

/// Writes pairs as rows: one line of JSON each, the texts first and then what is known of them.
///
/// Every row of an export has the same keys with values of the same types; what is not known is `null`.
struct RowText {
    /// The record.
    let format: ExportFormat
    /// Where metadata stands.
    let metadata: MetadataPlace
    /// Renders a conversation as one text; asked for ``ExportFormat/text`` alone.
    let render: (([Message]) throws -> String)?

    /// Appends a row, without its newline.
    /// - Throws: what rendering throws.
    func append(_ pair: Pair, to text: inout JSONText) throws {
        text.append(json: "{")
        switch format {
        case .promptCompletion: text.appendPromptCompletion(pair)
        case .messages: text.appendMessages(pair)
        case .sharegpt: text.appendShareGPT(pair)
        case .alpaca: text.appendAlpaca(pair)
        case .openai: text.appendOpenAI(pair)
        case .text:
            text.append(json: #""text":"#)
            text.append(try render?(pair.prompt + pair.completion) ?? "")
        case .parquet: text.appendColumns(pair)
        }
        if metadata == .columns {
            text.append(json: ",")
            text.appendMetadata(pair)
        }
        text.append(json: "}")
    }

    /// Appends what is known of a row, for the file beside it.
    func appendMetadata(_ pair: Pair, to text: inout JSONText) {
        text.append(json: "{")
        text.appendMetadata(pair)
        text.append(json: "}")
    }
}

// MARK: - Texts

extension JSONText {
    fileprivate mutating func appendPromptCompletion(_ pair: Pair) {
        append(json: #""prompt":"#)
        append(pair.prompt)
        if let rejected = pair.rejected {
            append(json: #","chosen":"#)
            append(pair.completion)
            append(json: #","rejected":"#)
            append(rejected)
        } else {
            append(json: #","completion":"#)
            append(pair.completion)
        }
    }

    fileprivate mutating func appendMessages(_ pair: Pair) {
        append(json: #""messages":"#)
        append(pair.prompt + pair.completion)
    }

    /// The conversation ends with the answer; where there are two, they stand beside it.
    fileprivate mutating func appendShareGPT(_ pair: Pair) {
        let (system, prompt) = Self.parted(pair.prompt)
        append(json: #""conversations":"#)
        appendList(pair.rejected == nil ? prompt + pair.completion : prompt) { $0.appendSpoken($1) }
        append(json: #","system":"#)
        append(system)
        guard let rejected = pair.rejected?.first, let chosen = pair.completion.first else { return }
        append(json: #","chosen":"#)
        appendSpoken(chosen)
        append(json: #","rejected":"#)
        appendSpoken(rejected)
    }

    private mutating func appendSpoken(_ message: Message) {
        append(json: #"{"from":"#)
        append(message.role == .assistant ? "gpt" : message.role == .user ? "human" : "system")
        append(json: #","value":"#)
        append(message.content)
        append(json: "}")
    }

    /// The last question is the instruction; earlier ones stand with their answers in the history.
    fileprivate mutating func appendAlpaca(_ pair: Pair) {
        let (system, prompt) = Self.parted(pair.prompt)
        append(json: #""instruction":"#)
        append(prompt.last?.content ?? "")
        append(json: #","input":"","output":"#)
        append(pair.completion.map(\.content).joined(separator: "\n"))
        append(json: #","system":"#)
        append(system)
        append(json: #","history":"#)
        let earlier = prompt.dropLast()
        let turns = stride(from: earlier.startIndex, to: earlier.endIndex - 1, by: 2).map {
            (earlier[$0].content, earlier[$0 + 1].content)
        }
        appendList(turns) { text, turn in
            text.append(json: "[")
            text.append(turn.0)
            text.append(json: ",")
            text.append(turn.1)
            text.append(json: "]")
        }
    }

    /// Only the answer to learn has weight; those of the history have none.
    fileprivate mutating func appendOpenAI(_ pair: Pair) {
        append(json: #""messages":"#)
        let answers = pair.prompt.count..<(pair.prompt.count + pair.completion.count)
        appendList(Array((pair.prompt + pair.completion).enumerated())) { text, element in
            text.append(json: #"{"role":"#)
            text.append(element.element.role.rawValue)
            text.append(json: #","content":"#)
            text.append(element.element.content)
            if element.element.role == .assistant {
                text.append(json: #","weight":"#)
                text.append(answers.contains(element.offset) ? 1 : 0)
            }
            text.append(json: "}")
        }
    }

    /// The columns of a Parquet file, before they are one.
    fileprivate mutating func appendColumns(_ pair: Pair) {
        if let rejected = pair.rejected {
            append(json: #""prompt":"#)
            append(pair.prompt)
            append(json: #","chosen":"#)
            append(pair.completion)
            append(json: #","rejected":"#)
            append(rejected)
        } else {
            append(json: #""messages":"#)
            append(pair.prompt + pair.completion)
            append(json: #","prompt":"#)
            append(pair.prompt)
            append(json: #","response":"#)
            append(pair.completion.map(\.content).joined(separator: "\n"))
        }
    }

    /// The system message's text, empty without one, and the messages after it.
    private static func parted(_ prompt: [Message]) -> (system: String, rest: ArraySlice<Message>) {
        guard let first = prompt.first, first.role == .system else { return ("", prompt[...]) }
        return (first.content, prompt.dropFirst())
    }

    private mutating func append(_ messages: [Message]) {
        appendList(messages) { text, message in
            text.append(json: #"{"role":"#)
            text.append(message.role.rawValue)
            text.append(json: #","content":"#)
            text.append(message.content)
            text.append(json: "}")
        }
    }

    private mutating func appendList<Element>(
        _ elements: some Sequence<Element>, _ body: (inout JSONText, Element) -> Void
    ) {
        append(json: "[")
        for (index, element) in elements.enumerated() {
            if index > 0 { append(json: ",") }
            body(&self, element)
        }
        append(json: "]")
    }
}

// MARK: - Metadata

extension JSONText {
    /// Every key of what is known of a row.
    fileprivate mutating func appendMetadata(_ pair: Pair) {
        for (index, column) in MetadataColumn.all.enumerated() {
            if index > 0 { append(json: ",") }
            column.append(pair, to: &self)
        }
    }
}
