/// Foreign texts made fit to be shown: what a terminal or a reader of a report would obey becomes visible instead.
///
/// A hidden character (see ``Swift/Unicode/Scalar/isHidden``) is shown as `\u{1b}`: its number in hexadecimal, in braces. Where a text
/// has `\u{` of its own, another backslash comes before it, so that the two are told apart. Whatever can be printed, in
/// any language, stays as it is.
extension StringProtocol {
    /// The text on one line, its newlines and tabs escaped like all else.
    /// - Complexity: O(*n*) in its length.
    package var shown: String { shown(limit: .max) }

    /// The same, cut with `…` after so many characters of the text.
    package func shown(limit: Int) -> String {
        var shown = ""
        var rest = unicodeScalars[...]
        var count = 0
        while let scalar = rest.popFirst() {
            guard count < limit else { return shown + "…" }
            count += 1
            if scalar.isHidden {
                shown += scalar.escape
            } else if scalar == "\\", rest.starts(with: "u{".unicodeScalars) {
                shown += "\\\\"
            } else {
                shown.unicodeScalars.append(scalar)
            }
        }
        return shown
    }

    /// The lines of the text: at newlines alone, for a carriage return is a character to escape.
    package var newlineSeparated: [String] {
        unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map {
            String(String.UnicodeScalarView($0))
        }
    }
}

extension Unicode.Scalar {
    /// Whether it does something to a terminal or to the order and look of a text in place of being seen: controls (C0, DEL, C1),
    /// format characters (marks and overrides of direction, of no width, tags), separators of lines and paragraphs, letters
    /// that are blank.
    package var isHidden: Bool {
        guard value >= 0x7F else { return value < 0x20 }
        switch value {
        case 0x115F, 0x1160, 0x3164, 0xFFA0: return true
        default: break
        }
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: return true
        default: return false
        }
    }

    /// `\u{1b}`.
    package var escape: String { "\\u{\(String(value, radix: 16))}" }
}

/// A message of ours, laid out so that no line of it but the first can be taken for the beginning of another message.
package enum MessageLayout {
    /// How many characters of a message are shown; of a longer one, its beginning and its end.
    package static let characterLimit = 8_000
    /// How many lines of a message are shown.
    package static let lineLimit = 60

    /// The message's lines, without a newline at the end: escaped, and indented from the second on.
    ///
    /// - Parameter message: own words, which may hold newlines, with foreign texts in them, which may hold anything.
    package static func text(of message: String) -> String {
        let lines = shortened(message).newlineSeparated
        let last = lines.lastIndex { !$0.isEmpty } ?? 0
        let shown = lines[...last].map(\.shown)
        let kept =
            shown.count <= lineLimit
            ? shown
            : shown.prefix(lineLimit - 20) + ["… \(shown.count - lineLimit) lines are left out …"]
                + shown.suffix(20)
        return kept[0] + kept.dropFirst().map { "\n" + ($0.hasPrefix("  ") ? $0 : "  " + $0) }.joined()
    }

    /// A message of bearable length. What to do stands at its end, so that the middle goes.
    private static func shortened(_ message: String) -> String {
        // A character has at least one byte, and bytes are counted at once.
        guard message.utf8.count > characterLimit else { return message }
        let scalars = message.unicodeScalars
        let count = scalars.count
        guard count > characterLimit else { return message }
        let tail = characterLimit / 4
        return String(scalars.prefix(characterLimit - tail))
            + "… \(count - characterLimit) characters are left out …" + String(scalars.suffix(tail))
    }
}

/// Text for standard output, which may be a terminal.
package enum OutputLayout {
    /// Lines for people or for a spreadsheet: newlines, tabs and the line ends of CSV stay.
    package static func text(_ text: String) -> String {
        escaped(text) { $0.escape }
    }

    /// JSON, where what is hidden is escaped as JSON does it: another spelling of the same value.
    package static func json(_ text: String) -> String {
        escaped(text) { scalar in
            UTF16.encode(scalar).map { units in
                units.map { "\\u" + String(repeating: "0", count: 4 - $0.hexadecimal.count) + $0.hexadecimal }
                    .joined()
            } ?? ""
        }
    }

    private static func escaped(_ text: String, _ escape: (Unicode.Scalar) -> String) -> String {
        guard text.unicodeScalars.contains(where: { $0.isHidden && $0 != "\n" }) else { return text }
        var escaped = ""
        var rest = text.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            let stays =
                !scalar.isHidden || scalar == "\n" || scalar == "\t" || scalar == "\r" && rest.first == "\n"
            if stays { escaped.unicodeScalars.append(scalar) } else { escaped += escape(scalar) }
        }
        return escaped
    }
}

extension UInt16 {
    fileprivate var hexadecimal: String { String(self, radix: 16) }
}
