import FoundationEssentials
import TraceGen

/// What episodes run on: the interpreter of environment workers, the sandbox, and how many play at a time.
struct Machine: Sendable {
    /// The Python that has the environments' packages.
    var python: String
    /// The Python that runs the policy's code; `nil` for the system's.
    var executorPython: String?
    /// Where the policy's code runs.
    var sandbox: SandboxChoice
    /// How many episodes are under way at a time.
    var concurrency: Int
    /// How many environment workers those share.
    var environmentWorkers: Int

    /// The environment variable that names the interpreter.
    static let pythonVariable = "RECODE_DATA_PYTHON"
    /// Where `make setup` puts it.
    static let defaultPython = ".venv/bin/python"

    /// What that variable says, or the default.
    static var pythonFromEnvironment: String {
        ProcessInfo.processInfo.environment[pythonVariable].flatMap { $0.isEmpty ? nil : $0 } ?? defaultPython
    }

    /// One episode for each processor.
    static var defaultConcurrency: Int { max(1, ProcessInfo.processInfo.activeProcessorCount) }

    /// One environment worker for each processor: they are what computes.
    static var defaultEnvironmentWorkers: Int { defaultConcurrency }

    /// Looks for what the episodes of an environment need beside it.
    /// - Throws: `TraceGenError` (`missingProgram`) naming what the machine lacks.
    func site(in environment: any Environment) async throws -> Site {
        Site(
            environment: environment, executors: try await executors(), environmentWorkers: environmentWorkers
        )
    }

    /// Where the policy's code runs.
    /// - Throws: `TraceGenError` (`missingProgram`) where there is no bubblewrap, it may make no sandbox here, or there is no
    ///   Python new enough.
    func executors() async throws -> PythonSandbox {
        let path = ProcessInfo.processInfo.environment["PATH"]
        let mode: SandboxMode =
            switch sandbox {
            case .bubblewrap: try SandboxMode.findBubblewrap(path: path)
            case .none: .none
            }
        let executors = PythonSandbox(
            mode: mode, python: try await PythonInterpreter.find(at: executorPython))
        try await executors.probe()
        return executors
    }
}

/// Where episodes are played: an environment and a place for the policy's code, both known to be there.
struct Site: Sendable {
    var environment: any Environment
    var executors: PythonSandbox
    /// How many environment workers the episodes of a run share.
    var environmentWorkers: Int

    /// Versions of what both run on. No part of a recipe: a run may go on after the system was updated.
    var platform: [String: String] {
        environment.platform.merging(["executor_python": executors.python.version]) { first, _ in first }
    }
}

/// How the policy's code is kept apart.
enum SandboxChoice: String, Sendable, Hashable, CaseIterable {
    /// A Python of its own inside bubblewrap.
    case bubblewrap
    /// A Python of its own with limits, and the user's own rights otherwise.
    case none
}
