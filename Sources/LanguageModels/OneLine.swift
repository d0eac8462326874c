import Trajectories

/// Texts from elsewhere, made fit for a message.
enum OneLine {
    /// A text as one line: runs of white space and control characters become one space, what is too long is cut.
    ///
    /// - Parameters:
    ///   - text: what a server said; may be megabytes.
    ///   - limit: how many characters stay.
    ///   - secrets: what must not show. It is taken out before the text is cut, which could hide half of it.
    static func text(_ text: String, limit: Int, without secrets: KnownSecrets = .none) -> String {
        let words = text.unicodeScalars.split { $0.properties.isWhitespace || $0.isControl }
        let line = words.map { String($0) }.joined(separator: " ")
        let safe = secrets.redacted(from: line)
        guard safe.count > limit else { return safe }
        return safe.prefix(limit) + "…"
    }

    /// What an HTML page says: its title, or its words without the tags.
    static func words(ofPage page: String) -> String {
        let lowered = page.lowercased()
        if let start = lowered.firstRange(of: "<title>"),
            let end = lowered[start.upperBound...].firstRange(of: "</title>")
        {
            return String(lowered.count == page.count ? page[start.upperBound..<end.lowerBound] : "")
        }
        var isInTag = false
        return String(
            page.map { character in
                if character == "<" { isInTag = true }
                defer { if character == ">" { isInTag = false } }
                return isInTag ? " " : character
            })
    }
}

extension Unicode.Scalar {
    fileprivate var isControl: Bool { isHidden }
}

extension Duration {
    /// In seconds, to a tenth: `1.2 s`.
    var inSeconds: String {
        let tenths = Int((self / .milliseconds(100)).rounded())
        return tenths.isMultiple(of: 10) ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s"
    }
}
