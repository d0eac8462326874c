/// Merges the bytes of a short piece, looking through all parts for the next merge: O(*n*²), and quick for words.
enum ScanningMerge {
    /// For pieces of up to so many bytes.
    static let longest = 64

    private struct Part {
        var start: Int32
        var id: Int32
        /// What it merges into with the part behind it.
        var merge = Merge.none
    }

    /// The ids of the parts that are left, in order.
    @inline(__always)
    static func forEachID(
        of piece: UnsafeBufferPointer<UInt8>, _ byteIDs: [Int32], by rule: some MergeRule,
        _ body: (Int32) -> Void
    ) {
        // One more than there are bytes: it says where the last part ends.
        withUnsafeTemporaryAllocation(of: Part.self, capacity: piece.count + 1) { buffer in
            guard let parts = buffer.baseAddress else { return }
            for (index, byte) in piece.enumerated() {
                (parts + index).initialize(to: Part(start: Int32(index), id: byteIDs[Int(byte)]))
            }
            (parts + piece.count).initialize(to: Part(start: Int32(piece.count), id: -1))
            let count = merge(parts, piece, by: rule)
            for index in 0..<count { body(parts[index].id) }
        }
    }

    /// - Returns: how many parts are left, at the beginning of `parts`.
    private static func merge(
        _ parts: UnsafeMutablePointer<Part>, _ piece: UnsafeBufferPointer<UInt8>, by rule: some MergeRule
    ) -> Int {
        var count = piece.count
        for index in 0..<count - 1 { update(parts + index, piece, by: rule) }
        while true {
            var best = 0
            for index in 1..<max(count, 1) where parts[index].merge.rank < parts[best].merge.rank {
                best = index
            }
            guard parts[best].merge.rank < .max else { return count }
            parts[best].id = parts[best].merge.id
            (parts + best + 1).update(from: parts + best + 2, count: count - best - 1)
            count -= 1
            if best + 1 < count {
                update(parts + best, piece, by: rule)
            } else {
                parts[best].merge = .none
            }
            if best > 0 { update(parts + best - 1, piece, by: rule) }
        }
    }

    /// Finds out what a part merges into with the one behind it.
    @inline(__always)
    private static func update(
        _ part: UnsafeMutablePointer<Part>, _ piece: UnsafeBufferPointer<UInt8>, by rule: some MergeRule
    ) {
        let bytes = UnsafeBufferPointer(rebasing: piece[Int(part[0].start)..<Int(part[2].start)])
        part[0].merge = rule.merge(bytes, part[0].id, part[1].id)
    }
}
