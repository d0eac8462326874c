import Trajectories

/// Gives an executor that runs nothing to agents that need none, and starts no process for it.
struct NoExecutors: ExecutorSource {
    func withExecutor<Result: Sendable>(
        seed: UInt64, _ body: @Sendable (any Executor) async throws -> Result
    ) async throws -> Result {
        try await body(NoExecutor())
    }
}

private struct NoExecutor: Executor {
    private let refusal = ExecutorFailure(.died, "This agent runs no code and has no executor.")

    func bind(_ variables: [(name: String, value: String)]) async throws { throw refusal }

    func parse(_ code: String, rules: CodeRules) async throws -> ParsedBlock { throw refusal }

    func execute(
        _ statement: String, rules: CodeRules, block: Int?,
        action: @Sendable (String) async throws -> ActionReply
    ) async throws -> StatementOutcome { throw refusal }

    func variables(_ names: [String]) async throws -> [Variable] { throw refusal }
}
