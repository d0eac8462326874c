/// The names in a placeholder's call, `outs = name(ins)`, read from its text alone.
///
/// Python's own parser is not at hand where foreign files are read, so this reads the plain form: names on the left,
/// one call of a plain name on the right. ``init(_:)`` answers `nil` for anything else.
struct CallSignature: Sendable, Hashable {
    /// Names the call takes in, each once: plain arguments, and keywords whose value is a number or a string.
    var inputs: [String] = []
    /// Keywords whose value is something else, such as a list: they may become variables.
    var possibleInputs: [String] = []
    /// Names on the left-hand side, each once.
    var outputs: [String] = []
    /// Whether there are arguments that are neither names nor literals; what they take in is not known.
    var hasOtherArguments = false

    /// Reads a call.
    /// - Complexity: O(*n*) in the length of the text.
    init?(_ code: String) {
        guard let parts = PythonText(code).split(at: "="), let call = parts.last else { return nil }
        var outputs: [String] = []
        for target in parts.dropLast() {
            guard let names = Self.names(ofTarget: target) else { return nil }
            outputs += names
        }
        guard let open = call.firstIndex(of: "("), Self.isName(call[..<open].trimmed), call.last == ")",
            let arguments = PythonText(String(call[call.index(after: open)...].dropLast())).split(at: ",")
        else { return nil }
        for argument in arguments where !argument.isEmpty { add(argument) }
        self.outputs = outputs.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    /// The names of `a`, `a, b`, `(a, *b)` or `a: int`; `nil` for anything else.
    private static func names(ofTarget target: String) -> [String]? {
        var text = target
        if let colon = PythonText(text).split(at: ":"), colon.count == 2 { text = colon[0] }
        if let first = text.first, let last = text.last,
            [first, last] == ["(", ")"] || [first, last] == ["[", "]"]
        {
            text = text.dropFirst().dropLast().trimmed
        }
        let names = text.split(separator: ",", omittingEmptySubsequences: true).map { part in
            let name = part.trimmed
            return name.hasPrefix("*") ? name.dropFirst().trimmed : name
        }
        return !names.isEmpty && names.allSatisfy(isName) ? names : nil
    }

    private mutating func add(_ argument: String) {
        let parts = PythonText(argument).split(at: "=") ?? []
        switch parts.count {
        case 1 where Self.isName(argument): takeIn(argument)
        case 1 where Self.isLiteral(argument): break
        case 2 where Self.isName(parts[0]) && Self.isName(parts[1]) && !Self.isConstant(parts[1]):
            takeIn(parts[1])
        case 2
        where Self.isName(parts[0]) && (Self.isLiteral(parts[1]) || ["True", "False"].contains(parts[1])):
            takeIn(parts[0])
        case 2 where Self.isName(parts[0]):
            possibleInputs.append(parts[0])
            hasOtherArguments = hasOtherArguments || parts[1] != "None"
        default: hasOtherArguments = true
        }
    }

    private mutating func takeIn(_ name: String) {
        if !Self.isConstant(name), !inputs.contains(name) { inputs.append(name) }
    }

    private static func isConstant(_ text: String) -> Bool {
        ["None", "True", "False"].contains(text)
    }

    /// Whether a text is a name as Python has them.
    static func isName(_ text: some StringProtocol) -> Bool {
        guard let first = text.first, first.isLetter || first == "_" else { return false }
        return text.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" }
    }

    /// Whether a text is a number or a plain string; lists and the like may hold names.
    private static func isLiteral(_ text: String) -> Bool {
        if Double(text) != nil { return text.first?.isLetter == false }
        guard let quote = text.first, quote == "'" || quote == "\"", text.count > 1, text.last == quote else {
            return false
        }
        return PythonText(text).isOneString
    }
}

/// Python source looked at character by character: what stands in strings and brackets is skipped.
struct PythonText {
    private let characters: [Character]

    init(_ text: String) {
        characters = Array(text.trimmed)
    }

    /// Whether the whole is one string, from its first quote to its last.
    var isOneString: Bool { characters.isEmpty ? false : endOfString(at: 0) == characters.count }

    /// The pieces between a separator that stands outside of strings and brackets, without white space at their edges,
    /// comments dropped; `nil` where brackets or strings are not closed.
    ///
    /// `=` is none in `==`, `!=`, `<=`, `>=`, `:=` and the like.
    func split(at separator: Character) -> [String]? {
        var pieces = [""]
        var depth = 0
        var index = 0
        while index < characters.count {
            let character = characters[index]
            switch character {
            case "'", "\"":
                guard let end = endOfString(at: index) else { return nil }
                pieces[pieces.count - 1] += String(characters[index..<end])
                index = end
                continue
            case "#":
                while index < characters.count, !characters[index].isNewline { index += 1 }
                continue
            case "(", "[", "{": depth += 1
            case ")", "]", "}":
                depth -= 1
                guard depth >= 0 else { return nil }
            case separator where depth == 0 && isSeparator(at: index):
                pieces.append("")
                index += 1
                continue
            default: break
            }
            pieces[pieces.count - 1].append(character)
            index += 1
        }
        return depth == 0 ? pieces.map(\.trimmed) : nil
    }

    private func isSeparator(at index: Int) -> Bool {
        guard characters[index] == "=" else { return true }
        if index + 1 < characters.count, characters[index + 1] == "=" { return false }
        return index == 0 || !"=!<>:+-*/%&|^@".contains(characters[index - 1])
    }

    /// The index after a string that begins at `index`; `nil` where it does not end.
    private func endOfString(at index: Int) -> Int? {
        let quote = characters[index]
        let isTriple =
            index + 2 < characters.count && characters[index + 1] == quote && characters[index + 2] == quote
        var next = index + (isTriple ? 3 : 1)
        while next < characters.count {
            if characters[next] == "\\" {
                next += 2
            } else if characters[next] != quote {
                if characters[next].isNewline, !isTriple { return nil }
                next += 1
            } else if !isTriple {
                return next + 1
            } else if next + 2 < characters.count, characters[next + 1] == quote,
                characters[next + 2] == quote
            {
                return next + 3
            } else {
                next += 1
            }
        }
        return nil
    }
}
