/// The line to a running worker, in lines. One task at a time may use it.
actor WorkerConnection {
    private let link: any WorkerLink
    private let lineByteLimit: Int
    private var lines = LineBuffer()
    /// How the worker ended; `unknown` as long as it runs.
    private(set) var ending = WorkerEnding.unknown

    init(_ link: any WorkerLink, lineByteLimit: Int) {
        self.link = link
        self.lineByteLimit = lineByteLimit
    }

    /// Whether something came that nobody has read.
    var hasUnread: Bool { lines.unfinishedByteCount > 0 }

    /// Writes one line.
    /// - Parameters:
    ///   - line: the line, without its newline.
    ///   - limit: how long the worker may take to make room for it.
    /// - Throws: ``WorkerFailure``, or `CancellationError`.
    func send(_ line: [UInt8], within limit: Duration = .seconds(60)) async throws {
        // A pipe the worker is not reading takes nothing: without a limit this would wait forever.
        let isWritten = try await killing(after: limit) {
            await link.write(line + [UInt8(ascii: "\n")])
        }
        guard isWritten else { throw await failure() }
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
        await link.end()
    }

    private func readLine() async throws -> [UInt8] {
        while true {
            guard let chunk = await link.read() else { throw await failure() }
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
        link.kill()
        return .lineTooLong(byteCount: byteCount)
    }

    /// What to throw when the worker neither reads nor writes any more.
    private func failure() async -> any Error {
        if Task.isCancelled { return CancellationError() }
        let remains = await link.remains()
        ending = remains.ending
        let parts = [remains.lastWords, remains.ending.description].filter { !$0.isEmpty }
        return WorkerFailure.closed(lastWords: parts.joined(separator: "\n"))
    }

    /// Runs `work` with a watchdog beside it that kills the worker, which ends every wait for it.
    private func killing<Value: Sendable>(
        after limit: Duration, _ work: () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask { [link] in
                guard (try? await Task.sleep(for: limit)) != nil else { return false }
                link.kill()
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
