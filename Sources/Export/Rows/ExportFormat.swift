/// The record that a trainer reads (docs/export.md says which reads which).
public enum ExportFormat: String, Codable, Sendable, Hashable, CaseIterable {
    /// TRL's conversational prompt and completion, or prompt, chosen and rejected: the loss is on the completion only.
    case promptCompletion = "prompt-completion"
    /// One list of messages, the last the answer: axolotl, TRL, prime-rl.
    case messages
    /// `conversations` of `from` and `value`, and `system`: LLaMA-Factory.
    case sharegpt
    /// `instruction`, `input`, `output`, `system` and `history`: LLaMA-Factory.
    case alpaca
    /// OpenAI's fine-tuning record: messages, of which the answer alone has weight.
    case openai
    /// One text, rendered with a chat template.
    case text
    /// Parquet with the columns `messages`, `prompt` and `response`: verl, SkyRL.
    case parquet
}

/// Where what is known of a row stands.
public enum MetadataPlace: String, Codable, Sendable, Hashable, CaseIterable {
    /// In columns of their own beside the texts.
    case columns
    /// In the file of the same name under `metadata/`, whose line *n* is about row *n*.
    case sidecar
    /// Nowhere but in the manifest, which is about all rows.
    case none
}

extension ExportFormat {
    /// How a data file's name ends. LLaMA-Factory and OpenAI take no compressed file.
    public var fileExtension: String {
        switch self {
        case .promptCompletion, .messages, .text: "jsonl.gz"
        case .sharegpt, .alpaca, .openai: "jsonl"
        case .parquet: "parquet"
        }
    }

    /// Where metadata can stand, the usual place first. OpenAI refuses keys it does not know.
    public var metadataPlaces: [MetadataPlace] {
        self == .openai ? [.sidecar, .none] : [.columns, .sidecar, .none]
    }

    /// Whether there is a record of it for a prompt with a chosen and a rejected answer.
    public var carriesPreferences: Bool {
        switch self {
        case .promptCompletion, .sharegpt, .parquet: true
        case .messages, .alpaca, .openai, .text: false
        }
    }
}
