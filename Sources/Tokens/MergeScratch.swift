/// The parts of a piece while they are merged; kept from piece to piece to save allocations.
struct MergeScratch {
    /// Up to so many bytes the next merge is looked for among all; beyond, a queue holds them in order.
    static let scanLimit = 48

    /// What the parts left and right of a boundary merge into: `start`, `middle` and `end` are places in the piece.
    typealias Rule = (
        _ start: Int, _ middle: Int, _ end: Int, _ ids: (left: Int32, right: Int32)
    ) -> Merge

    private struct Part {
        var start: Int32
        var id: Int32
        /// What it merges into with the part behind it.
        var merge: Merge
        var previous: Int32
        var next: Int32
    }

    private var parts: [Part] = []
    private var byteCount = 0
    private var queue: [UInt64] = []
    /// How many parts are left.
    private(set) var liveCount = 0

    /// Begins with a part for each byte.
    mutating func begin(_ piece: UnsafeBufferPointer<UInt8>, _ byteIDs: [Int32]) {
        parts.removeAll(keepingCapacity: true)
        byteCount = piece.count
        liveCount = piece.count
        for (index, byte) in piece.enumerated() {
            parts.append(
                Part(
                    start: Int32(index), id: byteIDs[Int(byte)], merge: .none, previous: Int32(index - 1),
                    next: Int32(index + 1)))
        }
    }

    /// The ids of the parts that are left, in order.
    func forEachID(_ body: (Int32) -> Void) {
        var index = 0
        while index < parts.count {
            body(parts[index].id)
            index = Int(parts[index].next)
        }
    }

    /// Merges, looking through all parts for the next merge: O(*n*²), and quick for short pieces.
    mutating func mergeScanning(_ rule: Rule) {
        for index in parts.indices { updateMerge(index, rule) }
        while true {
            var best = -1
            var bestRank = Int32.max
            var index = 0
            while index < parts.count {
                if parts[index].merge.rank < bestRank {
                    bestRank = parts[index].merge.rank
                    best = index
                }
                index = Int(parts[index].next)
            }
            guard best >= 0 else { return }
            mergeWithNext(best)
            updateMerge(best, rule)
            if parts[best].previous >= 0 { updateMerge(Int(parts[best].previous), rule) }
        }
    }

    /// Merges with a queue of merges: O(*n* log *n*), so that no text is slow.
    mutating func mergeQueueing(_ rule: Rule) {
        queue.removeAll(keepingCapacity: true)
        for index in parts.indices {
            updateMerge(index, rule)
            enqueue(index)
        }
        while let (rank, index) = dequeue() {
            // An entry whose part is gone, or merges otherwise by now, is stale.
            guard parts[index].id >= 0, parts[index].merge.rank == rank else { continue }
            mergeWithNext(index)
            updateMerge(index, rule)
            enqueue(index)
            let previous = Int(parts[index].previous)
            if previous >= 0 {
                updateMerge(previous, rule)
                enqueue(previous)
            }
        }
    }

    private mutating func mergeWithNext(_ index: Int) {
        let next = Int(parts[index].next)
        parts[index].id = parts[index].merge.id
        parts[index].next = parts[next].next
        parts[next].id = -1
        if Int(parts[next].next) < parts.count { parts[Int(parts[next].next)].previous = Int32(index) }
        liveCount -= 1
    }

    private mutating func updateMerge(_ index: Int, _ rule: Rule) {
        let next = Int(parts[index].next)
        guard next < parts.count else { return parts[index].merge = .none }
        let following = Int(parts[next].next)
        let end = following < parts.count ? Int(parts[following].start) : byteCount
        parts[index].merge = rule(
            Int(parts[index].start), Int(parts[next].start), end, (parts[index].id, parts[next].id))
    }

    // MARK: - The queue: a binary heap of rank and place

    private mutating func enqueue(_ index: Int) {
        let rank = parts[index].merge.rank
        guard rank != .max else { return }
        var child = queue.count
        queue.append(UInt64(UInt32(bitPattern: rank)) << 32 | UInt64(index))
        while child > 0 {
            let parent = (child - 1) / 2
            guard queue[child] < queue[parent] else { return }
            queue.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func dequeue() -> (rank: Int32, index: Int)? {
        guard let first = queue.first else { return nil }
        let last = queue.removeLast()
        if !queue.isEmpty {
            queue[0] = last
            var parent = 0
            while true {
                var child = 2 * parent + 1
                guard child < queue.count else { break }
                if child + 1 < queue.count, queue[child + 1] < queue[child] { child += 1 }
                guard queue[child] < queue[parent] else { break }
                queue.swapAt(child, parent)
                parent = child
            }
        }
        return (Int32(first >> 32), Int(first & 0xFFFF_FFFF))
    }
}
