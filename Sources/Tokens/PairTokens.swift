import Trajectories

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

/// Counts the tokens of pairs, remembering the messages it has seen last; one for each thread.
public final class PairTokenCounter {
    /// What a message of a conversation counts for.
    private struct MessageTokens {
        var content: Int
        var chat: Int
        /// The end of the turn included, its beginning not.
        var trained: Int
    }

    /// How many messages are remembered: the history that the turns of one episode share.
    private static let rememberedCount = 1 << 12

    /// How conversations are rendered.
    public let template: ChatTemplate
    private let counter: TokenCounter
    private var remembered: [Message: MessageTokens] = [:]

    /// Begins with nothing remembered.
    public init(_ tokenizer: Tokenizer, template: ChatTemplate = .qwen25) {
        counter = TokenCounter(tokenizer)
        self.template = template
    }

    /// The tokens of a pair.
    /// - Complexity: O(*n*) in the length of the messages that were not seen before.
    public func count(prompt: [Message], completion: [Message]) -> PairTokens {
        var tokens = PairTokens()
        for message in template.completed(prompt) {
            let counts = counts(of: message.message)
            tokens.chat += counts.chat
            if message.isGiven { tokens.content += counts.content }
        }
        for message in completion {
            let counts = counts(of: message)
            tokens += PairTokens(content: counts.content, chat: counts.chat, trained: counts.trained)
        }
        return tokens
    }

    private func counts(of message: Message) -> MessageTokens {
        if let counts = remembered[message] { return counts }
        let chat = counter.count(template.rendered(message))
        let counts = MessageTokens(
            content: counter.countOrdinary(message.content), chat: chat,
            trained: chat - counter.count(template.opening(of: message)))
        if remembered.count >= Self.rememberedCount { remembered = [:] }
        remembered[message] = counts
        return counts
    }
}
