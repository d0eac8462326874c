/// Which of a vocabulary's added tokens, and of the words of a chat template, are control tokens: what a text
/// must not say where only the template should.
///
/// Vocabularies also add what ordinary texts hold: runs of blanks, bytes (`<0x0A>`), HTML tags, words. So a
/// token counts where its vocabulary calls it special, or where it has a form that nobody writes by chance:
/// `<|name|>`, `<｜name｜>`, `[|name|]`, `<tool_call>` with an underscore, `<<NAME>>`, `[NAME]`. Letters,
/// digits and white space alone never count, nor do fewer than three characters.
public enum ControlTokenForm {
    /// Whether an added token is a control token.
    public static func isControlToken(_ token: String, isSpecial: Bool) -> Bool {
        let scalars = Array(token.unicodeScalars)
        guard scalars.count >= 3, !isByte(scalars),
            scalars.contains(where: { !isWordly($0) })
        else { return false }
        return isSpecial || hasForm(scalars)
    }

    /// What has the form of a control token in the source of a chat template.
    /// - Complexity: O(*n*): a token that is looked at has at most ``longest`` characters.
    public static func tokens(inTemplate source: String) -> [String] {
        let scalars = Array(source.unicodeScalars)
        var tokens: [String] = []
        for start in scalars.indices where scalars[start] == "<" || scalars[start] == "[" {
            let limit = min(start + longest, scalars.count)
            var closed = 0
            for end in start..<limit {
                // `<<NAME>>` is closed twice, and no token has a blank.
                guard closed < 2, !scalars[end].properties.isWhitespace else { break }
                guard scalars[end] == ">" || scalars[end] == "]" else { continue }
                closed += 1
                guard hasForm(Array(scalars[start...end])) else { continue }
                var token = String.UnicodeScalarView()
                token.append(contentsOf: scalars[start...end])
                tokens.append(String(token))
            }
        }
        return tokens
    }

    /// The most characters of a token in a template.
    private static let longest = 64
    private static let bars: Set<Unicode.Scalar> = ["|", "\u{FF5C}"]

    private static func hasForm(_ scalars: [Unicode.Scalar]) -> Bool {
        guard scalars.count >= 3, let first = scalars.first, let last = scalars.last else { return false }
        switch (first, last) {
        case ("<", ">"), ("[", "]"): break
        default: return false
        }
        var name = scalars.dropFirst().dropLast()
        if let left = name.first, bars.contains(left), name.last == left, name.count > 2 {
            name = name.dropFirst().dropLast()
            return name.allSatisfy { isNameLike($0) }
        }
        if first == "<", name.first == "<", name.last == ">" { name = name.dropFirst().dropLast() }
        let isDoubled = name.count < scalars.count - 2
        if name.first == "/" { name = name.dropFirst() }
        guard name.count >= 2, name.allSatisfy({ $0 == "_" || isASCIIWordly($0) }) else { return false }
        let isUpper =
            name.allSatisfy { !("a"..."z").contains($0) } && name.contains { ("A"..."Z").contains($0) }
        return isDoubled || first == "[" ? isUpper : name.contains("_")
    }

    /// What may be between the bars: no white space, quote, bracket or bar.
    private static func isNameLike(_ scalar: Unicode.Scalar) -> Bool {
        !scalar.properties.isWhitespace && !bars.contains(scalar)
            && !["<", ">", "[", "]", "{", "}", "\"", "'", "(", ")"].contains(scalar)
    }

    private static func isWordly(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isWhitespace || scalar.properties.isAlphabetic
            || scalar.properties.numericType != nil
    }

    private static func isASCIIWordly(_ scalar: Unicode.Scalar) -> Bool {
        ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar)
    }

    /// `<0x0A>`, which stands for a byte.
    private static func isByte(_ scalars: [Unicode.Scalar]) -> Bool {
        scalars.count == 6 && scalars.starts(with: "<0x".unicodeScalars) && scalars[5] == ">"
            && scalars[3...4].allSatisfy { $0.properties.isASCIIHexDigit }
    }
}
