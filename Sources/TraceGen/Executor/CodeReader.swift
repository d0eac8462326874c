import FoundationEssentials
import Synchronization
import Trajectories

/// Reads the policy's code for the host, in processes that never run any of it: what a statement is must not be told by
/// the process in which it runs.
///
/// The processes are few, stand in the same sandbox as executors and are shared by all episodes. They start when they are
/// first needed and end with this object. One that a block takes down is replaced.
final class CodeReader: Sendable {
    private let places: [WorkerPlace<CodeReaderProcess>]
    private let serving: [Task<Void, Never>]
    /// How many blocks are being read in each place.
    private let load: Mutex<[Int]>
    /// Short statements that were read before: the root of every tree is one.
    private let known = Mutex<[String: StatementFacts]>([:])
    /// How long a block may take on the clock; its processor time is bounded by the kernel long before.
    private static let wallTime = Duration.seconds(600)
    private static let tries = 2

    /// - Parameters:
    ///   - launch: how a process is started.
    ///   - count: how many there are at most.
    init(
        _ launch: WorkerLaunch, count: Int = min(4, max(1, ProcessInfo.processInfo.activeProcessorCount / 2))
    ) {
        let places = (0..<count).map { _ in WorkerPlace<CodeReaderProcess>(of: "code reader") }
        self.places = places
        load = Mutex(Array(repeating: 0, count: count))
        // Not child tasks: they live as long as this object.
        serving = places.map { place in
            Task { await place.serve(launch) { try await CodeReaderProcess($0) } }
        }
    }

    deinit {
        for task in serving { task.cancel() }
    }

    /// Checks a block against the format rules and takes it apart.
    ///
    /// - Parameters:
    ///   - code: the block.
    ///   - rules: what it may hold. A script is one statement.
    ///   - names: the names of the episode's namespace, beside Python's own.
    /// - Returns: the statements, or the rule that was broken.
    /// - Throws: ``TraceGenError`` (`executorLost`) when no reader can be started; `CancellationError`.
    func read(_ code: String, rules: CodeRules, known names: [String]) async throws -> CodeReading {
        let answer = try await answer(to: .init(op: .read, code: code, rules: rules, known: names))
        if let problem = answer?.problem { return .formatProblem(problem) }
        guard let statements = answer?.statements else { return .formatProblem(Self.unreadable) }
        return .statements(statements)
    }

    /// Takes a statement, or a script, as it is.
    /// - Returns: `nil` where it cannot be read.
    /// - Throws: as ``read(_:rules:known:)``.
    func facts(of statement: String) async throws -> StatementFacts? {
        if let facts = known.withLock({ $0[statement] }), facts.text.isIdentical(to: statement) {
            return facts
        }
        let facts = try await answer(to: .init(op: .facts, code: statement))?.statements?.first
        if let facts, statement.utf8.count < 100 {
            known.withLock { if $0.count < 64 { $0[statement] = facts } }
        }
        return facts
    }

    private static let unreadable =
        "Line 1: the code cannot be read: reading it takes too long, or more memory than there is. Write it as several simple"
        + " statements."

    /// The answer to a request; `nil` where it took its process down, again when it was tried once more.
    private func answer(to request: CodeReaderRequest) async throws -> CodeReaderAnswer? {
        let index = load.withLock { load in
            let index = load.indices.min { load[$0] < load[$1] } ?? 0
            load[index] += 1
            return index
        }
        defer { load.withLock { $0[index] -= 1 } }
        for number in 1... {
            do {
                return try await places[index].ask { try await $0.answer(to: request, within: Self.wallTime) }
                    .answer
            } catch is WorkerFailure {
                if number == Self.tries { return nil }
            } catch let error as TraceGenError where error.code == .workerUnavailable {
                guard number == Self.tries else { continue }
                throw TraceGenError(
                    .executorLost, "The code reader's Python did not start.", cause: error.cause)
            }
        }
        return nil
    }
}

/// What reading a block comes to.
enum CodeReading: Sendable, Hashable {
    /// The top-level statements, in order; one where it is a script.
    case statements([StatementFacts])
    /// The rule that was broken; said to the policy word for word.
    case formatProblem(String)
}

/// One process that reads. One task at a time may use it.
private struct CodeReaderProcess: Sendable {
    private let connection: WorkerConnection

    private struct Start: Encodable {
        var filter = SandboxCommand.filter
    }

    private struct Ready: Decodable {
        var filtered: Bool
    }

    /// Hands a process that was started its program.
    init(_ connection: WorkerConnection) async throws {
        self.connection = connection
        try await connection.send(SandboxCommand.readerModules.dropLast())
        try await connection.send(try CanonicalJSON.encode(Start()))
        _ = try CanonicalJSON.decode(Ready.self, from: try await connection.receive(within: .seconds(60)))
    }

    /// - Throws: ``WorkerFailure`` when the process is gone or of no more use.
    func answer(to request: CodeReaderRequest, within limit: Duration) async throws -> CodeReaderAnswer {
        try await connection.send(try CanonicalJSON.encode(request))
        let line = try await connection.receive(within: limit)
        do {
            return try CanonicalJSON.decode(CodeReaderAnswer.self, from: line)
        } catch {
            throw WorkerFailure.closed(lastWords: "an answer that cannot be read")
        }
    }
}

/// What the host asks a reader. An answer follows its request: one task at a time uses a process.
private struct CodeReaderRequest: Encodable, Sendable {
    enum Operation: String, Encodable {
        case read, facts
    }

    var id = 0
    var op: Operation
    var code: String
    var rules: CodeRules?
    var known: [String]?
}

private struct CodeReaderAnswer: Decodable, Sendable {
    var problem: String?
    var statements: [StatementFacts]?
}

extension String {
    /// Whether two texts are the same to the byte; `==` takes other bytes for the same characters as well.
    func isIdentical(to other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}
