/// Why bytes are not JSON, and where.
struct ForeignJSONProblem: Error, Sendable, Hashable {
    /// What is wrong.
    enum Code: Sendable, Hashable {
        /// The bytes end inside a value.
        case truncated
        /// A byte that cannot stand there, a number that is none, or nesting beyond the limit.
        case malformed
    }

    var code: Code
    /// The byte at fault, from 0.
    var offset: Int
    var message: String
}

/// Reads JSON that may be anything: value by value, in bounded depth, so that what stands before damage is kept.
///
/// It takes what Python writes: NaN, Infinity and surrogates without a partner.
struct ForeignJSONParser {
    /// How deep values may nest; a decision tree's record needs 5 levels.
    static let depthLimit = 64

    private let bytes: [UInt8]
    /// The next byte to be read.
    private(set) var position: Int
    /// Whether a text held bytes that are not UTF-8, or half a surrogate pair; both became U+FFFD.
    private(set) var hasDamagedText = false

    init(_ bytes: [UInt8], position: Int = 0) {
        self.bytes = bytes
        self.position = position
        if position == 0, bytes.starts(with: [0xEF, 0xBB, 0xBF]) { self.position = 3 }
    }

    /// Skips white space.
    /// - Returns: the byte that follows; `nil` at the end.
    mutating func peek() -> UInt8? {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return bytes[position]
            }
        }
        return nil
    }

    /// Takes a byte of punctuation, where it is the next.
    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard peek() == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    /// Takes a byte of punctuation.
    mutating func require(_ character: Unicode.Scalar) throws(ForeignJSONProblem) {
        guard !take(character) else { return }
        throw unexpected("expected “\(character)”")
    }

    /// Reads the next value.
    mutating func value(depth: Int = 0) throws(ForeignJSONProblem) -> ForeignValue {
        guard depth < Self.depthLimit else {
            throw malformed("values nest deeper than \(Self.depthLimit) levels")
        }
        switch peek() {
        case UInt8(ascii: "{"): return .object(try object(depth: depth))
        case UInt8(ascii: "["): return .list(try list(depth: depth))
        case UInt8(ascii: "\""): return .text(try text())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "N"): return try word("NaN", .number(.nan))
        case UInt8(ascii: "I"): return try word("Infinity", .number(.infinity))
        case let byte?
        where byte == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte):
            return try number()
        default: throw unexpected("expected a value")
        }
    }

    private mutating func object(depth: Int) throws(ForeignJSONProblem) -> ForeignObject {
        var members: [ForeignObject.Member] = []
        try require("{")
        if take("}") { return ForeignObject(members: []) }
        repeat {
            let key = try self.key()
            members.append(ForeignObject.Member(key: key, value: try value(depth: depth + 1)))
        } while take(",")
        try require("}")
        return ForeignObject(members: members)
    }

    /// Reads a member's key and the colon after it.
    mutating func key() throws(ForeignJSONProblem) -> String {
        guard peek() == UInt8(ascii: "\"") else { throw unexpected("expected a key") }
        let key = try text()
        try require(":")
        return key
    }

    private mutating func list(depth: Int) throws(ForeignJSONProblem) -> [ForeignValue] {
        var values: [ForeignValue] = []
        try require("[")
        if take("]") { return [] }
        repeat { values.append(try value(depth: depth + 1)) } while take(",")
        try require("]")
        return values
    }

    private mutating func word(
        _ word: String, _ value: ForeignValue
    ) throws(ForeignJSONProblem) -> ForeignValue {
        for byte in word.utf8 {
            guard position < bytes.count, bytes[position] == byte else {
                throw unexpected("expected \(word)")
            }
            position += 1
        }
        return value
    }

    private mutating func number() throws(ForeignJSONProblem) -> ForeignValue {
        let start = position
        if bytes[position] == UInt8(ascii: "-") {
            position += 1
            if position < bytes.count, bytes[position] == UInt8(ascii: "I") {
                return try word("Infinity", .number(-.infinity))
            }
        }
        while position < bytes.count, Self.isPartOfNumber(bytes[position]) { position += 1 }
        // A number at the very end may have lost digits.
        guard position < bytes.count else { throw truncated() }
        guard let number = Double(String(decoding: bytes[start..<position], as: UTF8.self)) else {
            position = start
            throw malformed("expected a number")
        }
        return .number(number)
    }

    private static func isPartOfNumber(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"),
            UInt8(ascii: "+"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}

extension ForeignJSONParser {
    private mutating func text() throws(ForeignJSONProblem) -> String {
        position += 1
        var piece: [UInt8] = []
        var start = position
        while position < bytes.count {
            let byte = bytes[position]
            guard byte >= 0x20 else { throw malformed("a control character stands in a text") }
            if byte == UInt8(ascii: "\"") {
                piece += bytes[start..<position]
                position += 1
                return decoded(piece)
            }
            guard byte == UInt8(ascii: "\\") else {
                position += 1
                continue
            }
            piece += bytes[start..<position]
            piece += try escape()
            start = position
        }
        throw truncated()
    }

    private mutating func decoded(_ bytes: [UInt8]) -> String {
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        hasDamagedText = true
        return String(decoding: bytes, as: UTF8.self)
    }

    private mutating func escape() throws(ForeignJSONProblem) -> [UInt8] {
        guard position + 1 < bytes.count else { throw truncated() }
        position += 2
        switch bytes[position - 1] {
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [bytes[position - 1]]
        case UInt8(ascii: "u"): return try unicodeEscape()
        default:
            position -= 1
            throw malformed("an unknown escape stands in a text")
        }
    }

    private mutating func unicodeEscape() throws(ForeignJSONProblem) -> [UInt8] {
        let first = try hexDigits()
        if let scalar = Unicode.Scalar(first) { return Array(String(scalar).utf8) }
        // Half a surrogate pair: the other half follows, or the text is damaged.
        let next = position
        if first < 0xDC00, bytes[next...].starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "u")]) {
            position += 2
            let second = try hexDigits()
            if (0xDC00..<0xE000).contains(second),
                let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
            {
                return Array(String(scalar).utf8)
            }
            position = next
        }
        hasDamagedText = true
        return Array("\u{FFFD}".utf8)
    }

    private mutating func hexDigits() throws(ForeignJSONProblem) -> UInt32 {
        guard position + 4 <= bytes.count else { throw truncated() }
        guard let number = UInt32(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16)
        else {
            throw malformed("expected four hex digits after \\u")
        }
        position += 4
        return number
    }

    private func truncated() -> ForeignJSONProblem {
        ForeignJSONProblem(code: .truncated, offset: bytes.count, message: "the file ends inside a value")
    }

    private func malformed(_ message: String) -> ForeignJSONProblem {
        ForeignJSONProblem(code: .malformed, offset: position, message: message)
    }

    private func unexpected(_ message: String) -> ForeignJSONProblem {
        position < bytes.count ? malformed(message) : truncated()
    }
}
