/// Holds callers back until a ``RequestLine`` lets them go.
actor RequestGate {
    private let clock = ContinuousClock()
    private let opened: ContinuousClock.Instant
    private var line: RequestLine
    /// Finishing a bell wakes the one who waits for it.
    private var bells: [Int: AsyncStream<Never>.Continuation] = [:]

    init(_ line: RequestLine) {
        self.line = line
        opened = clock.now
    }

    /// Runs a request when its turn has come.
    ///
    /// - Parameters:
    ///   - tokens: how many it may take.
    ///   - request: gives its result, and how many tokens it took, if that is known.
    /// - Throws: `CancellationError` while waiting; nothing once the request has begun.
    func perform<Result: Sendable>(
        reserving tokens: Int, _ request: @Sendable () async -> (result: Result, tokens: Int?)
    ) async throws -> Result {
        let ticket = line.join(tokens: tokens)
        try await waitForTurn(ticket)
        let (result, taken) = await request()
        line.finish(ticket, tokens: taken)
        ringFront()
        return result
    }

    /// Lets nobody begin for a while: the server asked one caller to wait, and would tell the others the same.
    func pause(for duration: Duration) {
        line.pause(until: opened.duration(to: clock.now) + duration)
    }

    private func waitForTurn(_ ticket: Int) async throws {
        // Whoever leaves the front, for whatever reason, makes room for the next.
        defer { ringFront() }
        while true {
            guard !Task.isCancelled else {
                line.leave(ticket)
                throw CancellationError()
            }
            switch line.ask(ticket, now: opened.duration(to: clock.now)) {
            case .begin: return
            case .waitForOthers: await wait(ticket, until: nil)
            case .wait(let time): await wait(ticket, until: opened + time)
            }
        }
    }

    /// Waits for the ticket's bell, a time, or cancellation.
    private func wait(_ ticket: Int, until time: ContinuousClock.Instant?) async {
        let (bell, ring) = AsyncStream<Never>.makeStream()
        bells[ticket] = ring
        await withTaskGroup(of: Void.self) { group in
            group.addTask { for await _ in bell {} }
            if let time { group.addTask { try? await Task.sleep(until: time, clock: .continuous) } }
            await group.next()
            group.cancelAll()
        }
        bells[ticket] = nil
    }

    private func ringFront() {
        if let front = line.front { bells[front]?.finish() }
    }
}
