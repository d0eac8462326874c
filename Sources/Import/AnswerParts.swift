/// An answer of the reference implementation taken apart as it does: the first `<think>` and the first `<execute>`.
struct AnswerParts: Sendable, Hashable {
    var thought: String
    /// Empty where there is no whole block.
    var code: String

    init(_ answer: String) {
        thought = Self.text(between: "<think>", "</think>", in: answer)
        code = Self.text(between: "<execute>", "</execute>", in: answer)
    }

    private static func text(between open: String, _ close: String, in answer: String) -> String {
        guard let start = answer.firstRange(of: open),
            let end = answer[start.upperBound...].firstRange(of: close)
        else { return "" }
        return answer[start.upperBound..<end.lowerBound].trimmed
    }
}

/// Code compared by what its lines say: blank lines and blanks at their ends count for nothing.
struct CodeLines: Sendable, Hashable {
    var lines: [String]

    init(_ code: String) {
        lines = TextLines(code).lines.map { String($0).trimmedLineEnds }.filter { !$0.isEmpty }
    }

    /// Whether all lines of the other stand here, in their order.
    func hold(_ other: CodeLines) -> Bool {
        var left = lines[...]
        for line in other.lines {
            guard let index = left.firstIndex(of: line) else { return false }
            left = left[(index + 1)...]
        }
        return true
    }
}

/// The action of a statement that sends one, word for word: `run('…')` or `name = run('…')`.
struct LiteralAction: Sendable, Hashable {
    var text: String

    init?(_ code: String) {
        guard let parts = PythonText(code).split(at: "="), parts.count <= 2, let call = parts.last,
            parts.count == 1 || CallSignature.isName(parts[0]), call.hasPrefix("run("), call.hasSuffix(")")
        else { return nil }
        let argument = call.dropFirst(4).dropLast().trimmed
        guard let quote = argument.first, quote == "'" || quote == "\"",
            !argument.hasPrefix("\(quote)\(quote)\(quote)"),
            PythonText(argument).isOneString, let text = Self.unescaped(argument.dropFirst().dropLast())
        else { return nil }
        self.text = text
    }

    private static func unescaped(_ literal: Substring) -> String? {
        var text = ""
        var rest = literal[...]
        while let character = rest.popFirst() {
            guard character == "\\" else {
                text.append(character)
                continue
            }
            switch rest.popFirst() {
            case "'": text.append("'")
            case "\"": text.append("\"")
            case "\\": text.append("\\")
            case "n": text.append("\n")
            case "t": text.append("\t")
            // What else there is needs Python's own rules.
            default: return nil
            }
        }
        return text
    }
}

extension PythonText {
    /// Whether a text calls `run`, as far as can be told without Python: `dry_run(` and `x.run(` do not.
    static func callsRun(_ code: String) -> Bool {
        var rest = code[...]
        while let call = rest.firstRange(of: "run(") {
            let before = rest[..<call.lowerBound].last
            if before.map({ !$0.isLetter && !$0.isNumber && $0 != "_" && $0 != "." }) ?? true { return true }
            rest = rest[call.upperBound...]
        }
        return false
    }
}
