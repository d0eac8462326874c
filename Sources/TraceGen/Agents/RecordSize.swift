/// How large an episode's record becomes, so that it stays one line that readers take (64 MiB; what crosses the limit
/// may still be one answer or one observation).
struct RecordSize: Sendable {
    /// The most the texts of an episode may come to, in bytes of JSON.
    static let limit = 32 << 20
    /// About what a node takes beside its texts.
    private static let nodeByteCount = 400

    private var byteCount = 0

    /// Counts texts that go into the record.
    /// - Throws: the episode's end when they are too much.
    /// - Complexity: O(*n*) in their bytes.
    mutating func add(_ texts: [String]) throws(EpisodeEnd) {
        for text in texts { byteCount += Self.byteCount(of: text) }
        guard byteCount > Self.limit else { return }
        throw EpisodeEnd(.policyError, "the record of an episode may hold \(Self.limit) bytes")
    }

    /// Counts new nodes with their code.
    mutating func add(nodes: [String]) throws(EpisodeEnd) {
        byteCount += nodes.count * Self.nodeByteCount
        try add(nodes)
    }

    /// The size of a text as JSON writes it: at most six bytes for one.
    private static func byteCount(of text: String) -> Int {
        var text = text
        return text.withUTF8 { bytes in
            var count = bytes.count + 3
            for byte in bytes {
                switch byte {
                case UInt8(ascii: "\n"), UInt8(ascii: "\\"), UInt8(ascii: "\""): count += 1
                case 0..<0x20: count += 5
                default: break
                }
            }
            return count
        }
    }
}
