/// JSON written piece by piece into a buffer, for records too many for `JSONEncoder`.
///
/// The caller keeps keys sorted; the text is then that of ``CanonicalJSON``, but for one thing: a number that is a
/// floating-point number by meaning always has a fraction (`1.0`). Readers that guess a column's type from its
/// first rows would otherwise take a reward column that begins with 1 for integers and stumble over 0.75.
public struct JSONText: Sendable {
    /// The text so far, UTF-8.
    public private(set) var bytes: [UInt8] = []

    /// Starts an empty text.
    public init() {}

    /// Starts over, keeping the memory.
    public mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
    }

    /// Appends punctuation, keys or other text that is JSON already.
    public mutating func append(json text: StaticString) {
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    /// Appends JSON written elsewhere.
    public mutating func append(json text: JSONText) {
        bytes += text.bytes
    }

    /// Appends a string, quoted and escaped.
    /// - Complexity: O(*n*) in its length; stretches without escapes are copied whole.
    public mutating func append(_ text: String) {
        var text = text
        bytes.append(UInt8(ascii: "\""))
        text.withUTF8 { buffer in
            var copied = 0
            for (index, byte) in buffer.enumerated()
            where byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                bytes += buffer[copied..<index]
                bytes += Self.escape(byte)
                copied = index + 1
            }
            bytes += buffer[copied...]
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Appends an integer, or `null`.
    public mutating func append(_ number: Int?) {
        if let number { bytes += String(number).utf8 } else { append(json: "null") }
    }

    /// Appends a floating-point number, with a fraction or an exponent.
    /// - Precondition: it is finite; JSON has no other.
    public mutating func append(_ number: Double) {
        precondition(number.isFinite, "JSON has no number for \(number)")
        bytes += number.description.utf8
    }

    private static func escape(_ byte: UInt8) -> [UInt8] {
        switch byte {
        case 0x08: Array(#"\b"#.utf8)
        case 0x09: Array(#"\t"#.utf8)
        case 0x0A: Array(#"\n"#.utf8)
        case 0x0C: Array(#"\f"#.utf8)
        case 0x0D: Array(#"\r"#.utf8)
        case UInt8(ascii: "\""): Array(#"\""#.utf8)
        case UInt8(ascii: "\\"): Array(#"\\"#.utf8)
        default: Array((byte < 0x10 ? #"\u000"# : #"\u00"#).utf8) + Array(String(byte, radix: 16).utf8)
        }
    }
}
