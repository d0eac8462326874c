/// Merges the bytes of a very long piece window by window, with the result of merging it whole, in little memory.
///
/// The next merge is that of the lowest rank, and of equal ones the leftmost. So bytes on both sides of a boundary that no merge
/// crosses merge as they would by themselves, and so do any tokens that follow each other in a result. Hence two results that
/// meet are the result of both pieces together exactly where the last token of the one and the first of the other stay apart
/// when their bytes are merged by themselves: of all merges that would cross a boundary, the first would cross it there too.
struct WindowedMerge<Rule: MergeRule> {
    /// The bytes of a window, to begin with; it doubles where windows do not meet, up to the whole piece.
    static var windowByteCount: Int { 1 << 15 }

    /// A token, and where it ends in the piece.
    private struct Token {
        var id: Int32
        var end: Int
    }

    /// The ids of the tokens, in order.
    private(set) var ids: [Int32] = []
    /// How many bytes were merged, those of windows that did not meet included.
    private(set) var mergedByteCount = 0

    private let piece: UnsafeBufferPointer<UInt8>
    private let byteIDs: [Int32]
    private let rule: Rule

    /// Merges the bytes of a piece.
    /// - Parameter beforeWindow: called before each window; what it throws ends the merging.
    /// - Complexity: O(*n* log *n*) for texts whose windows meet, a factor of O(log *n*) more for any other.
    init<Failure>(
        _ piece: UnsafeBufferPointer<UInt8>, _ byteIDs: [Int32], by rule: Rule,
        windowByteCount: Int = Self.windowByteCount, beforeWindow: () throws(Failure) -> Void
    ) throws(Failure) {
        self.piece = piece
        self.byteIDs = byteIDs
        self.rule = rule
        var size = windowByteCount
        while try !merge(byWindowsOf: size, beforeWindow) {
            ids.removeAll(keepingCapacity: true)
            size *= 2
        }
    }

    /// - Returns: whether each window met the one before it.
    private mutating func merge<Failure>(
        byWindowsOf size: Int, _ beforeWindow: () throws(Failure) -> Void
    ) throws(Failure) -> Bool {
        try beforeWindow()
        var start = 0
        var window = tokens(from: 0, to: min(size, piece.count))
        while window.last.map(\.end) ?? piece.count < piece.count {
            guard let (kept, next) = next(window, startingAt: start, size: size) else { return false }
            ids += window[..<kept].lazy.map(\.id)
            start = window[kept - 1].end
            window = next
            try beforeWindow()
        }
        ids += window.lazy.map(\.id)
        return true
    }

    /// The window after one, and how many tokens of that one stand before it. The tokens at the very end of a window are not
    /// known: what follows may merge with them.
    private mutating func next(
        _ window: [Token], startingAt start: Int, size: Int
    ) -> (kept: Int, next: [Token])? {
        for dropped in [16, 37, 83] {
            let kept = window.count - dropped
            guard kept > dropped else { return nil }
            let (last, place) = (kept > 1 ? window[kept - 2].end : start, window[kept - 1].end)
            let next = tokens(from: place, to: min(place + size, piece.count))
            if next[0].end == window[kept].end { return (kept, next) }
            let joint = tokens(from: last, to: next[0].end)
            if joint.count == 2, joint[0].end == place { return (kept, next) }
        }
        return nil
    }

    private mutating func tokens(from start: Int, to end: Int) -> [Token] {
        mergedByteCount += end - start
        var tokens: [Token] = []
        QueueingMerge(UnsafeBufferPointer(rebasing: piece[start..<end]), byteIDs, by: rule).forEachPart {
            tokens.append(Token(id: $0, end: start + $1))
        }
        return tokens
    }
}
