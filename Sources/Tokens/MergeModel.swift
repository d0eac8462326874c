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
    /// - Throws: `CancellationError` when the task is cancelled while a long piece is merged.
    func count(_ piece: UnsafeBufferPointer<UInt8>) throws(CancellationError) -> Int {
        if piece.count == 1 || takesWholePieces && tokens.id(of: piece) >= 0 { return 1 }
        var count = 0
        try merge(piece, beforeWindow: Self.checkCancellation) { _ in count += 1 }
        return count
    }

    private static func checkCancellation() throws(CancellationError) {
        guard !Task.isCancelled else { throw CancellationError() }
    }

    /// Adds the tokens of a piece.
    func encode(_ piece: UnsafeBufferPointer<UInt8>, into ids: inout [Int]) {
        if takesWholePieces {
            let whole = tokens.id(of: piece)
            if whole >= 0 { return ids.append(Int(whole)) }
        }
        merge(piece, beforeWindow: {}) { ids.append(Int($0)) }
    }

    /// Merges the bytes of a piece and gives the ids that are left, in order.
    @inline(__always)
    private func merge<Failure>(
        _ piece: UnsafeBufferPointer<UInt8>, beforeWindow: () throws(Failure) -> Void, _ body: (Int32) -> Void
    ) throws(Failure) {
        switch order {
        case .ids: try merge(piece, by: RankRule(tokens: tokens), beforeWindow, body)
        case .pairs(let pairs): try merge(piece, by: pairs, beforeWindow, body)
        }
    }

    @inline(__always)
    private func merge<Failure>(
        _ piece: UnsafeBufferPointer<UInt8>, by rule: some MergeRule,
        _ beforeWindow: () throws(Failure) -> Void, _ body: (Int32) -> Void
    ) throws(Failure) {
        if piece.count <= ScanningMerge.longest {
            ScanningMerge.forEachID(of: piece, byteIDs, by: rule, body)
        } else if piece.count <= WindowedMerge<RankRule>.windowByteCount {
            QueueingMerge(piece, byteIDs, by: rule).forEachPart { id, _ in body(id) }
        } else {
            try WindowedMerge(piece, byteIDs, by: rule, beforeWindow: beforeWindow).ids.forEach(body)
        }
    }
}
