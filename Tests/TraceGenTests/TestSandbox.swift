import Glibc
import Synchronization
import Testing
import Trajectories

@testable import TraceGen

/// The real sandbox, with limits a test can reach.
enum TestSandbox {
    static let limits = ExecutorLimits(
        processorTime: .milliseconds(500), wallTime: .seconds(30), memoryByteCount: 256 << 20,
        outputByteCount: 4 << 10)

    static func withExecutor<R: Sendable>(
        seed: UInt64 = 7, limits: ExecutorLimits = limits, isolated: Bool = true,
        _ body: @Sendable (any Executor) async throws -> R
    ) async throws -> R {
        var sandbox = try await (isolated ? bubblewrap : unprotected).value
        sandbox.limits = limits
        return try await sandbox.withExecutor(seed: seed, body)
    }

    /// One for all tests, and one parent of executors with it.
    private static let bubblewrap = Task { try await make(mode: .findBubblewrap(path: nil)) }
    private static let unprotected = Task { try await make(mode: .none) }

    private static func make(mode: SandboxMode) async throws -> PythonSandbox {
        let python = getenv("RECODE_DATA_PYTHON").map { String(cString: $0) }
        return PythonSandbox(mode: mode, python: try await .find(at: python))
    }
}

/// What the statements of a test sent, and what they get for it: `seen: ` and the action.
final class ActionLog: Sendable {
    private let sent = Mutex<[String]>([])
    /// The number of the action that ends the episode.
    private let last: Int

    init(stopAt last: Int = .max) {
        self.last = last
    }

    var actions: [String] { sent.withLock { $0 } }

    @Sendable func reply(_ action: String) -> ActionReply {
        let count = sent.withLock { sent in
            sent.append(action)
            return sent.count
        }
        return count >= last ? .stop : .observation("seen: \(action)")
    }
}

extension Executor {
    /// Runs a statement that is allowed to act.
    func run(
        _ statement: String, block: Int? = nil, log: ActionLog = ActionLog()
    ) async throws -> StatementOutcome {
        try await execute(statement, block: block, action: { log.reply($0) })
    }

    /// Runs statements that have to end well, and gives the last one's result.
    @discardableResult
    func complete(_ statements: String..., log: ActionLog = ActionLog()) async throws -> StatementResult {
        var result = StatementResult()
        for statement in statements {
            let outcome = try await run(statement, log: log)
            guard case .completed(let completed) = outcome else { throw Unexpected(outcome: outcome) }
            result = completed
        }
        return result
    }

    /// The traceback of a statement that has to raise.
    func traceback(of statement: String, log: ActionLog = ActionLog()) async throws -> String {
        let outcome = try await run(statement, log: log)
        guard let traceback = outcome.traceback else { throw Unexpected(outcome: outcome) }
        return traceback
    }

    /// The placeholder a statement has to be.
    func placeholder(_ statement: String, log: ActionLog = ActionLog()) async throws -> PlaceholderCall {
        let outcome = try await run(statement, log: log)
        guard case .placeholder(let call) = outcome else { throw Unexpected(outcome: outcome) }
        return call
    }
}

extension StatementOutcome {
    /// The traceback of a statement that raised or ran into a limit.
    var traceback: String? {
        switch self {
        case .raised(_, let traceback), .limited(_, let traceback): traceback
        case .completed, .stopped, .placeholder: nil
        }
    }
}

struct Unexpected: Error {
    var outcome: StatementOutcome
}
