/// Byte strings and their ids, for lookup by bytes: open addressing.
///
/// The memory is its own rather than an array's, since a lookup must cost neither a bounds check nor a reference count.
final class RankTable: @unchecked Sendable {
    // Sendable without a lock: only `insert` writes, and who makes a table gives it away when it is full.

    /// A place for an entry; free where the length is 0.
    private struct Slot {
        /// The bytes themselves where they are short, else a hash of them.
        var key: UInt64 = 0
        var id: Int32 = -1
        var length: UInt32 = 0
    }

    /// Up to so many bytes are a key.
    private static let longestKey = 8

    /// The longest byte string.
    private(set) var longest = 0
    /// How many entries there are.
    private(set) var count = 0
    private let slots: UnsafeMutablePointer<Slot>
    private let mask: Int
    /// The bytes of entries that are no keys, one after the other.
    private var arena: [UInt8] = []
    /// Where the bytes of the entry in a slot begin in ``arena``.
    private var starts: [Int: Int] = [:]

    /// Makes room for so many entries.
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

    /// Adds a byte string that is not empty.
    /// - Returns: whether it is new; an old one keeps its id.
    func insert(_ bytes: UnsafeBufferPointer<UInt8>, id: Int) -> Bool {
        precondition(!bytes.isEmpty && count < mask, "an entry has bytes, and the table was made for so many")
        let key = Self.key(of: bytes)
        guard find(bytes, key) < 0 else { return false }
        var place = slot(of: key, bytes.count)
        while slots[place].length != 0 { place = (place + 1) & mask }
        slots[place] = Slot(key: key, id: Int32(id), length: UInt32(bytes.count))
        if bytes.count > Self.longestKey {
            starts[place] = arena.count
            arena += bytes
        }
        longest = max(longest, bytes.count)
        count += 1
        return true
    }

    /// The id of a byte string; -1 where there is none.
    @inline(__always)
    func id(of bytes: UnsafeBufferPointer<UInt8>) -> Int32 {
        bytes.count > longest || bytes.isEmpty ? -1 : find(bytes, Self.key(of: bytes))
    }

    @inline(__always)
    private func find(_ bytes: UnsafeBufferPointer<UInt8>, _ key: UInt64) -> Int32 {
        var place = slot(of: key, bytes.count)
        while slots[place].length != 0 {
            if slots[place].key == key, slots[place].length == UInt32(bytes.count) {
                if bytes.count <= Self.longestKey || matches(bytes, at: place) { return slots[place].id }
            }
            place = (place + 1) & mask
        }
        return -1
    }

    private func matches(_ bytes: UnsafeBufferPointer<UInt8>, at place: Int) -> Bool {
        guard let start = starts[place] else { return false }
        return arena[start...].starts(with: bytes)
    }

    @inline(__always)
    private static func key(of bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
        bytes.count <= longestKey ? ByteWords.word(of: bytes) : ByteWords.hash(of: bytes)
    }

    @inline(__always)
    private func slot(of key: UInt64, _ length: Int) -> Int {
        let hash = (key ^ UInt64(length) << 56) &* 0x9E37_79B9_7F4A_7C15
        return Int(truncatingIfNeeded: hash >> 32) & mask
    }
}
