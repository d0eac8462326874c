/// What two neighbours merge into.
struct Merge: Sendable {
    /// The lower, the sooner; `Int32.max` where they do not merge.
    var rank: Int32
    /// The token they become.
    var id: Int32

    static let none = Merge(rank: .max, id: -1)
}

/// Says which neighbours merge.
protocol MergeRule {
    /// What two neighbouring parts of a piece merge into.
    /// - Parameters:
    ///   - bytes: the bytes of both.
    ///   - left: the token of the first.
    ///   - right: the token of the second.
    func merge(_ bytes: UnsafeBufferPointer<UInt8>, _ left: Int32, _ right: Int32) -> Merge
}

/// Neighbours merge whose bytes together are a token.
struct RankRule: MergeRule {
    let tokens: RankTable

    @inline(__always)
    func merge(_ bytes: UnsafeBufferPointer<UInt8>, _ left: Int32, _ right: Int32) -> Merge {
        let id = tokens.id(of: bytes)
        return Merge(rank: id < 0 ? .max : id, id: id)
    }
}

/// Pairs of tokens merge that are listed: open addressing.
final class PairTable: MergeRule, @unchecked Sendable {
    // Sendable without a lock: only `insert` writes, and who makes a table gives it away when it is full.

    private struct Slot {
        /// Both tokens.
        var key = free
        var merge = Merge.none
    }

    private static let free = UInt64.max
    private let slots: UnsafeMutablePointer<Slot>
    private let mask: Int

    /// Makes room for so many pairs.
    init(capacity: Int) {
        var size = 16
        while size < capacity + capacity / 2 { size *= 2 }
        slots = .allocate(capacity: size)
        slots.initialize(repeating: Slot(), count: size)
        mask = size - 1
    }

    deinit {
        slots.deallocate()
    }

    /// Adds a pair; one that is there already keeps its first rank. No more than the table was made for.
    func insert(_ left: Int32, _ right: Int32, _ merge: Merge) {
        let key = Self.key(left, right)
        var place = slot(of: key)
        while slots[place].key != Self.free {
            if slots[place].key == key { return }
            place = (place + 1) & mask
        }
        slots[place] = Slot(key: key, merge: merge)
    }

    @inline(__always)
    func merge(_ bytes: UnsafeBufferPointer<UInt8>, _ left: Int32, _ right: Int32) -> Merge {
        let key = Self.key(left, right)
        var place = slot(of: key)
        while slots[place].key != Self.free {
            if slots[place].key == key { return slots[place].merge }
            place = (place + 1) & mask
        }
        return .none
    }

    @inline(__always)
    private func slot(of key: UInt64) -> Int {
        Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 32) & mask
    }

    @inline(__always)
    private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    }
}
