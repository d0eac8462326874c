import Testing
import Trajectories

@testable import Filter

@Suite struct PairSelectorTests {
    private func candidate(_ id: String, depth: Int, _ text: String) -> PairCandidate {
        var keys = PairKeys()
        return PairCandidate(
            id: id, depth: depth, environment: "e",
            key: keys.key(prompt: [Message(.user, text)], completion: []), text: text)
    }

    private func dropped(_ texts: [String], _ criteria: PairCriteria) -> [DroppedPair] {
        var selector = PairSelector(criteria)
        for (number, text) in texts.enumerated() {
            selector.add(candidate("p\(number)", depth: number % 3, text))
        }
        return selector.finish()
    }

    @Test func theSameTextButForWhiteSpaceIsADuplicate() throws {
        let texts = ["go to\tkitchen", " go  to kitchen\n", "go to Kitchen", "go to kitchen"]
        #expect(try dropped(texts, PairCriteria()) == [])
        #expect(
            try dropped(texts, PairCriteria(duplicates: .exact)) == [
                DroppedPair(id: "p1", reason: .duplicate, mergedInto: "p0", similarity: 1),
                DroppedPair(id: "p3", reason: .duplicate, mergedInto: "p0", similarity: 1),
            ])
    }

    @Test func whatIsAlikeEnoughIsMergedIntoTheMostAlike() throws {
        let words = (0..<60).map { "word\($0)" }
        var twice = words
        twice[30] = "other"
        var often = words
        for place in stride(from: 3, to: 60, by: 6) { often[place] = "x\(place)" }
        let texts = [often, words, twice].map { $0.joined(separator: " ") }
        // One word changed of 60: 51 of 61 shingles are shared.
        let drops = try dropped(texts, PairCriteria(duplicates: .near, similarity: 0.8))
        #expect(
            drops == [
                DroppedPair(
                    id: "p2", reason: .nearDuplicate, mergedInto: "p1", similarity: 0.836066)
            ])
        #expect(try dropped(texts, PairCriteria(duplicates: .near, similarity: 0.84)).isEmpty)
    }

    @Test(arguments: 1...5 as ClosedRange<UInt64>) func nothingIsMergedThatComparingEachWithEachWouldKeep(
        seed: UInt64
    ) throws {
        var generator = SeededGenerator(seed: seed)
        let originals = (0..<20).map { _ in
            (0..<40).map { _ in "w\(Int.random(in: 0..<50, using: &generator))" }
        }
        let texts = (0..<200).map { number in
            var words = originals[number % 20]
            for _ in 0..<Int.random(in: 0...2, using: &generator) {
                words[Int.random(in: 0..<40, using: &generator)] = "new\(number)"
            }
            return words.joined(separator: " ")
        }
        let threshold = 0.7
        let drops = try dropped(texts, PairCriteria(duplicates: .near, similarity: threshold))
        var kept: [(id: String, shingles: [UInt32])] = []
        var expected: Set<String> = []
        for (number, text) in texts.enumerated() {
            let shingles = MinHashText(text).shingles
            if kept.contains(where: { MinHashIndex.similarity($0.shingles, shingles) >= threshold }) {
                expected.insert("p\(number)")
            } else {
                kept.append(("p\(number)", shingles))
            }
        }
        #expect(Set(drops.map(\.id)) == expected, "seed \(seed)")
        #expect(drops.allSatisfy { ($0.similarity ?? 0) >= threshold })
    }

    @Test(arguments: [0.1, 0.3, 0.5, 0.7, 0.85, 0.95, 1])
    func bandsFindWhatIsAtTheThreshold(threshold: Double) {
        let (bands, rows) = MinHashIndex.banding(for: threshold)
        #expect(bands >= 1 && rows >= 1 && bands * rows <= MinHashIndex.signatureLength)
        var missed = 1.0
        var inBand = 1.0
        for _ in 0..<rows { inBand *= threshold }
        for _ in 0..<bands { missed *= 1 - inBand }
        #expect(missed <= 0.001 || rows == 1)
    }

    @Test func textsShorterThanAShingleAreComparedWhole() throws {
        let texts = ["a b", "a b", "a c", "", ""]
        let drops = try dropped(texts, PairCriteria(duplicates: .near))
        #expect(drops.map(\.id) == ["p1", "p4"])
    }

    @Test func depthsKeepAsManyAsMayBeWhateverTheOrder() throws {
        let ids = (0..<90).map { "id\($0)" }
        let criteria = try PairCriteria(maxPerDepth: 7, seed: 3)
        func kept(_ ids: [String]) -> Set<String> {
            var selector = PairSelector(criteria)
            for id in ids {
                let depth = (Int(id.dropFirst(2)) ?? 0) % 3
                selector.add(candidate(id, depth: depth, id))
            }
            return Set(ids).subtracting(selector.finish().map(\.id))
        }
        let chosen = kept(ids)
        #expect(chosen.count == 21)
        #expect(kept(ids.reversed()) == chosen)
        for depth in 0..<3 {
            #expect(chosen.count { (Int($0.dropFirst(2)) ?? 0) % 3 == depth } == 7)
        }
    }

    @Test func aPairThatComesTwiceIsLeftToTheExporter() throws {
        var selector = PairSelector(try PairCriteria(duplicates: .exact, maxPerDepth: 1))
        for _ in 0..<2 { selector.add(candidate("p", depth: 0, "a")) }
        #expect(selector.finish() == [])
    }

    @Test(arguments: [0, 0.09, -1, 1.01, Double.nan]) func anImpossibleSimilarityIsRefused(similarity: Double)
    {
        let error = #expect(throws: FilterError.self) { try PairCriteria(similarity: similarity) }
        #expect(error?.message == "similarity is \(similarity), expected a number from 0.1 to 1")
    }
}
