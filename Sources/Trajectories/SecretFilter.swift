/// Takes keys out of texts and records, whatever form they have there: the one place that knows the forms.
///
/// A key is found as it is, and
/// - in parts that code puts together: `"sk-ab" + "cd12"`, literals next to each other, lists, f-strings, several lines;
/// - URL-quoted, in any mix of quoted and plain characters, twice even; with escapes of JSON and Python
///   (`\u0073`, `\x73`, `\163`);
/// - in base64 at any of the three alignments, with either alphabet, whatever is before and behind it;
/// - in hexadecimal, with or without separators and `0x`.
///
/// What makes up the key is replaced, and nothing between its parts: code stays code, and JSON stays JSON. A text without a key
/// keeps its bytes. Other encodings (reversed, compressed, ciphers, lists of decimal numbers) are not found.
///
/// - Complexity: O(*n*) in the bytes of a text, for each key.
public struct SecretFilter: Sendable, Hashable {
    /// What a key is replaced by.
    public static let replacement = "[secret]"
    /// Keys of fewer bytes stand in where a server wants none (`EMPTY`, `ollama`). Taking such a word out of every text would
    /// only damage the texts.
    public static let shortestKey = 12
    /// Finds nothing.
    public static let none = SecretFilter([])

    private var patterns: [SearchView.Kind: Set<SearchPattern>] = [:]

    /// Makes a filter for some keys; those that are too short are left out.
    public init(_ secrets: some Sequence<String>) {
        for secret in secrets where secret.utf8.count >= Self.shortestKey { add(Array(secret.utf8)) }
    }

    /// Whether there is nothing to find.
    public var isEmpty: Bool { patterns.isEmpty }

    /// Finds what another filter finds, too.
    public mutating func formUnion(_ other: SecretFilter) {
        patterns.merge(other.patterns) { $0.union($1) }
    }

    private mutating func add(_ secret: [UInt8]) {
        let readings = SearchText.readings(of: secret)
        let text = readings[readings.count - 1]
        let view = text.view(.plain, of: .all)
        let plain = view.bytes
        // Of one that is nothing but quotes and brackets, too little is left to know it by.
        guard plain.count >= 8 else { return }
        patterns[.plain, default: []].insert(SearchPattern(plain, joints: text.joints(of: view.units[...])))
        patterns[.hexadecimal, default: []].insert(SearchPattern(SecretForms.hexadecimal(of: secret)))
        for core in SecretForms.base64Cores(of: secret) where core.count >= 10 {
            patterns[.base64, default: []].insert(SearchPattern(core))
        }
    }

    /// A text without the keys.
    public func redacted(_ text: String) -> String {
        guard !isEmpty else { return text }
        let bytes = Array(text.utf8)
        let found = matches(in: bytes)
        guard !found.isEmpty else { return text }
        return String(decoding: Self.replacing(found, in: bytes), as: UTF8.self)
    }

    /// JSON without the keys: in its strings, and digit for digit in its numbers.
    ///
    /// - Parameter json: valid JSON, one or several lines.
    /// - Returns: valid JSON of the same shape; `json` itself where it holds no key.
    public func redacted(json: [UInt8]) -> [UInt8] {
        guard !isEmpty else { return json }
        let found = matches(in: json, isJSON: true)
        guard !found.isEmpty else { return json }
        let isInString = Self.stringBytes(of: json)
        return Self.replacing(found, in: json) { range, _ in !isInString[range.lowerBound] }
    }

    /// A value as its JSON is without the keys.
    /// - Throws: `EncodingError` and `DecodingError` where it is no JSON, such as a number that is none.
    public func redacted<Value: Codable>(_ value: Value) throws -> Value {
        guard !isEmpty else { return value }
        let json = try CanonicalJSON.encode(value)
        let redacted = redacted(json: json)
        return redacted == json ? value : try CanonicalJSON.decode(Value.self, from: redacted)
    }

