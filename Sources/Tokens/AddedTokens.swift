/// Tokens that stand for themselves wherever a text has their name: the longest one first.
struct AddedTokens: Sendable {
    /// A part of a text.
    enum Part {
        case token(Int)
        case text(String)
    }

    /// The names and ids, the longest first.
    private let tokens: [(name: [UInt8], id: Int)]
    /// Whether a token begins with each byte; 256 of them.
    private let begins: [Bool]

    /// Those that are control tokens (``ControlTokenForm``), sorted.
    let controlTokens: [String]

    /// - Parameter special: those that the vocabulary calls so.
    init(_ names: [String: Int], special: Set<String> = []) {
        controlTokens = names.keys.filter {
            ControlTokenForm.isControlToken($0, isSpecial: special.contains($0))
        }.sorted()
        tokens = names.filter { !$0.key.isEmpty }.map { (Array($0.key.utf8), $0.value) }
            .sorted { ($1.name.count, $0.id) < ($0.name.count, $1.id) }
        var begins = Array(repeating: false, count: 256)
        for token in tokens { begins[Int(token.name[0])] = true }
        self.begins = begins
    }

    /// How many there are.
    var count: Int { tokens.count }

    /// Whether there is a token of this name.
    func has(_ name: String) -> Bool {
        tokens.contains { $0.name.elementsEqual(name.utf8) }
    }

    /// Cuts a text into tokens and what stands between them.
    func split<Failure>(_ text: String, _ body: (Part) throws(Failure) -> Void) throws(Failure) {
        guard !tokens.isEmpty else { return try body(.text(text)) }
        try text.withUTF8Bytes { bytes throws(Failure) in
            var start = 0
            var place = 0
            while let (found, token) = firstToken(from: place, in: bytes) {
                if start < found { try body(.text(String(decoding: bytes[start..<found], as: UTF8.self))) }
                try body(.token(token.id))
                place = found + token.name.count
                start = place
            }
            if start == 0 { return try body(.text(text)) }
            if start < bytes.count { try body(.text(String(decoding: bytes[start...], as: UTF8.self))) }
        }
    }

    private func firstToken(
        from start: Int, in bytes: UnsafeBufferPointer<UInt8>
    ) -> (place: Int, token: (name: [UInt8], id: Int))? {
        begins.withUnsafeBufferPointer { begins in
            for place in start..<bytes.count where begins[Int(bytes[place])] {
                let rest = bytes[place...]
                if let token = tokens.first(where: { rest.starts(with: $0.name) }) { return (place, token) }
            }
            return nil
        }
    }
}
