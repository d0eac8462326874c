import CSandbox
import Glibc
import Subprocess
import SystemPackage

/// A Python in its sandbox that has loaded everything and forks an executor for each episode, which saves starting and
/// loading Python anew.
///
/// Starts at the first request, is started again should it die, and ends with this object: its standard input is a
/// socket that nobody else holds. executor_parent.py says how it works.
actor ExecutorParent {
    private let launch: WorkerLaunch
    private let modules: [UInt8]
    private let groups: ControlGroups?
    private var starting: Task<ControlSocket?, any Error>?

    /// How long it may take to load its modules, on a busy machine too.
    private static let startLimit = Duration.seconds(60)

    /// - Parameters:
    ///   - launch: how it is started.
    ///   - modules: what it reads first, the parent's module among them.
    ///   - groups: where episodes have their control groups; looked for when `nil`.
    init(_ launch: WorkerLaunch, modules: [UInt8], groups: ControlGroups?) {
        self.launch = launch
        self.modules = modules
        self.groups = groups
    }

    /// Its sandbox's process, where it runs.
    var process: pid_t? {
        get async { try? await starting?.value?.process }
    }

    /// How the memory of episodes is limited in addition to the executors' own limits; `nil` where no parent runs.
    var controlGroups: ControlGroupsFound? {
        get async { try? await starting?.value?.groups }
    }

    /// Asks for one executor.
    ///
    /// - Parameter limits: what it may use up.
    /// - Returns: the lines to it and to its keeper; `nil` on a machine that does not let sandboxes divide themselves
    ///   further, where each executor needs a sandbox of its own.
    /// - Throws: ``WorkerFailure`` when the parent does not start or dies again and again.
    func fork(within limits: ExecutorLimits) async throws -> ForkedExecutor? {
        for _ in 0..<2 {
            let start =
                starting
                ?? Task { [launch, modules, groups] in
                    try await Self.start(launch, modules, groups)
                }
            starting = start
            let control: ControlSocket?
            do {
                control = try await start.value
            } catch {
                if starting == start { starting = nil }
                throw error
            }
            guard let control else { return nil }
            if let executor = try await control.ask(limits) { return executor }
            if starting == start { starting = nil }
        }
        throw WorkerFailure.closed(lastWords: "The executors' parent process dies as soon as it is started.")
    }

    private static func start(
        _ launch: WorkerLaunch, _ modules: [UInt8], _ groups: ControlGroups?
    ) async throws -> ControlSocket? {
        let pair = try SocketPair()
        // Opened once for all, so that executors need no /proc of their own to say which user they are.
        let processes = OwnedDescriptor(open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC))
        guard pair.ours.send(modules), pair.ours.send(descriptors: [processes]) == 0 else {
            throw WorkerFailure.closed(
                lastWords: "A socket of this machine takes less than \(modules.count) bytes.")
        }
        let (states, report) = AsyncStream.makeStream(of: ParentState.self)
        let input = FileDescriptor(rawValue: pair.theirs.take() ?? -1)
        // Not a child task: it lives as long as its socket is held, and ends by itself.
        Task {
            do {
                _ = try await Subprocess.run(
                    launch.configuration, input: .fileDescriptor(input, closeAfterSpawningProcess: true),
                    output: .sequence, error: .sequence
                ) { execution in
                    try await watch(execution, errorByteLimit: launch.errorByteLimit, report)
                }
            } catch {
                report.yield(.ended("\(error)"))
            }
            report.finish()
        }
        for await state in states {
            switch state {
            case .ready(let process):
                let found = if let groups { ControlGroupsFound.success(groups) } else { await Self.groups() }
                return ControlSocket(pair.ours, of: process, found)
            case .alone: return nil
            case .ended(let words): throw WorkerFailure.closed(lastWords: words)
            }
        }
        throw WorkerFailure.closed(lastWords: "")
    }

    private static func groups() async -> ControlGroupsFound {
        do {
            return .success(try await ControlGroups.make())
        } catch {
            return .failure(
                error as? ControlGroups.Unavailable ?? ControlGroups.Unavailable(description: "\(error)"))
        }
    }

    /// Tells what becomes of a parent that was started, until it has ended.
    private static func watch(
        _ execution: Execution<FileDescriptorInput, SequenceOutput, SequenceOutput>, errorByteLimit: Int,
        _ report: AsyncStream<ParentState>.Continuation
    ) async throws {
        let lastWords = LastWords(byteLimit: errorByteLimit)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await lastWords.collect(from: execution.standardError) }
            group.addTask {
                guard (try? await Task.sleep(for: startLimit)) != nil else { return }
                report.yield(.ended("It did not start within \(startLimit.inSeconds) seconds."))
            }
            var said: [UInt8] = []
            for try await chunk in execution.standardOutput {
                chunk.withUnsafeBytes { said += $0 }
                if let state = ParentState(said, by: execution.processIdentifier.value) {
                    report.yield(state)
                }
            }
            report.yield(.ended(await lastWords.text()))
            group.cancelAll()
        }
    }
}

