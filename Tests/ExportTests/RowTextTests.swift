import Testing
import Trajectories

@testable import Export

@Suite struct RowTextTests {
    private func line(of pair: Pair, as format: ExportFormat = .promptCompletion) throws -> String {
        var text = JSONText()
        let rows = RowText(format: format, metadata: format.metadataPlaces[0]) { messages in
            messages.map { "<\($0.role.rawValue)>\($0.content)" }.joined()
        }
        try rows.append(pair, to: &text)
        return String(decoding: text.bytes, as: UTF8.self)
    }

    @Test func aRowOfPromptAndCompletionIsThePair() throws {
        for number in 0..<6 {
            let pair = SamplePairs.pair(number, node: number, reward: 0.75)
            #expect(try CanonicalJSON.decode(Pair.self, from: line(of: pair).utf8) == pair)
        }
    }

    @Test(arguments: ExportFormat.allCases) func everyRowHasTheSameKeys(format: ExportFormat) throws {
        let keys = try (0..<6).map { number -> [String] in
            guard
                case .object(let row) = try CanonicalJSON.decode(
                    JSONValue.self, from: line(of: SamplePairs.pair(number), as: format).utf8)
            else { return [] }
            return row.keys.sorted()
        }
        #expect(Set(keys).count == 1 && !keys[0].isEmpty)
        let metadata = Set(RowColumn.metadata.map(\.name))
        #expect(metadata.isSubset(of: keys[0]) == (format != .openai))
    }

    @Test(arguments: [0, 1, 0.5, 0.07, 1e-7, 1.0 / 3])
    func rewardAlwaysReadsAsAFloatingPointNumber(reward: Double) throws {
        let pair = SamplePairs.pair(1, reward: reward)
        let text = try line(of: pair)
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
