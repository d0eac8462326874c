import Trajectories

/// Makes bad input of good input, the same for the same seed.
struct Mutation {
    private var random: SeededGenerator

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
    }

    /// What breaks readers: numbers at the edges, nesting, halves of characters, names that mean something to somebody.
    private static let pieces: [[UInt8]] =
        [
            "9223372036854775807", "-9223372036854775808", "18446744073709551616", "-1", "0", "1e400",
            "-1e308", "1e-400",
            "0.1", "NaN", "Infinity", "null", "true", "{}", "[]", "\"\"", "\"", "\\", "\\ud800", "\\u0000",
            "\n", "\r\n",
            "\u{301}\u{323}", "&a", "*a", "<<: *a", "!!binary", "---", "- ", ": ", "{{", "%}", "|-\n ",
            "../../x",
            "\u{202E}\u{1B}[2J", "1970-01-01",
        ].map { Array($0.utf8) } + [
            [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0], [0x1F, 0x8B], [0xEF, 0xBB, 0xBF],
            Array(repeating: UInt8(ascii: "["), count: 600),
            Array(repeating: UInt8(ascii: "9"), count: 2_000),
        ]

    private mutating func below(_ count: Int) -> Int {
        count > 0 ? Int(random.next() % UInt64(count)) : 0
    }

    /// The bytes with one to four changes.
    mutating func changed(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for _ in 0...below(4) {
            let start = below(bytes.count + 1)
            let end = min(bytes.count, start + 1 + below(below(2) == 0 ? 8 : 200))
            let piece = Self.pieces[below(Self.pieces.count)]
            switch below(8) {
            case 0 where start < bytes.count: bytes[start] = UInt8(truncatingIfNeeded: random.next())
            case 1: bytes.removeSubrange(start..<end)
            case 2: bytes.insert(contentsOf: bytes[start..<end], at: below(bytes.count + 1))
            case 3: bytes.insert(contentsOf: piece, at: start)
            case 4: bytes.removeSubrange(start...)
            case 5: replaceWord(at: start, by: piece, in: &bytes) { (0x30...0x39).contains($0) || $0 == 0x2D }
            case 6: replaceWord(at: start, by: piece, in: &bytes) { (0x61...0x7A).contains($0) }
            default: bytes.replaceSubrange(start..<end, with: piece)
            }
        }
        return bytes
    }

    /// Replaces the next number or name behind a place.
    private func replaceWord(
        at start: Int, by piece: [UInt8], in bytes: inout [UInt8], _ isPart: (UInt8) -> Bool
    ) {
        guard let first = bytes[start...].firstIndex(where: isPart) else { return }
        let end = bytes[first...].firstIndex { !isPart($0) } ?? bytes.endIndex
        bytes.replaceSubrange(first..<end, with: piece)
    }
}
