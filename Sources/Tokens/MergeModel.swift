/// How the bytes of a piece are merged into tokens.
struct MergeModel: Sendable {
    /// Which neighbours merge, and which first: the lower rank, and of equal ones the leftmost.
    enum Order: Sendable {
        /// Neighbours whose bytes together are a token, by its id (tiktoken).
        case ids
        /// Pairs of tokens that are listed (Hugging Face).
        case pairs(PairTable)
    }

    /// Every token's bytes.
    let tokens: RankTable
    let order: Order
    /// Whether a piece that is a token needs no merging.
    let takesWholePieces: Bool
    /// The token of each byte, 256 of them.
    private let byteIDs: [Int32]

    /// Joins the parts.
    /// - Returns: `nil` where a byte has no token of its own.
    init?(tokens: RankTable, order: Order, takesWholePieces: Bool) {
        let ids = (0...UInt8.max).map { byte in
            withUnsafePointer(to: byte) { tokens.id(of: UnsafeBufferPointer(start: $0, count: 1)) }
        }
        guard !ids.contains(-1) else { return nil }
        self.tokens = tokens
        self.order = order
        self.takesWholePieces = takesWholePieces
        byteIDs = ids
    }

    /// How many tokens a piece has.
    func count(_ piece: UnsafeBufferPointer<UInt8>) -> Int {
        if piece.count == 1 || takesWholePieces && tokens.id(of: piece) >= 0 { return 1 }
        var count = 0
        merge(piece) { _ in count += 1 }
        return count
    }

    /// Adds the tokens of a piece.
    func encode(_ piece: UnsafeBufferPointer<UInt8>, into ids: inout [Int]) {
        if takesWholePieces {
            let whole = tokens.id(of: piece)
            if whole >= 0 { return ids.append(Int(whole)) }
        }
        merge(piece) { ids.append(Int($0)) }
    }

    /// Merges the bytes of a piece and gives the ids that are left, in order.
    @inline(__always)
    private func merge(_ piece: UnsafeBufferPointer<UInt8>, _ body: (Int32) -> Void) {
        switch order {
        case .ids: merge(piece, by: RankRule(tokens: tokens), body)
        case .pairs(let pairs): merge(piece, by: pairs, body)
        }
    }

    @inline(__always)
    private func merge(
        _ piece: UnsafeBufferPointer<UInt8>, by rule: some MergeRule, _ body: (Int32) -> Void
    ) {
        if piece.count <= ScanningMerge.longest {
            ScanningMerge.forEachID(of: piece, byteIDs, by: rule, body)
        } else if piece.count <= WindowedMerge<RankRule>.windowByteCount {
            QueueingMerge(piece, byteIDs, by: rule).forEachPart { id, _ in body(id) }
        } else {
            WindowedMerge(piece, byteIDs, by: rule).ids.forEach(body)
        }
    }
}