/// Where episodes have their control groups, or why they have none.
typealias ControlGroupsFound = Result<ControlGroups, ControlGroups.Unavailable>

/// The lines to a forked executor.
struct ForkedExecutor: Sendable {
    var line: OwnedDescriptor
    var keeper: KeeperLine
    /// Whether the parent that forked it is gone.
    var isOrphaned: @Sendable () async -> Bool
}

/// What the parent has said so far.
private enum ParentState: Sendable {
    case ready(process: pid_t)
    /// It runs, and can make no executors of its own.
    case alone
    case ended(String)

    /// - Parameters:
    ///   - said: its standard output; `nil` comes of less than a line.
    ///   - process: its own number.
    init?(_ said: [UInt8], by process: pid_t) {
        switch String(decoding: said, as: UTF8.self) {
        case "ready\n": self = .ready(process: process)
        case "alone\n": self = .alone
        default: return nil
        }
    }
}

/// Where requests go. The parent ends when this is gone.
private final class ControlSocket: Sendable {
    let process: pid_t
    let groups: ControlGroupsFound
    private let socket: OwnedDescriptor

    init(
        _ socket: OwnedDescriptor, of process: pid_t,
        _ groups: ControlGroupsFound
    ) {
        self.socket = socket
        self.process = process
        self.groups = groups
    }

    /// Sends one request, waiting while the parent has too many before it.
    /// - Returns: `nil` when the parent is gone.
    func ask(_ limits: ExecutorLimits) async throws -> ForkedExecutor? {
        let line = try SocketPair()
        let keeper = try SocketPair()
        let group = try? groups.get().makeGroup(memoryByteCount: limits.memoryByteCount)
        // Executors do the same with and without a group, so that memory lies the same in them.
        let joining = try group?.openForJoining() ?? OwnedDescriptor(open("/dev/null", O_WRONLY | O_CLOEXEC))
        let deadline = ContinuousClock.now + Self.patience
        while true {
            let error = socket.send(descriptors: [line.theirs, keeper.theirs, joining])
            guard error != 0 else {
                return ForkedExecutor(
                    line: line.ours, keeper: KeeperLine(keeper.ours, group: group),
                    isOrphaned: { await !self.answers(limits) })
            }
            guard [EAGAIN, EINTR, ETOOMANYREFS].contains(error), ContinuousClock.now < deadline else {
                group?.remove()
                return nil
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    /// Whether the parent is there: it makes an executor that nobody wants, whose keeper tells of its end. Nothing in an
    /// executor can keep it from that.
    private func answers(_ limits: ExecutorLimits) async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                guard let executor = try? await self.ask(limits) else { return false }
                executor.keeper.hangUp()
                return await executor.keeper.remains().ending != .unknown
            }
            group.addTask {
                _ = try? await Task.sleep(for: Self.patience)
                return false
            }
            defer { group.cancelAll() }
            return await group.next() ?? false
        }
    }

    /// How long a parent may take to answer before it counts as gone.
    private static let patience = Duration.seconds(120)
}

/// Two ends of one line.
private struct SocketPair {
    let ours: OwnedDescriptor
    let theirs: OwnedDescriptor

    init() throws {
        var ends: [CInt] = [-1, -1]
        let kind = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
            throw TraceGenError(
                .workerFailed,
                "No line to an executor could be opened: \(String(cString: strerror(errno))). Raise the number of"
                    + " open files (ulimit -n), or lower --concurrency.")
        }
        ours = OwnedDescriptor(ends[0])
        theirs = OwnedDescriptor(ends[1])
    }
}
