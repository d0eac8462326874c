/// Lets one task through at a time, in the order they came.
actor Turnstile {
    private var isTaken = false
    private var queue: [CheckedContinuation<Void, Never>] = []

    /// Runs `body` while nobody else is inside.
    ///
    /// A cancelled task waits its turn too: whoever is inside gets out in finite time.
    /// - Throws: `CancellationError` instead of going in when the task is cancelled by then; what `body` throws.
    func pass(_ body: @Sendable () async throws -> Void) async throws {
        if isTaken {
            await withCheckedContinuation { queue.append($0) }
        }
        isTaken = true
        defer { leave() }
        try Task.checkCancellation()
        try await body()
    }

    /// Hands the place to the next in the queue, without ever leaving it free in between.
    private func leave() {
        if queue.isEmpty {
            isTaken = false
        } else {
            queue.removeFirst().resume()
        }
    }
}
