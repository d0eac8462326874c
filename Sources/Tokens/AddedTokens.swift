/// Tokens that stand for themselves wherever a text has their name: the longest one first.
struct AddedTokens: Sendable {
    /// A part of a text.
    enum Part {
        case token(Int)
        case text(String)
    }

    /// The id of each name.
    private let ids: [[UInt8]: Int]
    /// How long the tokens are that begin with each byte, the longest first; 256 of them.
    private let lengths: [[Int]]

    /// Those that are control tokens (``ControlTokenForm``), sorted.
    let controlTokens: [String]

    /// - Parameter special: those that the vocabulary calls so.
    init(_ names: [String: Int], special: Set<String> = []) {
        controlTokens = names.keys.filter {
            ControlTokenForm.isControlToken($0, isSpecial: special.contains($0))
        }.sorted()
        let named = names.lazy.filter { !$0.key.isEmpty }.map { (Array($0.key.utf8), $0.value) }
        ids = Dictionary(named, uniquingKeysWith: min)
        var lengths = Array(repeating: Set<Int>(), count: 256)
        for name in ids.keys { lengths[Int(name[0])].insert(name.count) }
        self.lengths = lengths.map { $0.sorted(by: >) }
    }

    /// How many there are.
    var count: Int { ids.count }

    /// Whether there is a token of this name.
    func has(_ name: String) -> Bool {
        ids[Array(name.utf8)] != nil
    }

    /// Cuts a text into tokens and what stands between them.
    func split<Failure>(_ text: String, _ body: (Part) throws(Failure) -> Void) throws(Failure) {
        guard !ids.isEmpty else { return try body(.text(text)) }
        try text.withUTF8Bytes { bytes throws(Failure) in
            var start = 0
            var place = 0
            while let (range, id) = firstToken(from: place, in: bytes) {
                if start < range.lowerBound {
                    try body(.text(String(decoding: bytes[start..<range.lowerBound], as: UTF8.self)))
                }
                try body(.token(id))
                place = range.upperBound
                start = place
            }
            if start == 0 { return try body(.text(text)) }
            if start < bytes.count { try body(.text(String(decoding: bytes[start...], as: UTF8.self))) }
        }
    }

    private func firstToken(
        from start: Int, in bytes: UnsafeBufferPointer<UInt8>
    ) -> (range: Range<Int>, id: Int)? {
        lengths.withUnsafeBufferPointer { lengths in
            for place in start..<bytes.count {
                for length in lengths[Int(bytes[place])] where place + length <= bytes.count {
                    let range = place..<(place + length)
                    if let id = ids[Array(bytes[range])] { return (range, id) }
                }
            }
            return nil
        }
    }
}