    /// The bytes that make up keys, as ranges that neither touch nor overlap; each says whether a key begins in it.
    private func matches(in bytes: [UInt8], isJSON: Bool = false) -> [SecretSpan] {
        var isFound: [Bool] = []
        var begins: [Bool] = []
        for text in SearchText.readings(of: bytes, isJSON: isJSON) {
            for part in SearchView.Part.allCases {
                for (kind, patterns) in patterns {
                    let view = text.view(kind, of: part)
                    for pattern in patterns {
                        for start in view.places(of: pattern) {
                            if isFound.isEmpty {
                                isFound = Array(repeating: false, count: bytes.count)
                                begins = isFound
                            }
                            begins[text.range(of: view.units[start]).lowerBound] = true
                            let units = view.units[start..<(start + pattern.bytes.count)]
                            for unit in units + text.ownJoints(pattern.joints, of: units) {
                                for byte in text.range(of: unit) { isFound[byte] = true }
                            }
                        }
                    }
                }
            }
        }
        return SecretSpan.spans(of: isFound, begins: begins)
    }

    private static func replacing(
        _ spans: [SecretSpan], in bytes: [UInt8], isNumber: (Range<Int>, [UInt8]) -> Bool = { _, _ in false }
    ) -> [UInt8] {
        var replaced: [UInt8] = []
        var copied = 0
        for span in spans {
            replaced += bytes[copied..<span.range.lowerBound]
            copied = span.range.upperBound
            if isNumber(span.range, bytes) {
                // A number stays a number, wherever in it the digits were; other literals stay.
                let isDigits = bytes[span.range].allSatisfy { (0x30...0x39).contains($0) }
                replaced += isDigits ? [UInt8(ascii: "1")] : Array(bytes[span.range])
            } else if span.beginsKey {
                replaced += Self.replacement.utf8
            }
        }
        return replaced + bytes[copied...]
    }

    /// Which bytes of JSON are within its strings.
    private static func stringBytes(of json: [UInt8]) -> [Bool] {
        var isInString = false
        var isEscaped = false
        return json.map { byte in
            if isEscaped {
                isEscaped = false
                return true
            }
            switch byte {
            case UInt8(ascii: "\""): isInString.toggle()
            case UInt8(ascii: "\\"): isEscaped = isInString
            default: break
            }
            return isInString
        }
    }
}

/// Neighbouring bytes that belong to keys.
private struct SecretSpan {
    var range: Range<Int>
    /// Whether a key begins in it; the rest of one that was in parts is taken out without a word.
    var beginsKey: Bool

    static func spans(of isFound: [Bool], begins: [Bool]) -> [SecretSpan] {
        var spans: [SecretSpan] = []
        var start: Int?
        for index in 0...isFound.count {
            if index < isFound.count, isFound[index] {
                start = start ?? index
            } else if let begun = start {
                spans.append(
                    SecretSpan(range: begun..<index, beginsKey: begins[begun..<index].contains(true)))
                start = nil
            }
        }
        return spans
    }
}

/// What a key looks like when it was encoded.
private enum SecretForms {
    static func hexadecimal(of secret: [UInt8]) -> [UInt8] {
        secret.flatMap { [digit($0 >> 4), digit($0 & 15)] }
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }

    /// The letters and digits that base64 has of a key at each alignment, without those that its neighbours decide too.
    static func base64Cores(of secret: [UInt8]) -> [[UInt8]] {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        return (0..<3).map { shift in
            let bits = (Array(repeating: 0, count: shift) + secret).flatMap { byte in
                (0..<8).map { byte >> UInt8(7 - $0) & 1 }
            }
            // The first six bits that are the key's alone, and the last.
            let first = (shift * 8 + 5) / 6
            let last = bits.count / 6
            return (first..<last).map { index in
                alphabet[bits[(index * 6)..<(index * 6 + 6)].reduce(0) { $0 << 1 | Int($1) }]
            }.filter { $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "/") }
        }
    }
}
