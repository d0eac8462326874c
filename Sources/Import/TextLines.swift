/// A text as lines, the newlines between them dropped.
///
/// Lines are told by the byte: to Swift, CR LF is one character, and a combining mark after a newline another.
struct TextLines: Sendable, Hashable {
    var lines: [Substring]

    init(_ text: String) {
        lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map {
            Substring($0)
        }
    }

    /// Lines joined again.
    static func joined(_ lines: some Sequence<Substring>) -> String {
        lines.joined(separator: "\n")
    }
}

extension StringProtocol {
    /// The text without white space at its edges.
    var trimmed: String {
        guard let first = firstIndex(where: { !$0.isWhitespace }),
            let last = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(self[first...last])
    }

    /// One line of at most `count` characters, for messages.
    func shown(_ count: Int = 80) -> String {
        let line = prefix(count + 1).map { $0.isNewline ? "⏎" : String($0) }.joined()
        return line.count <= count ? line : line.prefix(count) + "…"
    }
}
