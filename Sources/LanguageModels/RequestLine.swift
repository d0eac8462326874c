/// Who may begin a request: first come, first served, within the limits of a profile.
///
/// A pure state machine; ``RequestGate`` does the waiting. Whoever stands in line is suspended, so the line is as
/// long as there are callers.
struct RequestLine: Sendable {
    /// What a caller is told that asks for its turn.
    enum Answer: Sendable, Hashable {
        /// Begin; ``RequestLine/finish(_:tokens:)`` must follow.
        case begin
        /// Ask again when you are at the front, or when a request is finished.
        case waitForOthers
        /// Ask again at that time, or when a request is finished.
        case wait(until: Duration)
    }

    private struct Waiter: Sendable {
        var ticket: Int
        var tokens: Int
    }

    private let concurrency: Int
    private var window: RateWindow
    private var waiting: [Waiter] = []
    private var underWay = 0
    private var lastTicket = 0
    private var pauseEnd = Duration.zero

    /// Makes an empty line.
    /// - Precondition: every limit is at least 1.
    init(concurrency: Int, requestsPerMinute: Int?, tokensPerMinute: Int?) {
        precondition(concurrency > 0 && requestsPerMinute ?? 1 > 0 && tokensPerMinute ?? 1 > 0)
        self.concurrency = concurrency
        window = RateWindow(requestLimit: requestsPerMinute, tokenLimit: tokensPerMinute)
    }

    /// Who has to be told when something changes.
    var front: Int? { waiting.first?.ticket }

    /// Takes a place at the end.
    /// - Parameter tokens: how many the request may take.
    /// - Returns: the ticket for further calls.
    mutating func join(tokens: Int) -> Int {
        lastTicket += 1
        waiting.append(Waiter(ticket: lastTicket, tokens: tokens))
        return lastTicket
    }

    /// Whether a ticket's turn has come; if so, it leaves the line.
    mutating func ask(_ ticket: Int, now: Duration) -> Answer {
        guard let first = waiting.first, first.ticket == ticket, underWay < concurrency else {
            return .waitForOthers
        }
        let earliest = max(pauseEnd, window.earliest(for: first.tokens, now: now))
        guard earliest <= now else { return .wait(until: earliest) }
        waiting.removeFirst()
        underWay += 1
        window.begin(ticket, tokens: first.tokens, now: now)
        return .begin
    }

    /// Lets nobody begin before a time; a longer pause stays.
    mutating func pause(until time: Duration) {
        pauseEnd = max(pauseEnd, time)
    }

    /// Gives up a place.
    mutating func leave(_ ticket: Int) {
        waiting.removeAll { $0.ticket == ticket }
    }

    /// Ends a request that had begun.
    /// - Parameter tokens: what it took; what it had reserved when that is not known.
    mutating func finish(_ ticket: Int, tokens: Int?) {
        underWay -= 1
        if let tokens { window.settle(ticket, tokens: tokens) }
    }
}
