import Testing
import Trajectories

@Suite struct PairLineTests {
    private func line(of pair: Pair) -> String {
        var text = JSONText()
        pair.appendLine(to: &text)
        return String(decoding: text.bytes, as: UTF8.self)
    }

    @Test func lineIsTheCanonicalJSONOfThePair() throws {
        for number in 0..<6 {
            let pair = SamplePairs.pair(number, node: number, reward: 0.75)
            #expect(line(of: pair) == String(decoding: try CanonicalJSON.encode(pair), as: UTF8.self))
        }
    }

    @Test(arguments: [0, 1, 0.5, 0.07, 1e-7, 1.0 / 3])
    func rewardAlwaysReadsAsAFloatingPointNumber(reward: Double) throws {
        let pair = SamplePairs.pair(1, reward: reward)
        let text = line(of: pair)
        let written = text.split(separator: #""reward":"#)[1].prefix { $0 != "," }
        #expect(written.contains { ".e".contains($0) }, "\(written)")
        #expect(try CanonicalJSON.decode(Pair.self, from: text.utf8) == pair)
    }

    @Test func everyControlCharacterIsEscapedAsTheCodecDoes() throws {
        for scalar in (0..<0xA0).compactMap(Unicode.Scalar.init) {
            var text = JSONText()
            text.append("a\(Character(scalar))b")
            let canonical = try CanonicalJSON.encode("a\(Character(scalar))b")
            #expect(text.bytes == canonical, "U+\(String(scalar.value, radix: 16))")
        }
    }
}
