import FoundationEssentials
import TemporaryFiles
import Testing

@testable import Tokens

/// The same ids as the reference implementations, id by id.
@Suite(.serialized) struct TokenizerTests {
    private static let texts = OddTexts.all(3_000)

    private func expectSame(_ ours: Tokenizer, _ theirs: [[Int]], _ encode: (String) -> [Int]) throws {
        #expect(theirs.count == Self.texts.count)
        let counter = TokenCounter(ours)
        var wrong = 0
        for (text, ids) in zip(Self.texts, theirs) where wrong < 5 {
            let same = encode(text) == ids
            #expect(
                same,
                "\(text.unicodeScalars.map { String($0.value, radix: 16) }): \(encode(text)), not \(ids)")
            #expect(try counter.countOrdinary(text) == ours.encodeOrdinary(text).count)
            #expect(try counter.count(text) == ours.encode(text).count)
            wrong += same ? 0 : 1
        }
    }

    @Test(arguments: [RankFilePattern.qwen, .gpt4, .gpt2])
    func aRankFileGivesTheIDsOfTiktoken(pattern: RankFilePattern) async throws {
        let tokenizer = try Tokenizer(rankFile: Reference.rankFile, pattern: pattern)
        let theirs = try await Reference.tiktoken(pattern.rawValue, Self.texts)
        try expectSame(tokenizer, theirs, tokenizer.encodeOrdinary)
    }

    @Test(arguments: ["qwen", "gpt4", "gpt2", "smollm", "deepseek"])
    func aTokenizerFileGivesTheIDsOfHuggingFace(kind: String) async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("tokenizer.json")
        try await Reference.writeTokenizer(kind, to: path)
        let tokenizer = try Tokenizer(tokenizerFile: path)
        let theirs = try await Reference.huggingFace(path, Self.texts)
        try expectSame(tokenizer, theirs, tokenizer.encode)
    }

    @Test func knownTextsHaveKnownIDs() throws {
        let tokenizer = try Tokenizer(rankFile: Reference.rankFile, pattern: .qwen)
        #expect(tokenizer.tokenCount == 151_643)
        #expect(tokenizer.encodeOrdinary("hello world") == [14990, 1879])
        #expect(tokenizer.encodeOrdinary("中文测试") == [104811, 81705])
        #expect(tokenizer.encodeOrdinary("1234567890").count == 10)
        #expect(tokenizer.encodeOrdinary("<think>").count == 3)
    }

    @Test func everyCharacterIsCutAsTiktokenCutsIt() async throws {
        // Each between letters, digits and spaces, so that its class shows.
        let texts = stride(from: 0, to: 0x32000, by: 64).map { start in
            (start..<start + 64).compactMap { Unicode.Scalar(UInt32($0)) }.filter {
                // What was assigned after the reference's Unicode version may be cut otherwise.
                $0.properties.age.map { $0 <= (15, 1) } ?? true
            }.map { "a\($0)1 \($0) b\n" }.joined()
        }
        let tokenizer = try Tokenizer(rankFile: Reference.rankFile, pattern: .qwen)
        let theirs = try await Reference.tiktoken("qwen", texts)
        for (index, (text, ids)) in zip(texts, theirs).enumerated() {
            #expect(tokenizer.encodeOrdinary(text) == ids, "from U+\(String(index * 64, radix: 16)) on")
        }
    }

    @Test func everyCharacterIsInNormalFormAsHuggingFaceHasIt() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("tokenizer.json")
        try await Reference.writeTokenizer("qwen", to: path)
        let tokenizer = try Tokenizer(tokenizerFile: path)
        // Each by itself, and behind letters that marks and jamo go with; not the ideographs and syllables.
        let blocks = [
            0..<0x3400, 0xA600..<0xAC40, 0xD780..<0xD7C0, 0xF900..<0x11A00, 0x1D100..<0x1D300,
            0x2F800..<0x2FA40,
        ]
        let scalars = blocks.joined().compactMap { Unicode.Scalar(UInt32($0)) }.filter {
            $0.properties.age.map { $0 <= (9, 0) } ?? false
        }
        let texts = scalars.map { scalar in
            ["", "e", "\u{1100}", "\u{AC00}"].map { "\($0)\(scalar)\n" }.joined()
        }
        let theirs = try await Reference.huggingFace(path, texts)
        for (index, (text, ids)) in zip(texts, theirs).enumerated() {
            #expect(tokenizer.encode(text) == ids, "U+\(String(scalars[index].value, radix: 16))")
        }
    }
}
