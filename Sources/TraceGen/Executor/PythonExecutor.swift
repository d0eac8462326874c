import Trajectories

/// One episode's namespace in a CPython process of its own. One task at a time may use it.
///
/// The process runs the policy's code, so what it says is held against what the host knows by itself: its reading of each
/// statement (``CodeReader``), what was asked, and which actions were played. Values, their types, printed text, tracebacks
/// and which of its own names a statement assigned remain said by the sandbox.
///
/// Made by ``PythonSandbox/withExecutor(seed:_:)``. Once it has thrown an ``ExecutorFailure`` its process is gone
/// and every further call throws the same.
actor PythonExecutor: Executor {
    private let worker: WorkerConnection
    private let limits: ExecutorLimits
    private var lastID = 0
    private var failure: ExecutorFailure?
    /// What is left of the episode's time on the clock.
    private var episodeTime: Duration
    /// What is left of the blocks' times on the clock, with the grace in which the worker ends them itself.
    private var blockTimes: [Int: Duration] = [:]
    private static let grace = Duration.seconds(5)
    private let reader: CodeReader
    /// Whether the process that this one was forked from is gone: then its own end is the machine's doing.
    private let isOrphaned: @Sendable () async -> Bool
    private var names = NamespaceNames()
    /// What was read of the statements of the last block.
    private var facts: [String: StatementFacts] = [:]

    /// - Parameters:
    ///   - worker: the line to the process.
    ///   - limits: what blocks may use up.
    ///   - reader: reads the code that is sent.
    ///   - isOrphaned: whether the process that it was forked from is gone.
    init(
        _ worker: WorkerConnection, limits: ExecutorLimits, reader: CodeReader,
        isOrphaned: @escaping @Sendable () async -> Bool = { false }
    ) {
        self.worker = worker
        self.limits = limits
        self.reader = reader
        self.isOrphaned = isOrphaned
        episodeTime = limits.episodeWallTime
    }

    /// Sends what the worker needs to begin.
    /// - Returns: whether the system-call filter is in force.
    /// - Throws: ``WorkerFailure``, or `DecodingError` when the worker is no executor.
    func start(seed: UInt64, filter: String) async throws -> Bool {
        let request = NumberedRequest(id: 0, request: .start(seed: seed, limits: limits, filter: filter))
        try await worker.send(try CanonicalJSON.encode(request))
        let line = try await worker.receive(within: .seconds(60))
        guard case .ready(let isFiltered) = try CanonicalJSON.decode(NumberedReply.self, from: line).reply
        else {
            return false
        }
        return isFiltered
    }

    func bind(_ variables: [(name: String, value: String)]) async throws {
        guard case .bound = try await ask(.bind(variables)) else { throw outOfStep("to binding variables") }
        names.add(variables.map(\.name))
    }

    func parse(_ code: String, rules: CodeRules) async throws -> ParsedBlock {
        if let failure { throw failure }
        switch try await reader.read(code, rules: rules, known: names.sorted) {
        case .formatProblem(let problem): return .formatProblem(problem)
        case .statements(let statements):
            facts = Dictionary(statements.map { ($0.text, $0) }) { first, _ in first }
            return .statements(statements.map(\.text))
        }
    }

    func variables(_ names: [String]) async throws -> [Variable] {
        guard case .variables(let variables) = try await ask(.variables(names)) else {
            throw outOfStep("to showing variables")
        }
        if let problem = variables.problem(asValuesOf: names) { throw outOfStep("with \(problem)") }
        return variables
    }

    func execute(
        _ statement: String, rules: CodeRules, block: Int?,
        action: @Sendable (String) async throws -> ActionReply
    ) async throws -> StatementOutcome {
        if let failure { throw failure }
        let facts = try await facts(of: statement)
        var judge = StatementJudge(facts, rules: rules, names: names)
        var time = block.flatMap { blockTimes[$0] } ?? wholeBlock
        defer { if let block { blockTimes[block] = time } }
        let request = ExecutorRequest.execute(statement, rules, block: block)
        try await begin(request)
        while true {
            let reply = try await receive(answerTo: request, within: &time)
            if let problem = judge.problem(with: reply) { throw outOfStep(problem) }
            switch reply {
            case .outcome(let outcome, let gone):
                names.take(outcome, of: facts, gone: gone)
                return outcome
            case .exhausted: throw exhausted()
            case .action(let text):
                switch try await self.reply(to: text, by: action) {
                case .observation(let observation): try await send(.observation(observation))
                case .stop:
                    judge.isStopped = true
                    try await send(.stop)
                }
            default: throw outOfStep("to executing a statement")
            }
        }
    }

    /// Plays an action. One that fails leaves the process waiting for ever.
    private func reply(
        to text: String, by action: @Sendable (String) async throws -> ActionReply
    ) async throws -> ActionReply {
        do {
            return try await action(text)
        } catch {
            failure = ExecutorFailure(.died, "The executor was left in the middle of a statement.")
            throw error
        }
    }

    /// What the host reads in a statement, by itself; `nil` where it cannot be read.
    private func facts(of statement: String) async throws -> StatementFacts? {
        if let known = facts[statement], known.text.isIdentical(to: statement) { return known }
        return try await reader.facts(of: statement)
    }
}

