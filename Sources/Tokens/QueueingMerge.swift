/// Merges the bytes of a long piece with a queue of merges: O(*n* log *n*), so that no text is slow.
struct QueueingMerge<Rule: MergeRule> {
    /// A part; its place is where its first byte is.
    private struct Part {
        /// -1 for one that has become part of the one before it.
        var id: Int32
        /// What it merges into with the part behind it.
        var merge = Merge.none
        var previous: Int32
        var next: Int32
    }

    private let piece: UnsafeBufferPointer<UInt8>
    private let rule: Rule
    private var parts: [Part]
    /// A binary heap of ranks and, in the lower half of each, places of parts.
    private var queue: [UInt64] = []

    /// Merges the bytes of a piece.
    init(_ piece: UnsafeBufferPointer<UInt8>, _ byteIDs: [Int32], by rule: Rule) {
        self.piece = piece
        self.rule = rule
        precondition(piece.count < Int32.max, "places of parts are 32 bits wide")
        parts = piece.indices.map { index in
            Part(id: byteIDs[Int(piece[index])], previous: Int32(index) - 1, next: Int32(index) + 1)
        }
        merge()
    }

    /// The parts that are left, in order: their ids, and where they end.
    func forEachPart(_ body: (_ id: Int32, _ end: Int) -> Void) {
        var index = 0
        while index < parts.count {
            let part = parts[index]
            index = Int(part.next)
            body(part.id, index)
        }
    }

    private mutating func merge() {
        queue.reserveCapacity(parts.count)
        for index in parts.indices { update(index) }
        while let (rank, index) = dequeue() {
            // An entry whose part is gone, or merges otherwise by now, is stale.
            guard parts[index].id >= 0, parts[index].merge.rank == rank else { continue }
            mergeWithNext(index)
            update(index)
            if parts[index].previous >= 0 { update(Int(parts[index].previous)) }
        }
    }

    private mutating func mergeWithNext(_ index: Int) {
        let next = Int(parts[index].next)
        let following = parts[next].next
        parts[index].id = parts[index].merge.id
        parts[index].next = following
        parts[next].id = -1
        if following < parts.count { parts[Int(following)].previous = Int32(index) }
    }

    /// Finds out what a part merges into with the one behind it, and queues that.
    private mutating func update(_ index: Int) {
        let next = Int(parts[index].next)
        guard next < parts.count else { return parts[index].merge = .none }
        let bytes = UnsafeBufferPointer(rebasing: piece[index..<Int(parts[next].next)])
        parts[index].merge = rule.merge(bytes, parts[index].id, parts[next].id)
        if parts[index].merge.rank < .max { enqueue(parts[index].merge.rank, index) }
    }

    private mutating func enqueue(_ rank: Int32, _ index: Int) {
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
