/// Tells pairs apart by what they teach, in eight bytes each: the texts of prompt and completion, with white space
/// normalised.
///
/// Two pairs are the same when their messages are: the same roles, and the same texts once every run of blanks, tabs and
/// line ends is one blank and none is left at the edges. Case and all else counts. Which trajectory, node or task they
/// come from does not. Of ten million different pairs, two have one key by chance in three of a million such sets.
public struct PairKeys: Sendable {
    /// The messages of the last prompt, each with the digest of everything up to it. The prompts of a flat episode each
    /// repeat the one before, and are not read again.
    private var history: [(message: Message, digest: UInt64)] = []

    /// Begins with nothing remembered.
    public init() {}

    /// The key of a pair.
    /// - Complexity: O(*n*) in the length of the messages that the prompt before did not begin with.
    public mutating func key(prompt: [Message], completion: [Message]) -> UInt64 {
        let known = zip(history, prompt).prefix { $0.message.hasSameBytes(as: $1) }.count
        history.removeSubrange(known...)
        for message in prompt.dropFirst(known) {
            history.append((message, Self.digest(of: message, after: history.last?.digest ?? 0)))
        }
        // What is asked and what is answered do not run into each other.
        let asked = Self.digest(of: "completion", after: history.last?.digest ?? 0)
        return completion.reduce(asked) { Self.digest(of: $1, after: $0) }
    }

    private static func digest(of message: Message, after digest: UInt64) -> UInt64 {
        self.digest(of: "\(message.role.rawValue)\n\(normalised(message.content))", after: digest)
    }

    private static func digest(of text: String, after digest: UInt64) -> UInt64 {
        Digest.sha256Prefix(of: "\(digest)\n\(text)")
    }

    /// The text with every run of ASCII white space as one blank, and none at its edges.
    static func normalised(_ text: String) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        var isBetweenWords = false
        for byte in text.utf8 {
            if byte == 0x20 || (0x09...0x0D).contains(byte) {
                isBetweenWords = !bytes.isEmpty
            } else {
                if isBetweenWords { bytes.append(0x20) }
                isBetweenWords = false
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
