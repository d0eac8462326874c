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
    private var remembered: [ExactMessage: MessageTokens] = [:]

    /// A message by its bytes. Two strings are equal in Swift where they mean the same characters, `é` in one scalar or in
    /// two, and their tokens are not the same.
    private struct ExactMessage: Hashable {
        var message: Message

        static func == (left: Self, right: Self) -> Bool {
            left.message.role == right.message.role
                && left.message.content.utf8.elementsEqual(right.message.content.utf8)
        }

        func hash(into hasher: inout Hasher) {
            var content = message.content
            content.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        }
    }

    /// Begins with nothing remembered.
    /// - Throws: ``TokensError`` (`unsupported`) where the template writes a token that the vocabulary does not have.
    public init(_ tokenizer: Tokenizer, template: ChatTemplate = .qwen25) throws(TokensError) {
        try tokenizer.require(template)
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
        let key = ExactMessage(message: message)
        if let counts = remembered[key] { return counts }
        let counts = countedAnew(message)
        if remembered.count >= Self.rememberedCount { remembered = [:] }
        remembered[key] = counts
        return counts
    }

    private func countedAnew(_ message: Message) -> MessageTokens {
        let content = counter.countOrdinary(message.content)
        guard template != .none else {
            return MessageTokens(content: content, chat: content, trained: content)
        }
        let chat = counter.count(template.rendered(message))
        return MessageTokens(
            content: content, chat: chat, trained: chat - counter.count(template.opening(of: message)))
    }
}
