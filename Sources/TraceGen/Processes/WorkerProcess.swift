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
    /// The longest line it may send, in bytes. A longer one counts as a failure.
    var lineByteLimit = 16 << 20
    /// How much of its standard error is kept for messages, in bytes: the last part.
    var errorByteLimit = 8 << 10
}

/// Why a worker gave no answer.
enum WorkerFailure: Error, Sendable, Hashable {
    /// It closed its output: it exited or was killed. Its last words on standard error come along.
    case closed(lastWords: String)
    /// No line came within the time given; the worker has been killed.
    case timedOut(Duration)
    /// A line longer than the limit came; the worker has been killed.
    case lineTooLong(byteCount: Int)
}

extension WorkerLaunch {
    /// Runs the worker for the time of `body` and ends it afterwards: input closed, then killed if it lingers.
    ///
    /// - Throws: what `body` throws, or the launch's own error when the program cannot be started.
    func withWorker<Result: Sendable>(
        _ body: @Sendable (WorkerConnection) async throws -> Result
    ) async throws -> Result {
        fatalError()
    }
}

/// The line to a running worker. One task at a time may use it.
actor WorkerConnection {
    /// Writes one line.
    func send(_ line: [UInt8]) async throws {}
    /// Waits for one line, without its newline.
    func receive(within limit: Duration) async throws -> [UInt8] { [] }
}
