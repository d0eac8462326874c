import Glibc
import Subprocess
import SystemPackage

/// How to start a worker: a child process that speaks JSON lines over its standard input and output.
struct WorkerLaunch: Sendable {
    /// The program's absolute path.
    var program: String
    /// Its arguments.
    var arguments: [String]
    /// Its whole environment; nothing is inherited.
    var environment: [String: String] = [:]
    /// Where it runs; this process's own directory when `nil`.
    var workingDirectory: String?
    /// The longest line it may send, in bytes. A longer one counts as a failure.
    var lineByteLimit = defaultLineByteLimit
    /// How much of its standard error is kept for messages, in bytes: the last part.
    var errorByteLimit = 8 << 10

    static let defaultLineByteLimit = 16 << 20
}

/// Why a worker gave no answer.
enum WorkerFailure: Error, Sendable, Hashable {
    /// It closed its output: it exited or was killed. Its last words on standard error come along, with the
    /// way it ended as their last line (`exit status 3`, `killed by signal 9`).
    case closed(lastWords: String)
    /// No line came, or none was taken, within the time given; the worker has been killed.
    case timedOut(Duration)
    /// A line longer than the limit came; the worker has been killed.
    case lineTooLong(byteCount: Int)
}

extension WorkerLaunch {
    /// Runs the worker for the time of `body` and ends it afterwards: input closed, then killed if it lingers.
    ///
    /// The worker leads a session of its own, and whatever it started there is killed with it. A cancelled task
    /// kills it at once.
    /// - Throws: what `body` throws, or the launch's own error when the program cannot be started.
    func withWorker<Result: Sendable>(
        _ body: @Sendable (WorkerConnection) async throws -> Result
    ) async throws -> Result {
        _ = Self.brokenPipesAreErrors
        let outcome = try await Subprocess.run(
            configuration, input: .inputWriter, output: .sequence, error: .sequence
        ) { execution in
            try await attend(execution, body)
        }
        return outcome.closureResult
    }

    /// Writing to a worker that died must be an error of that write, not the end of this process.
    private static let brokenPipesAreErrors: Void = { _ = signal(SIGPIPE, SIG_IGN) }()

    /// The launch in the words of the library.
    var configuration: Configuration {
        var options = PlatformOptions()
        options.createSession = true
        options.teardownSequence = WorkerExecution.farewell(grace: .zero, signal: .kill)
        let variables = environment.map { (Subprocess.Environment.Key(stringLiteral: $0.key), $0.value) }
        return Configuration(
            executable: .path(FilePath(program)),
            arguments: Arguments(arguments),
            environment: .custom(Dictionary(uniqueKeysWithValues: variables)),
            workingDirectory: workingDirectory.map { FilePath($0) },
            platformOptions: options)
    }

    /// Keeps the standard error of a running worker drained while `body` talks to it.
    private func attend<Result: Sendable>(
        _ execution: WorkerExecution, _ body: @Sendable (WorkerConnection) async throws -> Result
    ) async throws -> Result {
        let lastWords = LastWords(byteLimit: errorByteLimit)
        let link = ProcessLink(execution, lastWords: lastWords)
        let connection = WorkerConnection(link, lineByteLimit: lineByteLimit)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await lastWords.collect(from: execution.standardError) }
            let result: Result
            do {
                result = try await body(connection)
            } catch {
                await connection.end()
                throw error
            }
            await connection.end()
            return result
        }
    }
}
