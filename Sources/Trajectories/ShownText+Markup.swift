/// Foreign texts as parts of reports: they stay text, whatever markup they look like.
extension StringProtocol {
    /// As text within a line of Markdown (GitHub's): no emphasis, code, link, image, HTML, mathematics or column of a table comes
    /// of it.
    package var shownInMarkdown: String {
        var markdown = ""
        let scalars = Array(shown.unicodeScalars)
        for (index, scalar) in scalars.enumerated() {
            let before = index > 0 ? scalars[index - 1] : nil
            let after = index + 1 < scalars.count ? scalars[index + 1] : nil
            let isMarkup =
                switch scalar {
                case "\\", "`", "*", "<", ">", "[", "]", "|", "~", "#", "$", "&": true
                // Within a word it is a letter like another.
                case "_": !(before.isWordPart && after.isWordPart)
                // Bare addresses become links by themselves.
                case ":": after == "/"
                case ".":
                    String(String.UnicodeScalarView(scalars[Swift.max(0, index - 3)..<index])).lowercased()
                        == "www"
                default: false
                }
            if isMarkup { markdown += "\\" }
            markdown.unicodeScalars.append(scalar)
        }
        return markdown
    }

    /// As code within a line of Markdown, its quotes included.
    package var markdownCode: String {
        let text = shown
        var longest = 0
        var run = 0
        for scalar in text.unicodeScalars {
            run = scalar == "`" ? run + 1 : 0
            longest = Swift.max(longest, run)
        }
        guard longest > 0 || text.isEmpty else { return "`\(text)`" }
        let fence = String(repeating: "`", count: longest + 1)
        return "\(fence) \(text) \(fence)"
    }

    /// As text of LaTeX: no command, no mathematics, no argument of the row's end before it comes of it.
    package var shownInLaTeX: String {
        // By scalars: a special character with a combining mark is another character, and special all the same.
        shown.unicodeScalars.map { scalar in
            switch scalar {
            case "&", "%", "$", "#", "_", "{", "}": "\\\(scalar)"
            case "\\": "\\textbackslash{}"
            case "~": "\\textasciitilde{}"
            case "^": "\\textasciicircum{}"
            case "<": "\\textless{}"
            case ">": "\\textgreater{}"
            case "|": "\\textbar{}"
            case "\"": "\\char34{}"
            case "[", "]", "*": "{\(scalar)}"
            case "±": "$\\pm$"
            default: String(scalar)
            }
        }.joined()
    }

    /// As a text of a CSV table: one that a spreadsheet would take for a formula has an apostrophe before it, which
    /// spreadsheets read as "this is text". Numbers stay.
    package var shownInCSV: String {
        let text = shown
        guard let first = text.unicodeScalars.first, "=+-@".unicodeScalars.contains(first),
            Double(text) == nil
        else { return text }
        return "'" + text
    }

    /// As a text of YAML, in double quotes.
    package var yamlText: String {
        let escaped = shown.unicodeScalars.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined()
        return "\"\(escaped)\""
    }
}

extension Unicode.Scalar? {
    fileprivate var isWordPart: Bool {
        map { $0.properties.isAlphabetic || $0.properties.numericType != nil } ?? false
    }
}
