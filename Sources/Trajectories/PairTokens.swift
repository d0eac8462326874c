/// The tokens of a training pair, or of many, counted three ways.
public struct PairTokens: Codable, Sendable, Hashable {
    /// Those of the messages' contents, each encoded by itself, added tokens being ordinary text.
    public var content: Int
    /// Those of the whole conversation as the chat template renders it: what a trainer's length limit is about. Without a
    /// template, ``content``.
    public var chat: Int
    /// Those of ``chat`` that a trainer's loss is about: the completion, with the end of its turn.
    public var trained: Int

    /// Makes counts from their parts.
    public init(content: Int = 0, chat: Int = 0, trained: Int = 0) {
        self.content = content
        self.chat = chat
        self.trained = trained
    }

    /// Adds other counts to these.
    public static func += (sum: inout PairTokens, other: PairTokens) {
        sum.content += other.content
        sum.chat += other.chat
        sum.trained += other.trained
    }
}
