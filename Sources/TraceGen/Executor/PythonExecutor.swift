import Trajectories

/// One episode's namespace in a CPython process of its own. One task at a time may use it.
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

    init(_ worker: WorkerConnection, limits: ExecutorLimits) {
        self.worker = worker
        self.limits = limits
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
    }

    func parse(_ code: String, rules: CodeRules) async throws -> ParsedBlock {
        guard case .parsed(let block) = try await ask(.parse(code, rules)) else {
            throw outOfStep("to parsing")
        }
        return block
    }

    func variables(_ names: [String]) async throws -> [Variable] {
        guard case .variables(let variables) = try await ask(.variables(names)) else {
            throw outOfStep("to showing variables")
        }
        return variables
    }

    func execute(
        _ statement: String, rules: CodeRules, block: Int?,
        action: @Sendable (String) async throws -> ActionReply
    ) async throws -> StatementOutcome {
        var time = block.flatMap { blockTimes[$0] } ?? wholeBlock
        defer { if let block { blockTimes[block] = time } }
        let request = ExecutorRequest.execute(statement, rules, block: block)
        try await begin(request)
        while true {
            switch try await receive(answerTo: request, within: &time) {
            case .outcome(let outcome): return outcome
            case .exhausted: throw exhausted()
            case .action(let text):
                let reply: ActionReply
                do {
                    reply = try await action(text)
                } catch {
                    failure = ExecutorFailure(.died, "The executor was left in the middle of a statement.")
                    throw error
                }
                switch reply {
                case .observation(let observation): try await send(.observation(observation))
                case .stop: try await send(.stop)
                }
            default: throw outOfStep("to executing a statement")
            }
        }
    }
}

extension PythonExecutor {
    private func ask(_ request: ExecutorRequest) async throws -> ExecutorReply {
        var time = wholeBlock
        try await begin(request)
        return try await receive(answerTo: request, within: &time)
    }

    private var wholeBlock: Duration { limits.wallTime + Self.grace }

    /// Sends a request under a number of its own.
    private func begin(_ request: ExecutorRequest) async throws {
        if let failure { throw failure }
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
        return overtime("The episode's blocks used more than \(seconds) seconds of processor time in all.")
    }

    /// What to throw when the worker is gone. Where not even its keeper could tell how, that is no doing of the block's:
    /// the episode has its second try.
    private func failed(_ error: WorkerFailure) async -> any Error {
        if case .closed = error, await worker.ending == .unknown {
            failure = ExecutorFailure(.died, "The executor vanished.")
            return TraceGenError(
                .workerFailed,
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
