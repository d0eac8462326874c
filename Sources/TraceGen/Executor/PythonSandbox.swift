import FoundationEssentials
import Glibc

/// What keeps the policy's code away from the machine.
public enum SandboxMode: Sendable, Hashable {
    /// Bubblewrap, at this path: own namespaces, an unprivileged user, nothing writable, no network, and a filter of
    /// system calls.
    case bubblewrap(program: String)
    /// Nothing but resource limits and, where the kernel allows it, the filter of system calls: the policy's code
    /// can read whatever the user can read. An explicit choice.
    case none
}

/// Starts executors: one CPython process for each episode, inside a sandbox.
///
/// With bubblewrap they are forked by one parent (``ExecutorParent``), which is shared by all copies of this value and
/// ends with the last of them, as do the processes that read code for the host (``CodeReader``).
public struct PythonSandbox: ExecutorSource {
    /// What keeps the policy's code away from the machine.
    public let mode: SandboxMode
    /// What a block and an episode may use up.
    public var limits: ExecutorLimits
    /// The Python that runs the code.
    public let python: PythonInterpreter
    let parent: ExecutorParent?
    private let reader: CodeReader

    /// Makes a sandbox of parts that were found before.
    public init(mode: SandboxMode, limits: ExecutorLimits = ExecutorLimits(), python: PythonInterpreter) {
        self.init(mode: mode, limits: limits, python: python, forks: mode != .none)
    }

    /// - Parameters:
    ///   - forks: whether executors come from one parent; otherwise each is started by itself.
    ///   - groups: where episodes have their control groups; looked for when `nil`.
    init(
        mode: SandboxMode, limits: ExecutorLimits, python: PythonInterpreter, forks: Bool = true,
        groups: ControlGroups? = nil
    ) {
        self.mode = mode
        self.limits = limits
        self.python = python
        let launch = SandboxCommand(mode: mode, python: python).launch(in: nil)
        parent = forks ? ExecutorParent(launch, modules: SandboxCommand.parentModules, groups: groups) : nil
        reader = CodeReader(
            mode == .none ? SandboxCommand(mode: mode, python: python).launch(in: "/") : launch)
    }

    /// Runs `body` with a new executor, whose process ends with it.
    ///
    /// - Parameters:
    ///   - seed: where random numbers inside blocks start.
    ///   - body: what to do with the executor.
    /// - Returns: what `body` returns.
    /// - Throws: what `body` throws; ``TraceGenError`` (`missingProgram`) when the machine does not let the sandbox
    ///   be made, (`workerFailed`) when Python does not start in it.
    public func withExecutor<R: Sendable>(
        seed: UInt64, _ body: @Sendable (any Executor) async throws -> R
    ) async throws -> R {
        for _ in 1..<Self.startLimit {
            do {
                return try await withStartedExecutor(seed: seed, body)
            } catch is Vanished {
                continue
            }
        }
        do {
            return try await withStartedExecutor(seed: seed, body)
        } catch is Vanished {
            throw TraceGenError(
                .workerFailed,
                "The executor's Python (\(python.path)) vanished before it had started, \(Self.startLimit) times. The machine "
                    + "may have no process or memory left to give: lower --concurrency.")
        }
    }

    /// How often one executor is asked for at most.
    private static let startLimit = 3

    /// A forked worker was gone before it could say anything, and nobody could tell how: its parent was dying when it was
    /// asked. Nothing has begun then.
    private struct Vanished: Error {}

    private func withStartedExecutor<R: Sendable>(
        seed: UInt64, _ body: @Sendable (any Executor) async throws -> R
    ) async throws -> R {
        try await withWorker { worker, isOrphaned in
            let isNew = isOrphaned == nil
            let executor = PythonExecutor(
                worker, limits: limits, reader: reader, isOrphaned: isOrphaned ?? { false })
            let isFiltered = try await starting {
                if isNew { try await worker.send(SandboxCommand.modules.dropLast()) }
                do {
                    return try await executor.start(seed: seed, filter: SandboxCommand.filter)
                } catch let failure as WorkerFailure {
                    if case .closed = failure, !isNew, await worker.ending == .unknown { throw Vanished() }
                    throw failure
                }
            }
            guard isFiltered || mode == .none else { throw Self.noFilter }
            return try await body(executor)
        }
    }

