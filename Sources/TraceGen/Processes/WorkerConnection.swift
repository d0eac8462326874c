import Subprocess

typealias WorkerExecution = Execution<CustomWriteInput, SequenceOutput, SequenceOutput>

/// The line to a running worker. One task at a time may use it.
actor WorkerConnection {
    private let execution: WorkerExecution
    private let lineByteLimit: Int
    private let lastWords: LastWords
    private var chunks: SubprocessOutputSequence.Iterator
    private var lines = LineBuffer()

    init(_ execution: WorkerExecution, lineByteLimit: Int, lastWords: LastWords) {
        self.execution = execution
        self.lineByteLimit = lineByteLimit
        self.lastWords = lastWords
        chunks = execution.standardOutput.makeAsyncIterator()
    }

    /// Writes one line.
    /// - Parameters:
    ///   - line: the line, without its newline.
    ///   - limit: how long the worker may take to make room for it.
    /// - Throws: ``WorkerFailure``, or `CancellationError`.
    func send(_ line: [UInt8], within limit: Duration = .seconds(60)) async throws {
        let bytes = line + [UInt8(ascii: "\n")]
        // A pipe the worker is not reading takes nothing: without a limit this would wait forever.
        let written = try await killing(after: limit) {
            try? await execution.standardInputWriter.write(bytes)
        }
        guard written == bytes.count else { throw await failure() }
    }

    /// Waits for one line.
    /// - Parameter limit: how long the worker may take.
    /// - Returns: the line, without its newline.
    /// - Throws: ``WorkerFailure``, or `CancellationError`.
    func receive(within limit: Duration) async throws -> [UInt8] {
        if let line = lines.next() { return try checked(line) }
        return try await killing(after: limit) { try await readLine() }
    }

    /// Closes the worker's input, gives it a moment to leave and kills what is left.
    func end() async {
        try? await execution.standardInputWriter.finish()
        await execution.end(within: Task.isCancelled ? .zero : .seconds(2))
    }

    /// How the worker ended; `unknown` as long as it runs.
    func ending() -> WorkerEnding {
        WorkerEnding(ofChild: execution.processIdentifier.value)
    }

    private func readLine() async throws -> [UInt8] {
        while true {
            var iterator = chunks
            let chunk = try? await iterator.next(isolation: self)
            chunks = iterator
            guard let chunk else { throw await failure() }
            lines.append(chunk)
            if let line = lines.next() { return try checked(line) }
            if lines.unfinishedByteCount > lineByteLimit { throw tooLong(lines.unfinishedByteCount) }
        }
    }

    private func checked(_ line: [UInt8]) throws -> [UInt8] {
        guard line.count <= lineByteLimit else { throw tooLong(line.count) }
        return line
    }

    private func tooLong(_ byteCount: Int) -> WorkerFailure {
        execution.kill()
        return .lineTooLong(byteCount: byteCount)
    }

    /// What to throw when the worker neither reads nor writes any more.
    private func failure() async -> any Error {
        if Task.isCancelled { return CancellationError() }
        await execution.end(within: .milliseconds(500))
        let words = await lastWords.text()
        let ending = ending().description
        return WorkerFailure.closed(lastWords: words.isEmpty ? ending : "\(words)\n\(ending)")
    }

    /// Runs `work` with a watchdog beside it that kills the worker, which ends every wait for it.
    private func killing<Value: Sendable>(
        after limit: Duration, _ work: () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask { [execution] in
                guard (try? await Task.sleep(for: limit)) != nil else { return false }
                execution.kill()
                return true
            }
            do {
                let value = try await work()
                group.cancelAll()
                if try await group.next() == true { throw WorkerFailure.timedOut(limit) }
                return value
            } catch {
                group.cancelAll()
                if try await group.next() == true { throw WorkerFailure.timedOut(limit) }
                throw error
            }
        }
    }
}

extension WorkerExecution {
    /// Kills the worker and everything in its session's process group.
    func kill() {
        try? send(signal: .kill, toProcessGroup: true)
    }

    /// Waits for the worker to leave and kills it, with its process group, when the time is over.
    func end(within grace: Duration) async {
        await teardown(
            using: grace == .zero ? Self.farewell(grace: .zero, signal: .kill) : Self.farewell(grace: grace))
    }

    /// A teardown that ends in killing the process group.
    ///
    /// The library knows no step that only waits. "Continue" does nothing to a process that is not stopped.
    static func farewell(grace: Duration, signal: Signal = .resume) -> [TeardownStep] {
        [.send(signal: signal, toProcessGroup: true, allowedDurationToNextStep: grace)]
    }
}
