import Synchronization

/// A place for one worker at a time: does what it is asked in the order it came, starting a worker where there is none.
///
/// A worker that crashes or hangs takes its sessions with it. Whoever asked it then is told so (`workerFailed`), the
/// others at their next request (`workerLost`), and the next request that needs no session brings a fresh one.
final class WorkerPlace<Worker: Sendable>: Sendable {
    /// How the worker is called in messages: `ScienceWorld`.
    private let title: String
    private let queue = RequestQueue<Worker>()

    init(of title: String) {
        self.title = title
    }

    /// Has the worker do something.
    ///
    /// - Parameters:
    ///   - life: the worker it must be; `nil` for any, a fresh one where there is none.
    ///   - work: what is done with it.
    /// - Returns: what `work` returned, and which worker that was.
    /// - Throws: what `work` throws; ``TraceGenError`` (`workerLost`) when that worker is gone, (`workerUnavailable`) when
    ///   none starts; `CancellationError`.
    func ask<Answer: Sendable>(
        in life: Int? = nil, _ work: @escaping @Sendable (Worker) async throws -> Answer
    ) async throws -> (answer: Answer, life: Int) {
        let reply = Reply<(answer: Answer, life: Int)>()
        let request = WorkerRequest<Worker>(life: life) { worker, life in
            do {
                reply.resume(with: .success((try await work(worker), life)))
                return true
            } catch {
                reply.resume(with: .failure(error))
                return (error as? TraceGenError)?.leavesWorkerUsable ?? false
            }
        } refuse: {
            reply.resume(with: .failure($0))
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                reply.wait(continuation)
                if !queue.append(request) { request.refuse(CancellationError()) }
            }
        } onCancel: {
            queue.remove(request)
            // One that is being done ends by itself: it has a time limit.
            if !request.isBegun { request.refuse(CancellationError()) }
        }
    }

    /// Has the worker do something and does not wait for it.
    func tell(in life: Int, _ work: @escaping @Sendable (Worker) async throws -> Void) {
        let request = WorkerRequest<Worker>(life: life) { worker, _ in
            (try? await work(worker)) != nil
        } refuse: { _ in
        }
        _ = queue.append(request)
    }

    /// Does what comes in, until the task is cancelled; then refuses the rest.
    /// - Parameter connect: makes a worker of a process that was started.
    func serve(
        _ launch: WorkerLaunch, _ connect: @Sendable (WorkerConnection) async throws -> Worker
    ) async {
        var life = 0
        while let first = await queue.next() {
            guard first.life == nil else {
                first.refuse(lost)
                continue
            }
            life += 1
            do {
                try await launch.withWorker { [life] connection in
                    await serve(try await connect(connection), life, from: first)
                }
            } catch {
                // Where the first request was done, this is about the end of a worker, which concerns nobody.
                first.refuse(Task.isCancelled ? CancellationError() : unavailable(error))
            }
        }
        for request in queue.close() { request.refuse(CancellationError()) }
    }

    /// Does one request after another until the worker is of no more use.
    private func serve(_ worker: Worker, _ life: Int, from first: WorkerRequest<Worker>) async {
        var request = first
        while true {
            if let needed = request.life, needed != life {
                request.refuse(lost)
            } else if await !request.perform(worker, life) {
                return
            }
            guard let next = await queue.next() else { return }
            request = next
        }
    }

    private var lost: TraceGenError {
        TraceGenError(
            .workerLost, "The \(title) worker of this episode ended while it played another one.")
    }

    private func unavailable(_ error: any Error) -> TraceGenError {
        guard let error = error as? TraceGenError else {
            return TraceGenError(
                .workerUnavailable, "The \(title) worker cannot be started.", cause: "\(error)")
        }
        return TraceGenError(.workerUnavailable, error.message, cause: error.cause)
    }
}

/// Something a worker is asked to do.
private final class WorkerRequest<Worker: Sendable>: Sendable {
    /// The worker it must be; `nil` for any.
    let life: Int?
    /// Tells whoever waits that it will not be done; of no effect once it has been.
    let refuse: @Sendable (any Error) -> Void
    private let work: @Sendable (Worker, Int) async -> Bool
    private let begun = Atomic(false)

    init(
        life: Int?, _ work: @escaping @Sendable (Worker, Int) async -> Bool,
        refuse: @escaping @Sendable (any Error) -> Void
    ) {
        self.life = life
        self.work = work
        self.refuse = refuse
    }

    var isBegun: Bool { begun.load(ordering: .sequentiallyConsistent) }

    /// Does it.
    /// - Returns: whether the worker is of further use.
    func perform(_ worker: Worker, _ life: Int) async -> Bool {
        begun.store(true, ordering: .sequentiallyConsistent)
        return await work(worker, life)
    }
}

/// An answer somebody waits for; the first one counts.
private final class Reply<Answer: Sendable>: Sendable {
    private enum State {
        case open
        case waiting(CheckedContinuation<Answer, any Error>)
        case settled(Result<Answer, any Error>)
        case delivered
    }

    private let state = Mutex(State.open)

    func wait(_ continuation: CheckedContinuation<Answer, any Error>) {
        let settled = state.withLock { state -> Result<Answer, any Error>? in
            guard case .settled(let result) = state else {
                state = .waiting(continuation)
                return nil
            }
            state = .delivered
            return result
        }
        if let settled { continuation.resume(with: settled) }
    }

    func resume(with result: Result<Answer, any Error>) {
        let continuation = state.withLock { state -> CheckedContinuation<Answer, any Error>? in
            switch state {
            case .open: state = .settled(result)
            case .waiting(let continuation):
                state = .delivered
                return continuation
            case .settled, .delivered: break
            }
            return nil
        }
        continuation?.resume(with: result)
    }
}

/// Requests in the order they came, for one who does them.
///
/// As long as its longest moment: one request of each session.
private final class RequestQueue<Worker: Sendable>: Sendable {
    private struct State {
        var requests: [WorkerRequest<Worker>] = []
        var waiter: CheckedContinuation<Void, Never>?
        var isClosed = false
    }

    private let state = Mutex(State())

    /// - Returns: whether it was taken; not after closing.
    func append(_ request: WorkerRequest<Worker>) -> Bool {
        wake { state in
            guard !state.isClosed else { return false }
            state.requests.append(request)
            return true
        }
    }

    func remove(_ request: WorkerRequest<Worker>) {
        state.withLock { $0.requests.removeAll { $0 === request } }
    }

    /// The next request; waits for one. `nil` when the task is cancelled.
    func next() async -> WorkerRequest<Worker>? {
        while !Task.isCancelled {
            let request = state.withLock { $0.requests.isEmpty ? nil : $0.requests.removeFirst() }
            if let request { return request }
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let isNeedless = state.withLock { state in
                        guard state.requests.isEmpty, !Task.isCancelled else { return true }
                        state.waiter = continuation
                        return false
                    }
                    if isNeedless { continuation.resume() }
                }
            } onCancel: {
                wake { _ in }
            }
        }
        return nil
    }

    /// Takes no more.
    /// - Returns: what was not done.
    func close() -> [WorkerRequest<Worker>] {
        state.withLock { state in
            state.isClosed = true
            defer { state.requests = [] }
            return state.requests
        }
    }

    /// Changes the state and lets whoever waits look at it.
    private func wake<Result>(_ change: (inout sending State) -> sending Result) -> Result {
        let (result, waiter) = state.withLock { state in
            let result = change(&state)
            return (result, state.waiter.take())
        }
        waiter?.resume()
        return result
    }
}
