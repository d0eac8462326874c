/// Why bytes are not the JSON they should be, and where.
struct JSONProblem: Error, Sendable, Hashable {
    /// What is wrong.
    enum Code: Sendable, Hashable {
        /// No JSON: it ends too early, or a byte stands where it cannot.
        case malformed
        /// JSON that costs more than it may: too deep, too many values, too long a number.
        case tooLarge
    }

    var code: Code
    /// The byte at fault, from 0.
    var offset: Int
    var message: String
    /// The keys that lead to it, the innermost first.
    var keys: [String] = []

    /// The key path as messages have it: its beginning, where it is long.
    var keyPath: String {
        var path = ""
        for key in keys.reversed().prefix(6) {
            path += path.isEmpty || key.hasPrefix("[") ? key : ".\(key)"
        }
        return keys.count > 6 ? path + "…" : path
    }

    fileprivate func inside(_ key: String) -> JSONProblem {
        var problem = self
        problem.keys.append(key)
        return problem
    }
}

/// A strict parser of JSON in UTF-8, in one pass: work and memory grow with the bytes, whatever they say.
///
/// It refuses what readers disagree on: keys that are there twice, commas before an end, numbers without end, half surrogate
/// pairs.
struct JSONParser {
    /// How deep values may nest, counted from the text's own.
    static let depthLimit = 128
    /// How many values a text may hold, so that a line of empty lists stays a small multiple of itself in memory.
    static let valueLimit = 1 << 21
    /// The longest number, in characters.
    static let numberLimit = 1024

