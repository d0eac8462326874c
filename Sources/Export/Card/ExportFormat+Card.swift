/// What a card says of a format.
extension ExportFormat {
    /// The record in words.
    var description: String {
        switch self {
        case .promptCompletion: "conversational `prompt` and `completion`, as TRL takes them"
        case .messages: "a conversation in `messages`, the last of which is the answer to learn"
        case .sharegpt: "`conversations` and `system`, as LLaMA-Factory takes them"
        case .alpaca: "`instruction`, `output`, `system` and `history`, as LLaMA-Factory takes them"
        case .openai: "`messages` as OpenAI's fine-tuning takes them, the answer to learn having weight"
        case .text: "one `text`, rendered with a chat template"
        case .parquet: "Parquet with `messages`, `prompt` and `response`, as verl and SkyRL take them"
        }
    }

    /// The columns of the texts, as the header of a card of Hugging Face `datasets` declares them.
    func textColumns(withRejected: Bool) -> [String] {
        switch self {
        case .promptCompletion, .parquet:
            if withRejected { return ["prompt", "chosen", "rejected"].flatMap(Self.messages) }
            if self == .promptCompletion { return ["prompt", "completion"].flatMap(Self.messages) }
            return ["messages", "prompt"].flatMap(Self.messages) + Self.string("response")
        case .messages: return Self.messages("messages")
        case .sharegpt:
            let answers = withRejected ? ["chosen", "rejected"].flatMap(Self.spoken) : []
            return Self.list("conversations", of: ["from", "value"]) + Self.string("system") + answers
        case .alpaca:
            return ["instruction", "input", "output", "system"].flatMap(Self.string) + [
                "  - name: history", "    list:", "      list: string",
            ]
        case .openai:
            return Self.list("messages", of: ["role", "content"]) + [
                "    - name: weight", "      dtype: int64",
            ]
        case .text: return Self.string("text")
        }
    }

    private static func string(_ name: String) -> [String] { ["  - name: \(name)", "    dtype: string"] }

    private static func messages(_ name: String) -> [String] { list(name, of: ["role", "content"]) }

    private static func list(_ name: String, of keys: [String]) -> [String] {
        ["  - name: \(name)", "    list:"] + keys.flatMap { ["    - name: \($0)", "      dtype: string"] }
    }

    private static func spoken(_ name: String) -> [String] {
        ["  - name: \(name)", "    struct:"]
            + ["from", "value"].flatMap { ["    - name: \($0)", "      dtype: string"] }
    }
}

extension ExportRecipe {
    /// What a row is made of, in words.
    var rowMeaning: String {
        switch (failures, method) {
        case (.preference, _): "One row per answer that was preferred to another"
        case (.repair, .recode): "One row per accepted expansion, and one per failed answer that was mended"
        case (_, .recode): "One row per accepted expansion"
        default: "One row per turn"
        }
    }
}
