/// How much was begun within the last minute, and when there is room for more: a sliding window.
///
/// Time is whatever the caller counts, as long as it does not run backwards.
struct RateWindow: Sendable {
    private struct Entry: Sendable {
        var ticket: Int
        var time: Duration
        var tokens: Int
    }

    private static let length = Duration.seconds(60)

    private let requestLimit: Int?
    private let tokenLimit: Int?
    /// In order of time; those before `start` have left the window.
    private var entries: [Entry] = []
    private var start = 0
    private var tokens = 0

    /// Makes an empty window; a limit that is `nil` does not hold.
    init(requestLimit: Int?, tokenLimit: Int?) {
        self.requestLimit = requestLimit
        self.tokenLimit = tokenLimit
    }

    /// When a request may begin: `now` or later. One that is larger than the limit itself may once nothing else is
    /// in the window.
    /// - Complexity: O(*n*) in the requests of a minute.
    mutating func earliest(for tokens: Int, now: Duration) -> Duration {
        forget(before: now)
        return max(now, earliestByRequests(), earliestByTokens(tokens))
    }

    /// Counts a request that begins.
    mutating func begin(_ ticket: Int, tokens: Int, now: Duration) {
        guard requestLimit != nil || tokenLimit != nil else { return }
        entries.append(Entry(ticket: ticket, time: now, tokens: clamped(tokens)))
        self.tokens += clamped(tokens)
    }

    /// Replaces what was reserved for a request by what it took. One that has left the window is not counted again.
    /// - Complexity: O(*n*) in the requests that began after it.
    mutating func settle(_ ticket: Int, tokens: Int) {
        guard let index = entries[start...].lastIndex(where: { $0.ticket == ticket }) else { return }
        self.tokens += clamped(tokens) - entries[index].tokens
        entries[index].tokens = clamped(tokens)
    }

    private func clamped(_ tokens: Int) -> Int { min(tokens, tokenLimit ?? 0) }

    private mutating func forget(before now: Duration) {
        while start < entries.count, entries[start].time + Self.length <= now {
            tokens -= entries[start].tokens
            start += 1
        }
        // Moving what is left only now and then keeps this linear in all.
        if start > 64, start * 2 > entries.count {
            entries.removeFirst(start)
            start = 0
        }
    }

    private func earliestByRequests() -> Duration {
        guard let requestLimit, entries.count - start >= requestLimit else { return .zero }
        return entries[entries.count - requestLimit].time + Self.length
    }

    private func earliestByTokens(_ wanted: Int) -> Duration {
        guard let tokenLimit else { return .zero }
        var excess = tokens + clamped(wanted) - tokenLimit
        var time = Duration.zero
        for entry in entries[start...] {
            guard excess > 0 else { break }
            excess -= entry.tokens
            time = entry.time + Self.length
        }
        return time
    }
}
