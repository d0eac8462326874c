import Export
import Testing
import Trajectories

@Suite struct ExportTokensTests {
    private func bins(_ lengths: [Int]) -> [[Int]] {
        var histogram = LengthHistogram()
        for length in lengths { histogram.add(length) }
        return histogram.bins.map { [$0.from, $0.below, $0.pairs] }
    }

    @Test func binsBeginAtPowersOfTwo() {
        #expect(bins([]) == [])
        #expect(bins([0]) == [[0, 1, 1]])
        #expect(bins([1, 2, 3, 3, 4]) == [[1, 2, 1], [2, 4, 3], [4, 8, 1]])
        #expect(
            bins([1023, 1024, 2047, 8192]) == [
                [512, 1024, 1], [1024, 2048, 2], [2048, 4096, 0], [4096, 8192, 0], [8192, 16384, 1],
            ])
    }

    @Test func everyLengthIsInTheBinThatHoldsIt() throws {
        for length in 0..<5_000 {
            var histogram = LengthHistogram()
            histogram.add(length)
            let bin = try #require(histogram.bins.first)
            #expect(bin.from <= length && length < bin.below && histogram.bins.count == 1, "\(length)")
        }
    }

    @Test func aHistogramReadsBackAsItWasWritten() throws {
        for lengths in [[], [0, 5], [1, 1, 900, 70_000]] {
            var histogram = LengthHistogram()
            for length in lengths { histogram.add(length) }
            let bytes = try CanonicalJSON.encode(histogram)
            #expect(try CanonicalJSON.decode(LengthHistogram.self, from: bytes) == histogram)
        }
        for bad in ["3,\"below\":6", "2,\"below\":3", "-1,\"below\":0", "4611686018427387904,\"below\":0"] {
            #expect(throws: DecodingError.self, "\(bad)") {
                try CanonicalJSON.decode(
                    LengthHistogram.self, from: "[{\"from\":\(bad),\"pairs\":1}]".utf8)
            }
        }
    }

    @Test func aPairAtALimitIsNotOverIt() {
        let tokens = ExportSettings.tokens([1024, 1025, 4096, 4097, 40_000])
        #expect(tokens.over == ["1024": 4, "2048": 3, "4096": 2, "8192": 1, "32768": 1])
        #expect(tokens.chat == 50_242)
        #expect(tokens.content == 50_242 - 5 * 31)
        #expect(tokens.trained == 512 + 512 + 2048 + 2048 + 20_000)
    }
}