extension PythonExecutor {
    private func ask(_ request: ExecutorRequest) async throws -> ExecutorReply {
        var time = wholeBlock
        try await begin(request)
        return try await receive(answerTo: request, within: &time)
    }

    /// The longest line that says an action, each of whose bytes may take six in JSON.
    private static let actionLineLimit = 32 << 10

    private var wholeBlock: Duration { limits.wallTime + Self.grace }

    /// Sends a request under a number of its own.
    private func begin(_ request: ExecutorRequest) async throws {
        if let failure { throw failure }
        guard await !worker.hasUnread else { throw outOfStep("before it was asked") }
        lastID += 1
        try await send(request)
    }

    private func send(_ request: ExecutorRequest) async throws {
        let line = try CanonicalJSON.encode(NumberedRequest(id: lastID, request: request))
        do {
            try await worker.send(line)
        } catch let error as WorkerFailure {
            throw await failed(error)
        }
    }

    /// Waits for a reply and takes the time that took off `time` and off the episode's.
    private func receive(
        answerTo request: ExecutorRequest, within time: inout Duration
    ) async throws -> ExecutorReply {
        let start = ContinuousClock.now
        let line: [UInt8]
        do {
            line = try await worker.receive(within: max(min(time, episodeTime), .zero))
        } catch WorkerFailure.timedOut where episodeTime < time {
            let seconds = limits.episodeWallTime.inSeconds
            throw overtime("The episode's blocks took more than \(seconds) seconds in all.")
        } catch let error as WorkerFailure {
            throw await failed(error)
        }
        let waited = ContinuousClock.now - start
        time -= waited
        episodeTime -= waited
        guard let message = try? CanonicalJSON.decode(NumberedReply.self, from: line) else {
            throw outOfStep("with a line that is no message of its")
        }
        guard message.id == lastID else { throw outOfStep("to a request that was not the last") }
        if case .action = message.reply, line.count > Self.actionLineLimit {
            throw outOfStep("with more than it may send (action)")
        }
        if let part = message.reply.oversizedPart(asAnswerTo: request, limits) {
            throw outOfStep("with more than it may send (\(part))")
        }
        return message.reply
    }

    private func outOfStep(_ how: String) -> ExecutorFailure {
        let failure = ExecutorFailure(
            .died,
            "The executor broke the protocol: it answered \(how). The block interfered with its process.")
        self.failure = failure
        return failure
    }

    private func overtime(_ message: String) -> ExecutorFailure {
        let failure = ExecutorFailure(.timeLimit, message)
        self.failure = failure
        return failure
    }

    private func exhausted() -> ExecutorFailure {
        let seconds = limits.episodeProcessorTime.inSeconds
        // One thread has no more of the processor than of the clock.
        guard limits.episodeWallTime - episodeTime >= limits.episodeProcessorTime * 0.9 else {
            return outOfStep("that its processor time is over, which cannot be")
        }
        return overtime("The episode's blocks used more than \(seconds) seconds of processor time in all.")
    }

    /// What to throw when the worker is gone. That is the doing of the code it ran, unless the process that all executors
    /// come from is gone as well.
    private func failed(_ error: WorkerFailure) async -> any Error {
        if case .closed = error, await worker.ending == .unknown, await isOrphaned() {
            failure = ExecutorFailure(.died, "The executor vanished.")
            return TraceGenError(
                .executorLost,
                "The executor vanished: the process that all executors come from was killed, or the machine had no "
                    + "process or memory left to give. Lower --concurrency if this happens again.")
        }
        let failure =
            switch error {
            case .timedOut:
                ExecutorFailure(
                    .timeLimit, "A block did not end within \(limits.wallTime.inSeconds) seconds.")
            case .lineTooLong(let byteCount):
                ExecutorFailure(
                    .died, "The executor broke the protocol: it sent a line of more than \(byteCount) bytes.")
            case .closed(let lastWords): ended(await worker.ending, lastWords: lastWords)
            }
        self.failure = failure
        return failure
    }

    private func ended(_ ending: WorkerEnding, lastWords: String) -> ExecutorFailure {
        guard ending != .killed(signal: SandboxCommand.processorLimitSignal) else {
            let seconds = limits.processorTime.inSeconds
            return ExecutorFailure(
                .timeLimit, "A block used more than \(seconds) seconds of processor time and would not stop.")
        }
        return ExecutorFailure(.died, "The executor ended while it ran a block: \(lastWords).")
    }
}
