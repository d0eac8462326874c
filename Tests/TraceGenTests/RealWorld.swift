import FoundationEssentials

@testable import TraceGen

/// The real environment and the real sandbox, found the way the program finds them.
enum RealWorld {
    /// The package's directory.
    static let root = #filePath.split(separator: "/").dropLast(3).map { "/\($0)" }.joined()

    /// The interpreter that has the scienceworld package.
    static var python: String {
        ProcessInfo.processInfo.environment["RECODE_DATA_PYTHON"] ?? "\(root)/.venv/bin/python"
    }

    /// Plays in a ScienceWorld worker of its own.
    static func withSession<Result: Sendable>(
        _ body: @Sendable (any EnvironmentSession) async throws -> Result
    ) async throws -> Result {
        try await ScienceWorld(python: python).withSession(body)
    }

    /// The sandbox that episodes run in.
    static func sandbox(limits: ExecutorLimits = ExecutorLimits()) async throws -> PythonSandbox {
        PythonSandbox(mode: try .findBubblewrap(path: nil), limits: limits, python: try await .find())
    }
}
