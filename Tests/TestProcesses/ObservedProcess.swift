import FoundationEssentials
import Subprocess

/// A program that a test runs as a process of its own, listening to what it says on standard error.
public struct ObservedProcess: Sendable {
    /// When a process is killed as `kill -9` does: a while after it has said something.
    public struct Moment: Sendable {
        /// A part of what it says; `nil` for its start.
        public var word: String?
        /// How long after that.
        public var delay: Duration

        /// Makes a moment from its parts.
        public init(_ delay: Duration, after word: String?) {
            self.word = word
            self.delay = delay
        }
    }

    /// What became of it.
    public struct Outcome: Sendable {
        /// How it exited; `nil` where it was killed.
        public var code: Int32?
        /// What it said, line by line, and how long after its start.
        public var lines: [(text: String, time: Duration)]

        /// All that it said.
        public var errors: String { lines.map { $0.text + "\n" }.joined() }
    }

    /// The program's path.
    public var program: String
    /// Its arguments.
    public var arguments: [String]
    /// Where it runs.
    public var directory: String

    /// Makes a process from its parts; nothing is started yet.
    public init(_ program: String, _ arguments: [String], in directory: String) {
        self.program = program
        self.arguments = arguments
        self.directory = directory
    }

    /// A program of this package, which lies beside the test program.
    public static func built(_ name: String) -> String {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return own.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" } + "/" + name
    }

    /// Runs it to its end, or until it is killed.
    ///
    /// - Parameters:
    ///   - moment: when to kill it; `nil` for never. One that comes after its end changes nothing.
    ///   - listener: is given each line, with the process's number.
    public func run(
        killedAt moment: Moment? = nil,
        listener: @escaping @Sendable (String, Int32) async throws -> Void = { _, _ in }
    ) async throws -> Outcome {
        try await bounded("\(program) \(arguments)") {
            try await runToItsEnd(killedAt: moment, listener: listener)
        }
    }

    private func runToItsEnd(
        killedAt moment: Moment?, listener: @escaping @Sendable (String, Int32) async throws -> Void
    ) async throws -> Outcome {
        let start = ContinuousClock.now
        let result = try await Subprocess.run(
            .path(.init(program)), arguments: Arguments(arguments), workingDirectory: .init(directory),
            input: .none, output: .discarded, error: .sequence
        ) { execution in
            try await withThrowingTaskGroup(of: Void.self) { group in
                var awaited = moment
                func killWhenDue(_ delay: Duration) {
                    awaited = nil
                    group.addTask {
                        // The wait is the test's input: the moment to die.
                        try await Task.sleep(for: delay)
                        try execution.send(signal: .kill)
                    }
                }
                if let moment, moment.word == nil { killWhenDue(moment.delay) }
                var lines: [(text: String, time: Duration)] = []
                for try await line in execution.standardError.strings() {
                    lines.append((line, ContinuousClock.now - start))
                    try await listener(line, Int32(execution.processIdentifier.value))
                    if let moment = awaited, let word = moment.word, line.contains(word) {
                        killWhenDue(moment.delay)
                    }
                }
                group.cancelAll()
                while await group.nextResult() != nil {}
                return lines
            }
        }
        guard case .exited(let code) = result.terminationStatus else {
            return Outcome(code: nil, lines: result.closureResult)
        }
        return Outcome(code: code, lines: result.closureResult)
    }
}
