extension String {
    /// The text without white space at its edges.
    var trimmed: String {
        guard let first = firstIndex(where: { !$0.isWhitespace }),
            let last = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(self[first...last])
    }

    /// The text without blank lines at its beginning and white space at its end; the first line keeps its indent.
    var withoutBlankEdges: String {
        guard let first = firstIndex(where: { !$0.isWhitespace }) else { return "" }
        let lineStart = self[..<first].lastIndex(where: \.isNewline).map(index(after:)) ?? startIndex
        let end = lastIndex(where: { !$0.isWhitespace }).map(index(after:)) ?? endIndex
        return String(self[lineStart..<end])
    }
}
