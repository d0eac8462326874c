/// Tokens that stand for themselves wherever a text has their name: the longest one first.
struct AddedTokens: Sendable {
    /// A part of a text.
    enum Part {
        case token(Int)
        case text(String)
    }

    /// The names and ids.
    let tokens: [(name: [UInt8], id: Int)]
    /// The tokens that begin with each byte, the longest first.
    private let byFirstByte: [[Int]]

    init(_ names: [String: Int]) {
        tokens = names.filter { !$0.key.isEmpty }.map { (Array($0.key.utf8), $0.value) }
            .sorted { ($1.name.count, $0.id) < ($0.name.count, $1.id) }
        var byFirstByte = Array(repeating: [Int](), count: 256)
        for (index, token) in tokens.enumerated() { byFirstByte[Int(token.name[0])].append(index) }
        self.byFirstByte = byFirstByte
    }

    /// Cuts a text into tokens and what stands between them.
    func split(_ text: String, _ body: (Part) -> Void) {
        guard !tokens.isEmpty else { return body(.text(text)) }
        var text = text
        text.withUTF8 { bytes in
            var start = 0
            var place = 0
            while place < bytes.count {
                guard let token = token(at: place, in: bytes) else {
                    place += 1
                    continue
                }
                if start < place { body(.text(String(decoding: bytes[start..<place], as: UTF8.self))) }
                body(.token(tokens[token].id))
                place += tokens[token].name.count
                start = place
            }
            if start < place { body(.text(String(decoding: bytes[start..<place], as: UTF8.self))) }
        }
    }

    @inline(__always)
    private func token(at place: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        byFirstByte[Int(bytes[place])].first { index in
            let name = tokens[index].name
            return name.count <= bytes.count - place && bytes[place..<place + name.count].elementsEqual(name)
        }
    }
}
