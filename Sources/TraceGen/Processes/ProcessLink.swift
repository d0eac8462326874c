import Subprocess

typealias WorkerExecution = Execution<CustomWriteInput, SequenceOutput, SequenceOutput>

/// The line to a worker that is a child of this process, over its standard files.
actor ProcessLink: WorkerLink {
    private let execution: WorkerExecution
    private let lastWords: LastWords
    private var chunks: SubprocessOutputSequence.Iterator

    init(_ execution: WorkerExecution, lastWords: LastWords) {
        self.execution = execution
        self.lastWords = lastWords
        chunks = execution.standardOutput.makeAsyncIterator()
    }

    // Not isolated, like killing: a worker that takes nothing must not keep another task from reading.
    nonisolated func write(_ bytes: [UInt8]) async -> Bool {
        let written = try? await execution.standardInputWriter.write(bytes)
        return written == bytes.count
    }

    func read() async -> [UInt8]? {
        var iterator = chunks
        let chunk = try? await iterator.next(isolation: self)
        chunks = iterator
        return chunk?.withUnsafeBytes { Array($0) }
    }

    nonisolated func kill() {
        execution.kill()
    }

    nonisolated func end() async {
        try? await execution.standardInputWriter.finish()
        await execution.end(within: Task.isCancelled ? .zero : .seconds(2))
    }

    nonisolated func remains() async -> (lastWords: String, ending: WorkerEnding) {
        // As long as a busy machine may take to end it: how it ended goes into a record.
        await execution.end(within: .seconds(10))
        let words = await lastWords.text()
        return (words, WorkerEnding(ofChild: execution.processIdentifier.value))
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
