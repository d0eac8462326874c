import Trajectories

/// What the names of added tokens, such as `<|im_end|>`, count as where messages' contents hold them.
public enum NamesInContents: Sendable, Hashable {
    /// One token each: trainers render a conversation as text and encode that, as Hugging Face's tokenizers do.
    case tokens
    /// Ordinary characters: contents are encoded by themselves, as OpenAI does.
    case characters
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
    /// How many bytes they have together, so that long ones do not fill the memory.
    private static let rememberedByteCount = 16 << 20

    /// How conversations are rendered.
    public let template: ChatTemplate
    private let names: NamesInContents
    private let counter: TokenCounter
    private var remembered: [ExactMessage: MessageTokens] = [:]
    private var byteCount = 0

    /// A message by its bytes.
    private struct ExactMessage: Hashable {
        var message: Message

        static func == (left: Self, right: Self) -> Bool {
            left.message.hasSameBytes(as: right.message)
        }

        func hash(into hasher: inout Hasher) {
            var content = message.content
            content.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        }
    }

    /// Begins with nothing remembered.
    /// - Parameter names: what names of added tokens in contents count as.
    /// - Throws: ``TokensError`` (`unsupported`) where the template writes a token that the vocabulary does not have.
    public init(_ tokenizer: Tokenizer, template: ChatTemplate = .qwen25, names: NamesInContents = .tokens)
        throws(TokensError)
    {
        try tokenizer.require(template)
        counter = TokenCounter(tokenizer)
        self.template = template
        self.names = names
    }

    /// The tokens of a pair.
    /// - Throws: `CancellationError` when the task is cancelled within a long word.
    /// - Complexity: O(*n*) in the length of the messages that were not seen before.
    public func count(prompt: [Message], completion: [Message]) throws(CancellationError) -> PairTokens {
        var tokens = PairTokens()
        for message in template.completed(prompt) {
            let counts = try counts(of: message.message)
            tokens.chat += counts.chat
            if message.isGiven { tokens.content += counts.content }
        }
        for message in completion {
            let counts = try counts(of: message)
            tokens += PairTokens(content: counts.content, chat: counts.chat, trained: counts.trained)
        }
        return tokens
    }

    private func counts(of message: Message) throws(CancellationError) -> MessageTokens {
        let key = ExactMessage(message: message)
        if let counts = remembered[key] { return counts }
        let counts = try countedAnew(message)
        let size = message.content.utf8.count
        guard size <= Self.rememberedByteCount / 16 else { return counts }
        if remembered.count >= Self.rememberedCount || byteCount + size > Self.rememberedByteCount {
            (remembered, byteCount) = ([:], 0)
        }
        remembered[key] = counts
        byteCount += size
        return counts
    }

    private func countedAnew(_ message: Message) throws(CancellationError) -> MessageTokens {
        let content = try counter.countOrdinary(message.content)
        let chat: Int
        switch names {
        case .tokens: chat = try counter.count(template.rendered(message))
        case .characters:
            let parts = template.parts(of: message)
            chat =
                try counter.count(parts.before) + counter.countOrdinary(parts.text)
                + counter.count(parts.after)
        }
        return MessageTokens(
            content: content, chat: chat, trained: try chat - counter.count(template.opening(of: message)))
    }
}