    private let bytes: UnsafeBufferPointer<UInt8>
    /// The next byte to be read.
    private(set) var position: Int
    private var valueCount = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>, position: Int = 0) {
        self.bytes = bytes
        self.position = position
    }

    /// Reads a text that is one value, with white space around it.
    /// - Complexity: O(*n*) in its bytes.
    static func value(of text: [UInt8]) throws(JSONProblem) -> JSONValue {
        let result = text.withUnsafeBufferPointer { bytes -> Result<JSONValue, JSONProblem> in
            var parser = JSONParser(bytes)
            parser.skipMark()
            do throws(JSONProblem) {
                let value = try parser.value(depth: 0)
                guard parser.peek() == nil else {
                    throw parser.malformed("something stands behind the value")
                }
                return .success(value)
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// Skips a byte order mark.
    mutating func skipMark() {
        if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { position = 3 }
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
    mutating func require(_ character: Unicode.Scalar) throws(JSONProblem) {
        guard take(character) else { throw malformed("expected '\(character)'") }
    }

    /// Reads the next value.
    /// - Parameter depth: how many values it stands in.
    mutating func value(depth: Int) throws(JSONProblem) -> JSONValue {
        try count(depth)
        switch peek() {
        case UInt8(ascii: "{"): return .object(try object(depth: depth))
        case UInt8(ascii: "["): return .array(try list(depth: depth))
        case UInt8(ascii: "\""): return .string(try text())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func count(_ depth: Int) throws(JSONProblem) {
        guard depth < Self.depthLimit else {
            throw tooLarge("values nest deeper than \(Self.depthLimit) levels, the most there may be")
        }
        valueCount += 1
        guard valueCount <= Self.valueLimit else {
            throw tooLarge("there are more than \(Self.valueLimit) values, the most one text may have")
        }
    }

    private mutating func object(depth: Int) throws(JSONProblem) -> [String: JSONValue] {
        var members: [String: JSONValue] = [:]
        position += 1
        if take("}") { return members }
        repeat {
            let key = try key()
            let start = position
            let value: JSONValue
            do throws(JSONProblem) { value = try self.value(depth: depth + 1) } catch {
                throw error.inside(Self.shown(key))
            }
            guard members.updateValue(value, forKey: key) == nil else {
                position = start
                throw malformed("the key \"\(Self.shown(key))\" is there twice")
            }
        } while take(",")
        try require("}")
        return members
    }

    private mutating func list(depth: Int) throws(JSONProblem) -> [JSONValue] {
        var values: [JSONValue] = []
        position += 1
        if take("]") { return values }
        repeat {
            do throws(JSONProblem) { values.append(try value(depth: depth + 1)) } catch {
                throw error.inside("[\(values.count)]")
            }
        } while take(",")
        try require("]")
        return values
    }

    /// Reads a member's key and the colon after it.
    mutating func key() throws(JSONProblem) -> String {
        guard peek() == UInt8(ascii: "\"") else { throw malformed("expected a key") }
        let start = position
        let key = try text()
        guard position - start <= LongKeys.limit + 2 else {
            position = start
            throw tooLarge(LongKeys.words)
        }
        try require(":")
        return key
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) throws(JSONProblem) -> JSONValue {
        for offset in 0..<word.utf8CodeUnitCount {
            guard position < bytes.count, bytes[position] == word.utf8Start[offset] else {
                throw malformed("expected \(word)")
            }
            position += 1
        }
        return value
    }

    func malformed(_ message: String) -> JSONProblem {
        JSONProblem(
            code: .malformed, offset: position,
            message: position < bytes.count ? message : "the text ends inside a value")
    }

    private func tooLarge(_ message: String) -> JSONProblem {
        JSONProblem(code: .tooLarge, offset: position, message: message)
    }

    /// A key as messages show it.
    private static func shown(_ key: String) -> String {
        key.utf8.count <= 80 ? key : String(String.UnicodeScalarView(key.unicodeScalars.prefix(60))) + "…"
    }
}

// MARK: - Numbers

extension JSONParser {
    /// A whole number that fits is an `int`, whether it has a fraction of zeros or none.
    private mutating func number() throws(JSONProblem) -> JSONValue {
        let start = position
        try skipNumber()
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if let whole = Int(text) { return .int(whole) }
        if let dot = text.firstIndex(of: "."),
            text[text.index(after: dot)...].utf8.allSatisfy({ $0 == 0x30 }),
            let whole = Int(text[..<dot])
        {
            return .int(whole)
        }
        guard let number = Double(text), number.isFinite else {
            position = start
            throw malformed("the number \(text.prefix(40)) is outside what a floating-point number holds")
        }
        return Int(exactly: number).map(JSONValue.int) ?? .double(number)
    }

    /// Skips a number: `-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?`.
    private mutating func skipNumber() throws(JSONProblem) {
        let start = position
        if position < bytes.count, bytes[position] == UInt8(ascii: "-") { position += 1 }
        let first = position
        try skipDigits()
        if bytes[first] == UInt8(ascii: "0"), position > first + 1 {
            position = first
            throw malformed("a number begins with 0")
        }
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            position += 1
            try skipDigits()
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            if position < bytes.count, [UInt8(ascii: "+"), UInt8(ascii: "-")].contains(bytes[position]) {
                position += 1
            }
            try skipDigits()
        }
        guard position - start <= Self.numberLimit else {
            position = start
            throw tooLarge("a number has more than \(Self.numberLimit) characters, the most there may be")
        }
    }

    private mutating func skipDigits() throws(JSONProblem) {
        let start = position
        while position < bytes.count, (0x30...0x39).contains(bytes[position]) { position += 1 }
        guard position > start else { throw malformed("expected a value") }
    }
}

// MARK: - Texts

extension JSONParser {
    private mutating func text() throws(JSONProblem) -> String {
        position += 1
        let start = position
        var piece: [UInt8] = []
        var copied = start
        while position < bytes.count {
            let byte = bytes[position]
            guard byte >= 0x20 else { throw malformed("a control character stands in a text") }
            if byte == UInt8(ascii: "\"") {
                let text: String?
                if copied == start {
                    text = String(validating: bytes[start..<position], as: UTF8.self)
                } else {
                    piece.append(contentsOf: bytes[copied..<position])
                    text = String(validating: piece, as: UTF8.self)
                }
                guard let text else { throw malformed("a text is not UTF-8") }
                position += 1
                return text
            }
            guard byte == UInt8(ascii: "\\") else {
                position += 1
                continue
            }
            piece.append(contentsOf: bytes[copied..<position])
            try appendEscape(to: &piece)
            copied = position
        }
        throw malformed("")
    }

    private mutating func appendEscape(to piece: inout [UInt8]) throws(JSONProblem) {
        position += 1
        guard position < bytes.count else { throw malformed("") }
        let letter = bytes[position]
        position += 1
        switch letter {
        case UInt8(ascii: "n"): piece.append(0x0A)
        case UInt8(ascii: "t"): piece.append(0x09)
        case UInt8(ascii: "r"): piece.append(0x0D)
        case UInt8(ascii: "b"): piece.append(0x08)
        case UInt8(ascii: "f"): piece.append(0x0C)
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): piece.append(letter)
        case UInt8(ascii: "u"): piece.append(contentsOf: UTF8.encode(try scalar()) ?? .init())
        default:
            position -= 1
            throw malformed("an unknown escape stands in a text")
        }
    }

    /// The character after `\u`, of which the other half follows where it is one of a pair.
    private mutating func scalar() throws(JSONProblem) -> Unicode.Scalar {
        let first = try hexDigits()
        if let scalar = Unicode.Scalar(first) { return scalar }
        if first < 0xDC00, position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
            bytes[position + 1] == UInt8(ascii: "u")
        {
            position += 2
            let second = try hexDigits()
            if (0xDC00..<0xE000).contains(second),
                let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
            {
                return scalar
            }
        }
        throw malformed("half a surrogate pair stands in a text")
    }

    private mutating func hexDigits() throws(JSONProblem) -> UInt32 {
        var number: UInt32 = 0
        for _ in 0..<4 {
            guard position < bytes.count else { throw malformed("") }
            let digit: UInt8
            switch bytes[position] {
            case 0x30...0x39: digit = bytes[position] - 0x30
            case 0x41...0x46: digit = bytes[position] - 0x41 + 10
            case 0x61...0x66: digit = bytes[position] - 0x61 + 10
            default: throw malformed("expected four hex digits after \\u")
            }
            number = number << 4 | UInt32(digit)
            position += 1
        }
        return number
    }
}

// MARK: - Skipping

extension JSONParser {
    /// Skips the next value, looking only for where it ends: nothing is said of whether it is JSON.
    mutating func skipValue() {
        guard let first = peek() else { return }
        guard first == UInt8(ascii: "{") || first == UInt8(ascii: "[") else { return skipLeaf(first) }
        var depth = 0
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                position += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                position += 1
                if depth == 0 { return }
            case UInt8(ascii: "\""): skipText()
            default: position += 1
            }
        }
    }

    private mutating func skipLeaf(_ first: UInt8) {
        if first == UInt8(ascii: "\"") { return skipText() }
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: ":"): return
            default: position += 1
            }
        }
    }

    private mutating func skipText() {
        position += 1
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte == UInt8(ascii: "\"") { return }
            if byte == UInt8(ascii: "\\"), position < bytes.count { position += 1 }
        }
    }
}
