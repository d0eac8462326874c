import Foundation
import TemporaryFiles
import Testing
import Trajectories

@testable import Tokens

/// Words without end: counted exactly, in work and memory that grow with the text alone.
struct LongWordTests {
    /// A vocabulary of all bytes, and of pieces of `abc` that compete for their letters.
    private static let pieces = [
        "ab", "bc", "ca", "aa", "abc", "aaaa", "bcab", "cabc", "aab", "bb", "abab", "ccc",
    ]

    private func model() throws -> MergeModel {
        let directory = try TemporaryDirectory()
        let bytes = (0..<256).map { [UInt8($0)] } + Self.pieces.map { Array($0.utf8) }
        let lines = bytes.enumerated().map { "\(Data($1).base64EncodedString()) \($0)\n" }.joined()
        let path = try directory.write(Array(lines.utf8), to: "v")
        return try Tokenizer(rankFile: path, pattern: .gpt4).model
    }

    private func byteIDs(_ model: MergeModel) -> [Int32] {
        (0...UInt8.max).map { byte in [byte].withUnsafeBufferPointer { model.tokens.id(of: $0) } }
    }

    /// What a piece is merged to as a whole, and by windows.
    private func merged(
        _ text: [UInt8], _ model: MergeModel, window: Int
    ) -> (whole: [Int32], windowed: [Int32], work: Int) {
        text.withUnsafeBufferPointer { piece in
            var whole: [Int32] = []
            let rule = RankRule(tokens: model.tokens)
            QueueingMerge(piece, byteIDs(model), by: rule).forEachPart { id, _ in whole.append(id) }
            let windows = WindowedMerge(piece, byteIDs(model), by: rule, windowByteCount: window) {}
            return (whole, windows.ids, windows.mergedByteCount)
        }
    }

    @Test func windowsGiveWhatTheWholeGives() throws {
        let model = try model()
        var random = SystemRandomNumberGenerator()
        for trial in 0..<60 {
            let seed = UInt64.random(in: 0...UInt64.max, using: &random)
            var state = seed
            let letters = 1 + trial % 3
            let text = (0..<3_000).map { _ -> UInt8 in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return UInt8(ascii: "a") + UInt8((state >> 33) % UInt64(letters))
            }
            for window in [128, 200, 517, 4_096] {
                let (whole, windowed, _) = merged(text, model, window: window)
                #expect(whole == windowed, "seed \(seed), \(letters) letters, windows of \(window)")
            }
        }
    }

    @Test(arguments: ["a", "ab", "abcab", "aab", "x", "cab"])
    func aWordOfOnePatternIsMergedOnce(pattern: String) throws {
        let text = Array(String(repeating: pattern, count: 200_000 / pattern.utf8.count).utf8)
        let (whole, windowed, work) = try merged(
            text, model(), window: WindowedMerge<RankRule>.windowByteCount)
        #expect(whole == windowed)
        #expect(work <= 2 * text.count, "\(work) bytes were merged for \(text.count)")
    }

    private static func tokenizer() throws -> Tokenizer {
        let directory = try TemporaryDirectory()
        let bytes = (0..<256).map { [UInt8($0)] } + Self.pieces.map { Array($0.utf8) }
        let lines = bytes.enumerated().map { "\(Data($1).base64EncodedString()) \($0)\n" }.joined()
        return try Tokenizer(rankFile: try directory.write(Array(lines.utf8), to: "v"), pattern: .gpt4)
    }

    @Test func theCounterTakesALongWord() throws {
        let tokenizer = try Self.tokenizer()
        let text = String(repeating: "abcaab", count: 30_000)
        #expect(try TokenCounter(tokenizer).countOrdinary(text) == tokenizer.encodeOrdinary(text).count)
    }

    /// Without that, Ctrl-C would wait for the end of a word of any length.
    @Test func aCountThatIsCancelledStopsWithinALongWord() async throws {
        let tokenizer = try Self.tokenizer()
        let text = String(repeating: "abcaab", count: 30_000)
        let counting = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            // Words that are not long are counted all the same: each takes no time.
            _ = try TokenCounter(tokenizer).count(String(repeating: "abc ", count: 1_000))
            _ = try TokenCounter(tokenizer).count(text)
        }
        await #expect(throws: CancellationError.self) { try await counting.value }
        await #expect(throws: CancellationError.self) {
            try await Task {
                withUnsafeCurrentTask { $0?.cancel() }
                _ = try PairTokenCounter(tokenizer, template: .none).count(
                    prompt: [Message(.user, text)], completion: [])
            }.value
        }
    }

    /// Foundation takes n² steps for n accents that are out of order: 80,000 take it 20 seconds, and this has 400,000.
    @Test func manyAccentsAreNormalisedAllTheSame() {
        let accents = (0..<400_000).map { ["\u{301}", "\u{323}", "\u{316}"][$0 % 3] as Unicode.Scalar }
        for count in [40, 400_000] {
            let text = "a" + String(String.UnicodeScalarView(accents.prefix(count)))
            let composed = Array(Normalization.composed(text).unicodeScalars)
            #expect(composed.count <= count + 1)
            let classes = composed.dropFirst().map(\.properties.canonicalCombiningClass.rawValue)
            #expect(zip(classes, classes.dropFirst()).allSatisfy(<=))
            if count < 100 {
                #expect(composed.elementsEqual(text.precomposedStringWithCanonicalMapping.unicodeScalars))
            }
        }
    }
}
