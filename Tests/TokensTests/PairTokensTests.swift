import FoundationEssentials
import JSONLines
import TemporaryFiles
import Testing
import Trajectories

@testable import Tokens

/// The tokens of pairs: those of the whole conversation, though its messages are counted one by one.
@Suite(.serialized) struct PairTokensTests {
    private static let qwen = Result { try Tokenizer(vocabulary: Reference.rankFile) }
    private let tokenizer: Tokenizer
    private let counter: PairTokenCounter

    init() throws {
        tokenizer = try Self.qwen.get()
        counter = try PairTokenCounter(tokenizer)
    }

    private func counts(_ pair: MessagePair) -> PairTokens {
        counter.count(prompt: pair.prompt, completion: pair.completion)
    }

    /// The same from the ids of the whole texts.
    private func countsOfWhole(_ pair: MessagePair) -> PairTokens {
        let messages = pair.prompt + pair.completion
        let template = ChatTemplate.qwen25
        let whole = tokenizer.encode(template.rendered(messages))
        let prompt = tokenizer.encode(template.rendered(pair.prompt) + "<|im_start|>assistant\n")
        return PairTokens(
            content: messages.reduce(0) { $0 + tokenizer.encodeOrdinary($1.content).count },
            chat: whole.count, trained: whole.count - prompt.count)
    }

    /// Pairs of odd texts: without and with a system message, and with a history.
    private static let oddPairs = {
        let texts = OddTexts.all(300, seed: 2)
        return texts.indices.map { index in
            func text(_ offset: Int) -> String { texts[(index + offset) % texts.count] }
            let system = index % 3 == 0 ? [] : [Message(.system, text(3))]
            let history =
                index % 3 < 2 ? [] : [Message(.user, text(4)), Message(.assistant, text(5))]
            return MessagePair(
                prompt: system + history + [Message(.user, text(0))],
                completion: [Message(.assistant, text(1))])
        }
    }()

    @Test func aPairOfOddTextsHasTheTokensOfItsWholeConversation() {
        for pair in Self.oddPairs { #expect(counts(pair) == countsOfWhole(pair), "\(pair)") }
    }

    @Test func aPairHasTheTokensThatHuggingFaceGives() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("tokenizer.json")
        try await Reference.writeTokenizer("qwen", to: path)
        // Contents that name an added token are told from it here and not there.
        let pairs = Self.oddPairs.filter { pair in
            !(pair.prompt + pair.completion).contains { $0.content.contains("<|im_") }
        }
        #expect(pairs.count > Self.oddPairs.count * 9 / 10)
        let theirs = try await Reference.pairTokens(path, pairs)
        #expect(theirs.count == pairs.count)
        for (pair, their) in zip(pairs, theirs) { #expect(counts(pair) == their, "\(pair)") }
        let byFile = try PairTokenCounter(try Tokenizer(tokenizerFile: path))
        for pair in Self.oddPairs {
            #expect(byFile.count(prompt: pair.prompt, completion: pair.completion) == counts(pair), "\(pair)")
        }
    }

    @Test(arguments: ["recode", "react", "codeact"])
    func theSamplePairsSayHowLongTheirConversationsAre(method: String) throws {
        let folder = "\(Reference.root)/data/samples/export/scienceworld-expert-\(method)-top40"
        let reader = try JSONLinesReader(path: "\(folder)/train-00000-of-00001.jsonl.gz")
        var count = 0
        while let line = try reader.next() {
            let pair = try CanonicalJSON.decode(Pair.self, from: line.bytes)
            let messages = MessagePair(prompt: pair.prompt, completion: pair.completion)
            let counts = counts(messages)
            #expect(pair.tokens == counts.chat)
            // A flat pair's conversation is the one before and a turn: some of them tell for all.
            if count % 5 == 0 { #expect(counts == countsOfWhole(messages)) }
            count += 1
        }
        #expect(count > 0)
    }

    @Test(arguments: [("What is there?", "A door."), ("", ""), ("中文测试", "1234567890")])
    func aBarePairHas31TokensMoreThanItsContents(user: String, assistant: String) {
        let counts = counts(
            MessagePair(prompt: [Message(.user, user)], completion: [Message(.assistant, assistant)]))
        #expect(
            counts.content == tokenizer.encodeOrdinary(user).count + tokenizer.encodeOrdinary(assistant).count
        )
        #expect(counts.chat == counts.content + 31)
        // The end of the turn and its line end are learnt too.
        #expect(counts.trained == tokenizer.encodeOrdinary(assistant).count + 2)
    }

    @Test func withoutATemplateContentsCountAlone() throws {
        let counter = try PairTokenCounter(tokenizer, template: .none)
        let prompt = [Message(.system, "Be brief."), Message(.user, "What is <|im_end|>?")]
        let counts = counter.count(prompt: prompt, completion: [Message(.assistant, "A door.")])
        let contents = ["Be brief.", "What is <|im_end|>?", "A door."].map {
            tokenizer.encodeOrdinary($0).count
        }
        #expect(
            counts
                == PairTokens(
                    content: contents.reduce(0, +), chat: contents.reduce(0, +), trained: contents[2]))
        #expect(ChatTemplate.none.rendered([.init(.user, "a"), .init(.assistant, "b")]) == "ab")
    }

    @Test func messagesThatOnlyLookTheSameAreCountedApart() throws {
        let plain = try Tokenizer(
            rankFile: Reference.rankFile, pattern: .qwen, specialTokens: Qwen25.addedTokens)
        let counter = try PairTokenCounter(plain)
        let texts = ["caf\u{E9}", "cafe\u{301}"]
        try #require(texts[0] == texts[1])
        for text in texts {
            let counts = counter.count(prompt: [Message(.user, text)], completion: [])
            #expect(counts.content == plain.encodeOrdinary(text).count)
        }
        try #require(plain.encodeOrdinary(texts[0]).count != plain.encodeOrdinary(texts[1]).count)
    }

    @Test func moreMessagesThanAreRememberedCountTheSame() {
        func count(_ number: Int) -> PairTokens {
            counter.count(
                prompt: [Message(.user, "message \(number)")], completion: [Message(.assistant, "yes")])
        }
        let first = (0..<5_000).map(count)
        #expect((0..<5_000).map(count) == first)
        #expect(first[4_321].content == tokenizer.encodeOrdinary("message 4321").count + 1)
    }

    @Test func aTemplateWhoseTokensAreMissingIsRefused() throws {
        let plain = try Tokenizer(rankFile: Reference.rankFile, pattern: .qwen)
        let error = #expect(throws: TokensError.self) { try PairTokenCounter(plain) }
        #expect(error?.code == .unsupported)
        #expect(
            error?.message
                == "qwen.tiktoken: the vocabulary has no token <|im_start|>, which the chat template qwen2.5 writes: its "
                + "counts would be no trainer's. Count without a chat template, or name another vocabulary.")
        #expect(throws: Never.self) { try PairTokenCounter(plain, template: .none) }
    }
}