    /// Starts an executor and ends it again, so that what keeps them from starting is known before anything else begins.
    /// - Throws: ``TraceGenError`` as ``withExecutor(seed:_:)``.
    public func probe() async throws {
        try await withExecutor(seed: 0) { _ in }
    }

    /// Runs `body` with a forked worker, and a way to tell whether its parent is gone; or with a new one that has no
    /// modules yet.
    private func withWorker<R: Sendable>(
        _ body:
            @Sendable (_ worker: WorkerConnection, _ isOrphaned: (@Sendable () async -> Bool)?) async throws
            -> R
    ) async throws -> R {
        let forked = try await starting { try await parent?.fork(within: limits) }
        if let forked, let line = forked.line.take() {
            return try await SocketLink.withLink(over: line, keeper: forked.keeper) { link in
                try await body(
                    WorkerConnection(link, lineByteLimit: WorkerLaunch.defaultLineByteLimit),
                    forked.isOrphaned)
            }
        }
        let directory = try mode == .none ? TemporaryDirectory() : nil
        defer { directory?.remove() }
        let launch = SandboxCommand(mode: mode, python: python).launch(in: directory?.path)
        return try await launch.withWorker { try await body($0, nil) }
    }

    /// Words what keeps an executor from starting.
    private func starting<R: Sendable>(_ work: @Sendable () async throws -> R) async throws -> R {
        do {
            return try await work()
        } catch WorkerFailure.closed(let lastWords) where lastWords.hasPrefix("bwrap:") {
            throw TraceGenError(
                .missingProgram,
                "bubblewrap is installed but cannot make a sandbox on this machine; in a container, or where user"
                    + " namespaces are turned off, it is not allowed to. Allow it (docker run --privileged; or"
                    + " sysctl kernel.unprivileged_userns_clone=1 kernel.apparmor_restrict_unprivileged_userns=0),"
                    + " \(Self.withoutIsolation)", cause: lastWords)
        } catch let error where error is TraceGenError || error is Vanished {
            throw error
        } catch let error where !(error is CancellationError) {
            throw TraceGenError(
                .workerFailed, "The executor's Python (\(python.path)) did not start.", cause: "\(error)")
        }
    }

    private static let noFilter = TraceGenError(
        .missingProgram,
        "The kernel of this machine has no filter for system calls (seccomp), which the sandbox needs. Use"
            + " another kernel, \(withoutIsolation)")

    fileprivate static let withoutIsolation =
        "or pass --sandbox none to run the policy's code without isolation, with your own rights."
}

extension SandboxMode {
    /// Finds bubblewrap, in the places where distributions put it and then on the PATH.
    ///
    /// - Parameter path: the directories to search last, separated by colons.
    /// - Returns: the mode that uses it.
    /// - Throws: ``TraceGenError`` (`missingProgram`) saying how to install it.
    public static func findBubblewrap(path: String?) throws -> SandboxMode {
        try findBubblewrap(
            in: ["/usr/bin", "/usr/local/bin"] + (path ?? "").split(separator: ":").map(String.init))
    }

    static func findBubblewrap(in directories: [String]) throws -> SandboxMode {
        for directory in directories where access("\(directory)/bwrap", X_OK) == 0 {
            return .bubblewrap(program: "\(directory)/bwrap")
        }
        throw TraceGenError(
            .missingProgram,
            "The policy's code runs in a sandbox, and bubblewrap (bwrap) is not installed. Install bubblewrap:"
                + " apt-get install bubblewrap; \(PythonSandbox.withoutIsolation)")
    }
}

/// An empty directory for a worker without a sandbox to stand in.
private struct TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/recode-data-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw TraceGenError(
                .workerFailed,
                "No temporary directory could be made in /tmp (error \(errno)). Free some space there.")
        }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    func remove() {
        try? FileManager.default.removeItem(atPath: path)
    }
}
