/// What a primitive action is, whoever sends it: the answer of a turn, `run(action)` in a block, an expert. executor_worker.py
/// goes by the same rules.
enum PrimitiveAction {
    /// The longest one, in bytes of UTF-8.
    static let byteLimit = 4_096

    /// What keeps a text from being an action.
    enum Problem: Sendable, Hashable {
        /// There is nothing in it but white space.
        case blank
        /// It has so many bytes.
        case tooLong(byteCount: Int)
        /// It has a line break, of any kind.
        case severalLines
    }

    /// What keeps a text from being an action; `nil` where it is one.
    static func problem(in text: String) -> Problem? {
        let byteCount = text.utf8.count
        guard byteCount <= byteLimit else { return .tooLong(byteCount: byteCount) }
        guard !text.unicodeScalars.contains(where: breaksLine) else { return .severalLines }
        return text.unicodeScalars.allSatisfy(isSpace) ? .blank : nil
    }

    /// Where Python's `str.splitlines` ends a line.
    static func breaksLine(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0A...0x0D, 0x1C...0x1E, 0x85, 0x2028, 0x2029: true
        default: false
        }
    }

    /// What Python's `str.strip` takes away.
    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isWhitespace || (0x1C...0x1F).contains(scalar.value)
    }
}
