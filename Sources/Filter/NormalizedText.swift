/// Text as comparisons take it.
enum NormalizedText {
    /// Runs of white space as one space, none at the edges.
    static func spaced(_ text: String) -> String {
        text.unicodeScalars.split { $0.properties.isWhitespace }.map(String.init).joined(separator: " ")
    }

    /// Lower-case letters and digits, whatever else stands between words as one space.
    static func worded(_ text: String) -> String {
        let words = text.lowercased().unicodeScalars.split { !$0.properties.isAlphabetic && !isDigit($0) }
        return words.map(String.init).joined(separator: " ")
    }

    /// The words of a text in lower case (letters, digits and underscores together), and every other character that is no
    /// white space by itself.
    static func tokens(of text: String) -> [Substring.UnicodeScalarView] {
        let scalars = Substring(text.lowercased()).unicodeScalars
        var tokens: [Substring.UnicodeScalarView] = []
        var index = scalars.startIndex
        while index < scalars.endIndex {
            let start = index
            let isWord = isWordPart(scalars[start])
            scalars.formIndex(after: &index)
            if scalars[start].properties.isWhitespace { continue }
            while isWord, index < scalars.endIndex, isWordPart(scalars[index]) {
                scalars.formIndex(after: &index)
            }
            tokens.append(scalars[start..<index])
        }
        return tokens
    }

    private static func isWordPart(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "_" || scalar.properties.isAlphabetic || isDigit(scalar)
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.numericType == .decimal
    }
}
