import FoundationEssentials
import Glibc
import Testing

@testable import TraceGen

/// The real thing: `.venv/bin/python` of this package, or what `RECODE_DATA_PYTHON` names.
enum ScienceWorldFixture {
    static var python: String {
        if let given = ProcessInfo.processInfo.environment["RECODE_DATA_PYTHON"] { return given }
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        return "/\(root)/.venv/bin/python"
    }

    static func environment(stepLimit: Duration = .seconds(60)) async throws -> ScienceWorld {
        try await ScienceWorld(python: python, stepLimit: stepLimit)
    }

    /// The number of the worker's process that a session plays in.
    static func process(of session: any EnvironmentSession) async throws -> Int32 {
        try await #require(session as? SharedSession<ScienceWorldWorker>).ask(\.process)
    }

    static func instance(_ task: String, _ variation: Int) -> TaskInstance {
        TaskInstance(
            task: task, variation: variation, split: .train, stepLimit: ScienceWorldLimits.stepLimit(of: task)
        )
    }

    /// Plays `actions` until the episode is over.
    static func play(_ actions: [String], in session: any EnvironmentSession) async throws -> [StepResult] {
        var results: [StepResult] = []
        for action in actions where results.last?.done != true {
            results.append(try await session.step(action))
        }
        return results
    }
}
