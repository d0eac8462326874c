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
    @inline(__always)
    func count(_ piece: UnsafeBufferPointer<UInt8>, _ scratch: inout MergeScratch) -> Int {
        if piece.count == 1 || takesWholePieces && tokens.id(of: piece) >= 0 { return 1 }
        merge(piece, &scratch)
        return scratch.liveCount
    }

    /// Adds the tokens of a piece.
    func encode(_ piece: UnsafeBufferPointer<UInt8>, into ids: inout [Int], _ scratch: inout MergeScratch) {
        if takesWholePieces {
            let whole = tokens.id(of: piece)
            if whole >= 0 { return ids.append(Int(whole)) }
        }
        merge(piece, &scratch)
        scratch.forEachID { ids.append(Int($0)) }
    }

    private func merge(_ piece: UnsafeBufferPointer<UInt8>, _ scratch: inout MergeScratch) {
        scratch.begin(piece, byteIDs)
        if piece.count <= MergeScratch.scanLimit {
            scratch.mergeScanning { start, middle, end, ids in merged(piece, start, middle, end, ids) }
        } else {
            scratch.mergeQueueing { start, middle, end, ids in merged(piece, start, middle, end, ids) }
        }
    }

    /// What two neighbours merge into; a rank of `Int32.max` where they do not.
    @inline(__always)
    private func merged(
        _ piece: UnsafeBufferPointer<UInt8>, _ start: Int, _ middle: Int, _ end: Int,
        _ ids: (left: Int32, right: Int32)
    ) -> Merge {
        switch order {
        case .ids:
            let id = tokens.id(of: UnsafeBufferPointer(rebasing: piece[start..<end]))
            return Merge(rank: id < 0 ? .max : id, id: id)
        case .pairs(let table): return table.merge(ids.left, ids.right)
        }
    }
}

/// What two neighbours merge into.
struct Merge: Sendable {
    /// The lower, the sooner; `Int32.max` where they do not merge.
    var rank: Int32
    /// The token they become.
    var id: Int32

    static let none = Merge(rank: .max, id: -1)
}

/// Pairs of tokens and what they merge into: open addressing.
struct PairTable: Sendable {
    private var keys: [UInt64]
    private var merges: [Merge]
    private let mask: Int
    private static let free = UInt64.max

    /// Makes room for so many pairs.
    init(capacity: Int) {
        var size = 16
        while size < capacity * 2 { size *= 2 }
        keys = Array(repeating: Self.free, count: size)
        merges = Array(repeating: .none, count: size)
        mask = size - 1
    }

    /// Adds a pair; one that is there already keeps its first rank.
    mutating func insert(_ left: Int32, _ right: Int32, _ merge: Merge) {
        let key = Self.key(left, right)
        var place = slot(key)
        while keys[place] != Self.free {
            if keys[place] == key { return }
            place = (place + 1) & mask
        }
        keys[place] = key
        merges[place] = merge
    }

    @inline(__always)
    func merge(_ left: Int32, _ right: Int32) -> Merge {
        let key = Self.key(left, right)
        var place = slot(key)
        while keys[place] != Self.free {
            if keys[place] == key { return merges[place] }
            place = (place + 1) & mask
        }
        return .none
    }

    @inline(__always)
    private func slot(_ key: UInt64) -> Int {
        Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 20) & mask
    }

    @inline(__always)
    private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    }
}
