/// Byte strings and their ids, for lookup by bytes: open addressing over one arena.
struct RankTable: Sendable {
    /// The longest byte string.
    private(set) var longest = 0
    private var arena: [UInt8] = []
    /// Where each entry's bytes end; they begin where the one before ends.
    private var ends: [UInt32] = []
    private var ids: [Int32] = []
    /// Pairs of the upper half of a hash and an entry's number plus one; 0 is free.
    private var slots: [UInt64]
    private let mask: Int

    /// Makes room for so many entries.
    init(capacity: Int) {
        var size = 16
        while size < capacity * 2 { size *= 2 }
        slots = Array(repeating: 0, count: size)
        mask = size - 1
        ends.reserveCapacity(capacity)
        ids.reserveCapacity(capacity)
    }

    /// How many entries there are.
    var count: Int { ids.count }

    /// Adds a byte string.
    /// - Returns: whether it is new; an old one keeps its id.
    mutating func insert(_ bytes: [UInt8], id: Int) -> Bool {
        let hash = bytes.withUnsafeBufferPointer(ByteHash.of)
        guard bytes.withUnsafeBufferPointer({ find($0, hash: hash) }) < 0 else { return false }
        arena += bytes
        ends.append(UInt32(arena.count))
        ids.append(Int32(id))
        longest = max(longest, bytes.count)
        var place = Int(truncatingIfNeeded: hash) & mask
        while slots[place] != 0 { place = (place + 1) & mask }
        slots[place] = (hash & 0xFFFF_FFFF_0000_0000) | UInt64(ids.count)
        return true
    }

    /// The id of a byte string; -1 where there is none.
    @inline(__always)
    func id(of bytes: UnsafeBufferPointer<UInt8>) -> Int32 {
        bytes.count > longest ? -1 : find(bytes, hash: ByteHash.of(bytes))
    }

    @inline(__always)
    private func find(_ bytes: UnsafeBufferPointer<UInt8>, hash: UInt64) -> Int32 {
        slots.withUnsafeBufferPointer { slots in
            var place = Int(truncatingIfNeeded: hash) & mask
            while true {
                let slot = slots[place]
                guard slot != 0 else { return -1 }
                if (slot ^ hash) >> 32 == 0 {
                    let entry = Int(slot & 0xFFFF_FFFF) - 1
                    if matches(bytes, entry: entry) { return ids[entry] }
                }
                place = (place + 1) & mask
            }
        }
    }

    @inline(__always)
    private func matches(_ bytes: UnsafeBufferPointer<UInt8>, entry: Int) -> Bool {
        let start = entry == 0 ? 0 : Int(ends[entry - 1])
        guard Int(ends[entry]) - start == bytes.count else { return false }
        return arena.withUnsafeBufferPointer { arena in
            for offset in 0..<bytes.count where arena[start + offset] != bytes[offset] { return false }
            return true
        }
    }
}

/// A hash of short byte strings; the same in every process.
enum ByteHash {
    @inline(__always)
    static func of(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
        guard let base = bytes.baseAddress else { return 0x9E37_79B9_7F4A_7C15 }
        let raw = UnsafeRawPointer(base)
        let count = bytes.count
        var hash = UInt64(count) &* 0x9E37_79B9_7F4A_7C15
        if count >= 8 {
            var offset = 0
            while offset + 8 < count {
                hash = mix(hash ^ raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
                offset += 8
            }
            return mix(hash ^ raw.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self))
        }
        guard count > 0 else { return mix(hash) }
        let (first, last) = ends(of: raw, count)
        return mix(hash ^ first ^ last << 32)
    }

    /// Two words that together with the length, from 1 to 16, are the whole byte string; up to 7 bytes each is of 32 bits.
    @inline(__always)
    static func ends(of bytes: UnsafeRawPointer, _ count: Int) -> (first: UInt64, last: UInt64) {
        if count >= 8 {
            return (
                bytes.loadUnaligned(as: UInt64.self),
                bytes.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
            )
        }
        if count >= 4 {
            return (
                UInt64(bytes.loadUnaligned(as: UInt32.self)),
                UInt64(bytes.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self))
            )
        }
        let first = UInt64(bytes.load(as: UInt8.self))
        let middle = UInt64(bytes.load(fromByteOffset: count / 2, as: UInt8.self))
        let last = UInt64(bytes.load(fromByteOffset: count - 1, as: UInt8.self))
        return (first | middle << 8 | last << 16, 0)
    }

    @inline(__always)
    private static func mix(_ value: UInt64) -> UInt64 {
        let product = value.multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
        return product.high ^ product.low
    }
}
