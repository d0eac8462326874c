extension StringProtocol {
    /// Whether more combining marks (accents) follow each other than in any text of a language: more than the 30 of
    /// Unicode's stream-safe texts (UAX 15).
    ///
    /// To compare such texts, to search in them or to hold them in a set takes n² steps for n marks. So this comes first where
    /// a text is others'.
    /// - Complexity: O(*n*).
    public var holdsEndlessAccents: Bool {
        var count = 0
        for scalar in unicodeScalars {
            // No mark is before U+0300.
            guard scalar.value >= 0x300, scalar.properties.canonicalCombiningClass != .notReordered else {
                count = 0
                continue
            }
            count += 1
            if count > 30 { return true }
        }
        return false
    }
}

/// Finds texts with endless accents in JSON, where names, digests and other short texts are expected.
public enum EndlessAccents {
    /// What is said of one.
    public static let words = "has more than 30 accents behind one letter"

    /// Whether JSON, or YAML, holds such a text, as it is or in escapes (`\u0301`).
    /// - Complexity: O(*n*).
    public static func isFound(in bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBufferPointer { text in
            guard text.contains(where: { $0 >= 0xCC || $0 == UInt8(ascii: "\\") }) else { return false }
            var count = 0
            var place = 0
            while place < text.count {
                let (scalar, length) = scalar(at: place, of: text)
                place += length
                let isMark =
                    scalar.map { $0.value >= 0x300 && $0.properties.canonicalCombiningClass != .notReordered }
                    ?? false
                count = isMark ? count + 1 : 0
                if count > 30 { return true }
            }
            return false
        }
    }

    /// The first key of JSON under which such a text stands.
    /// - Parameter freeTexts: keys that may hold any text.
    public static func key(in value: JSONValue, except freeTexts: Set<String> = []) -> String? {
        key(in: value, at: "", except: freeTexts)
    }

    private static func key(in value: JSONValue, at key: String, except freeTexts: Set<String>) -> String? {
        switch value {
        case .string(let text): return text.holdsEndlessAccents ? key : nil
        case .array(let values):
            return values.lazy.compactMap { Self.key(in: $0, at: key, except: freeTexts) }.first
        case .object(let members):
            return members.filter { !freeTexts.contains($0.key) }.sorted { $0.key < $1.key }.lazy
                .compactMap { name, value in
                    // Their keys are others' as well.
                    let hasOwnKeys = name == "options" || name == "sampling"
                    return Self.key(in: value, at: name, except: hasOwnKeys ? [] : freeTexts)
                }.first
        default: return nil
        }
    }

    /// The character at a place, and how many bytes it has; `nil` for ASCII and for what is none.
    private static func scalar(
        at place: Int, of text: UnsafeBufferPointer<UInt8>
    ) -> (scalar: Unicode.Scalar?, length: Int) {
        let first = text[place]
        if first == UInt8(ascii: "\\") {
            guard place + 5 < text.count, text[place + 1] == UInt8(ascii: "u"),
                let value = UInt32(
                    String(decoding: text[(place + 2)..<(place + 6)], as: UTF8.self), radix: 16)
            else { return (nil, 2) }
            return (Unicode.Scalar(value), 6)
        }
        guard first >= 0xC2 else { return (nil, 1) }
        let length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
        guard place + length <= text.count else { return (nil, 1) }
        let rest = text[(place + 1)..<(place + length)]
        guard rest.allSatisfy({ $0 & 0xC0 == 0x80 }) else { return (nil, 1) }
        let head = UInt32(first) & (0xFF >> UInt32(length + 1))
        return (Unicode.Scalar(rest.reduce(head) { $0 << 6 | UInt32($1 & 0x3F) }), length)
    }
}
