/// A program that a test waits for did not end in time.
public struct TookTooLong: Error, CustomStringConvertible {
    /// What was waited for.
    public var work: String
    /// How long.
    public var limit: Duration

    /// In words.
    public var description: String { "\(work) did not end within \(limit.components.seconds) s" }
}

/// Waits for a program that a test runs no longer than any takes on a busy machine: a test that waits for ever says nothing.
/// - Throws: ``TookTooLong``, after the program was ended; what `body` throws.
public func bounded<Result: Sendable>(
    _ work: String, limit: Duration = .seconds(600),
    _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    try await withThrowingTaskGroup(of: Result?.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try await Task.sleep(for: limit)
            return nil
        }
        defer { group.cancelAll() }
        guard let result = try await group.next() ?? nil else { throw TookTooLong(work: work, limit: limit) }
        return result
    }
}
