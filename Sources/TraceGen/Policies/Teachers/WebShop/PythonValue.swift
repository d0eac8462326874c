/// A value as Python's `repr` writes it: what a prompt shows of lists and dicts.
enum PythonValue: Sendable, Hashable {
    case nothing
    case number(Double)
    case string(String)
    /// A list or a tuple.
    case list([PythonValue])
    /// A dict in its order.
    case dict([Pair])

    /// A key with its value.
    struct Pair: Sendable, Hashable {
        var key: PythonValue
        var value: PythonValue
    }

    /// Reads a value; `nil` where the text is none, or was cut.
    /// - Complexity: linear in its length.
    init?(_ text: String) {
        var reader = PythonValueReader(rest: text[...])
        guard let value = reader.value() else { return nil }
        reader.skipBlanks()
        guard reader.rest.isEmpty else { return nil }
        self = value
    }

    var text: String? { if case .string(let text) = self { text } else { nil } }
    var number: Double? { if case .number(let number) = self { number } else { nil } }

    /// The texts of a list.
    var texts: [String]? {
        guard case .list(let elements) = self else { return nil }
        let texts = elements.compactMap(\.text)
        return texts.count == elements.count ? texts : nil
    }

    /// The pairs of a dict, whose keys are texts.
    var pairs: [(key: String, value: PythonValue)]? {
        guard case .dict(let pairs) = self else { return nil }
        let read = pairs.compactMap { pair in pair.key.text.map { (key: $0, value: pair.value) } }
        return read.count == pairs.count ? read : nil
    }
}

/// Reads values from the front of a text.
private struct PythonValueReader {
    var rest: Substring

    mutating func value() -> PythonValue? {
        skipBlanks()
        switch rest.first {
        case "[": return elements(until: "]").map(PythonValue.list)
        case "(": return elements(until: ")").map(PythonValue.list)
        case "{": return pairs().map(PythonValue.dict)
        case "'", "\"": return string().map(PythonValue.string)
        default: return word()
        }
    }

    mutating func skipBlanks() { rest = rest.drop { $0.isWhitespace } }

    /// Takes a character away if it is the next.
    private mutating func take(_ character: Character) -> Bool {
        skipBlanks()
        guard rest.first == character else { return false }
        rest.removeFirst()
        return true
    }

    private mutating func elements(until end: Character) -> [PythonValue]? {
        rest.removeFirst()
        var elements: [PythonValue] = []
        while !take(end) {
            guard elements.isEmpty || take(",") else { return nil }
            if take(end) { break }  // the comma of a tuple of one
            guard let element = value() else { return nil }
            elements.append(element)
        }
        return elements
    }

    private mutating func pairs() -> [PythonValue.Pair]? {
        rest.removeFirst()
        var pairs: [PythonValue.Pair] = []
        while !take("}") {
            guard pairs.isEmpty || take(","), let key = value(), take(":"), let value = value() else {
                return nil
            }
            pairs.append(PythonValue.Pair(key: key, value: value))
        }
        return pairs
    }

    private mutating func word() -> PythonValue? {
        let word = rest.prefix { !",:]}) \n".contains($0) }
        rest = rest.dropFirst(word.count)
        return word == "None" ? PythonValue.nothing : Double(word).map(PythonValue.number)
    }

    private mutating func string() -> String? {
        let quote = rest.removeFirst()
        var text = ""
        while let next = rest.popFirst() {
            if next == quote { return text }
            guard next == "\\" else {
                text.append(next)
                continue
            }
            guard let character = escaped() else { return nil }
            text.append(character)
        }
        return nil
    }

    /// What stands for a character behind a backslash.
    private mutating func escaped() -> Character? {
        guard let kind = rest.popFirst() else { return nil }
        switch kind {
        case "n": return "\n"
        case "r": return "\r"
        case "t": return "\t"
        case "x": return scalar(digits: 2)
        case "u": return scalar(digits: 4)
        case "U": return scalar(digits: 8)
        default: return kind
        }
    }

    private mutating func scalar(digits: Int) -> Character? {
        let code = rest.prefix(digits)
        rest = rest.dropFirst(digits)
        return UInt32(code, radix: 16).flatMap(Unicode.Scalar.init).map(Character.init)
    }
}
