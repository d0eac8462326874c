import FoundationEssentials
import Glibc
import Testing

@testable import TraceGen

/// The keeper tells how an executor ended, whatever the executor does: only then is its end the policy's doing.
@Suite(.serialized) struct ExecutorKeeperTests {
    /// What ends an executor here is not to be its processor time.
    private static let ampleTime: ExecutorLimits = {
        var limits = TestSandbox.limits
        limits.processorTime = .seconds(30)
        return limits
    }()

    @Test func theCodeIsAloneWithAFirstProcessThatDoesNothing() async throws {
        let code = """
            import os
            def is_there(process):
                try:
                    os.getsid(process)
                    return True
                except ProcessLookupError:
                    return False
            print(os.getpid(), os.getppid(), os.getpgid(0), os.getsid(0), os.getpgid(1), os.getsid(1))
            print(os.getresuid(), os.getresgid(), [process for process in range(-5, 1000) if process and is_there(process)])
            """
        let printed = try await TestSandbox.withExecutor { try await $0.complete(code).printed }
        #expect(
            printed == ["2 0 2 2 0 0", "(65534, 65534, 65534) (65534, 65534, 65534) [1, 2]"])
    }

    @Test func noProcessOfAnExecutorHasACapabilityOrAnotherUser() async throws {
        let sandbox = PythonSandbox(
            mode: try .findBubblewrap(path: nil), limits: TestSandbox.limits, python: try await .find())
        try await sandbox.withExecutor(seed: 1) { executor in
            try await executor.complete("x = 1")
            let parent = try #require(await sandbox.parent?.process)
            // The parent, the copy that waits for the next request, the keeper, the first process, the executor.
            var pythons = Self.pythons(below: parent)
            let deadline = ContinuousClock.now + .seconds(30)
            while pythons.count < 5, ContinuousClock.now < deadline { pythons = Self.pythons(below: parent) }
            #expect(pythons.count == 5)
            let user = geteuid() == 0 ? "65534" : "\(geteuid())"
            for process in pythons {
                for name in ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"] {
                    #expect(Self.field(name, of: process) == "0000000000000000")
                }
                #expect(Self.field("Uid", of: process) == "\(user)\t\(user)\t\(user)\t\(user)")
                #expect(Self.field("NoNewPrivs", of: process) == "1")
            }
            let executors = pythons.filter { Self.field("Seccomp", of: $0) == "2" }
            #expect(executors.count == 1)
            for process in executors {
                #expect(Self.field("THP_enabled", of: process) != "1")
                let map = Self.text("/proc/\(process)/uid_map").split(whereSeparator: \.isWhitespace)
                #expect(map == ["65534", Substring(user), "1"])
                let keeper = try #require(Self.field("PPid", of: process))
                #expect(Self.session(of: process) != Self.session(of: Int32(keeper) ?? 0))
                // The executor has a number in one namespace more than its keeper.
                let numbers = { (process: Int32) in
                    Self.field("NSpid", of: process)?.split(separator: "\t").count
                }
                #expect(numbers(process) == numbers(Int32(keeper) ?? 0).map { $0 + 1 })
            }
        }
    }

    private static func pythons(below process: Int32) -> [Int32] {
        var pythons: [Int32] = []
        var waiting = [process]
        while let process = waiting.popLast() {
            waiting += ProcessTable.children(of: process)
            if field("Name", of: process)?.hasPrefix("python") == true { pythons.append(process) }
        }
        return pythons
    }

    private static func text(_ path: String) -> String {
        (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    }

    private static func field(_ name: String, of process: Int32) -> String? {
        text("/proc/\(process)/status").split(separator: "\n").first { $0.hasPrefix("\(name):") }
            .map { String($0.dropFirst(name.count + 1).drop(while: \.isWhitespace)) }
    }

    private static func session(of process: Int32) -> pid_t { getsid(process) }

    /// Attacks on the keeper, and how the executor that made them ends when it is told to end afterwards.
    private static let attacks = [
        // Signals for a descriptor, at every process there could be.
        """
        import fcntl, os, signal, time
        for fd in range(6):
            for process in [1, -1, 0, *range(-9, 400)]:
                for command, value in ((fcntl.F_SETOWN, process), (10, signal.SIGINT), (fcntl.F_SETFL, os.O_ASYNC)):
                    try:
                        fcntl.fcntl(fd, command, value)
                        print('allowed', fd, command, value)
                    except OSError:
                        pass
        """,
        // The owner as a structure, and the signal of a terminal or a socket.
        """
        import fcntl, os, struct
        for fd in range(5):
            for kind in range(3):
                for attempt in (lambda: fcntl.fcntl(fd, 15, struct.pack('ii', kind, 1)),
                        lambda: fcntl.ioctl(fd, 0x8901, struct.pack('i', 1)), lambda: fcntl.ioctl(fd, 0x5452, struct.pack('i', 1))):
                    try:
                        attempt()
                        print('allowed', fd, kind)
                    except OSError:
                        pass
        """,
        // Limits of others.
        """
        import resource
        for process in range(1, 400):
            for limit in (resource.RLIMIT_CPU, resource.RLIMIT_AS, resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE):
                try:
                    resource.prlimit(process, limit, (0, 0))
                    print('allowed', process)
                except OSError:
                    pass
        """,
        // Every way to send a signal.
        """
        import ctypes, os, signal
        libc = ctypes.CDLL(None, use_errno=True)
        for process in (1, 2, -1, 0, 3):
            for number in (signal.SIGKILL, signal.SIGSTOP, signal.SIGINT, signal.SIGXCPU):
                for attempt in (lambda: libc.kill(process, number), lambda: libc.syscall(200, process, number),
                        lambda: libc.syscall(234, process, process, number), lambda: libc.syscall(129, process, number, bytes(128)),
                        lambda: libc.syscall(424, 0, number, None, 0), lambda: libc.syscall(434, process, 0)):
                    if attempt() != -1:
                        print('allowed', process)
        """,
        // A flood of what the keeper reads.
        """
        import os
        sent = 0
        try:
            while sent < 1 << 28:
                sent += os.write(2, b'x' * 65536)
        except OSError:
            pass
        """,
        // Nothing left that is open, but for the line to the host.
        "import os\nos.closerange(0, 3)",
    ]

    @Test(arguments: attacks)
    func anAttackOnTheKeeperLeavesItToTell(attack: String) async throws {
        let thrown = await #expect(throws: ExecutorFailure.self) {
            try await TestSandbox.withExecutor(limits: Self.ampleTime) { executor in
                #expect(try await executor.complete(attack).printed.filter { $0.hasPrefix("allowed") } == [])
                try await executor.complete("import os\nos._exit(9)")
            }
        }
        #expect(thrown?.code == .died)
        #expect(thrown?.message.hasSuffix("exit status 9.") == true)
        #expect(
            try await TestSandbox.withExecutor { try await $0.complete("print('next')").printed } == ["next"])
    }

    @Test(arguments: [
        ("import ctypes\nctypes.string_at(0)", "killed by signal 11."),
        ("import os\nos.write(2, b'last words')\nos._exit(7)", "last words\nexit status 7."),
        ("import os\nos.closerange(0, 64)", "exit status 70."),
        (
            "import ctypes\nctypes.CDLL(None).syscall(0x40000000 + 39)",
            "killed by signal 31."
        ),
        (
            "import os\ntry:\n    while True:\n        os.write(2, b'x' * 65536)\nexcept OSError:\n    os._exit(5)",
            "exit status 5."
        ),
    ])
    func everyEndIsTold(code: String, ending: String) async throws {
        #if !arch(x86_64)
            if code.contains("0x40000000") { return }
        #endif
        let failure = await #expect(throws: ExecutorFailure.self) {
            try await TestSandbox.withExecutor(limits: Self.ampleTime) { try await $0.complete(code) }
        }
        #expect(failure?.code == .died)
        #expect(failure?.message.hasSuffix(ending) == true, "\(failure?.message.suffix(100) ?? "")")
    }

    /// From outside, as nothing inside can: the end of the first process is the executor's end, and told as such.
    @Test func theEndOfTheFirstProcessIsTold() async throws {
        let sandbox = PythonSandbox(
            mode: try .findBubblewrap(path: nil), limits: TestSandbox.limits, python: try await .find())
        let failure = await #expect(throws: ExecutorFailure.self) {
            try await sandbox.withExecutor(seed: 1) { executor in
                try await executor.complete("x = 1")
                let parent = try #require(await sandbox.parent?.process)
                for process in Self.pythons(below: parent) {
                    let numbers = Self.field("NSpid", of: process)?.split(separator: "\t") ?? []
                    if numbers.count == 3, numbers.last == "1" { kill(process, SIGKILL) }
                }
                try await executor.complete("import time\ntime.sleep(20)")
            }
        }
        #expect(
            failure == ExecutorFailure(.died, "The executor ended while it ran a block: killed by signal 9."))
        try await sandbox.withExecutor(seed: 1) { _ = try await $0.complete("x = 2") }
    }

    @Test func executorsThatDieLeaveTheParentRunning() async throws {
        let sandbox = PythonSandbox(
            mode: try .findBubblewrap(path: nil), limits: TestSandbox.limits, python: try await .find())
        for _ in 0..<3 {
            await #expect(throws: ExecutorFailure.self) {
                try await sandbox.withExecutor(seed: 1) { try await $0.complete("import os\nos._exit(1)") }
            }
        }
        let process = await sandbox.parent?.process
        #expect(
            try await sandbox.withExecutor(seed: 1) { try await $0.complete("print(1)").printed } == ["1"])
        #expect(await sandbox.parent?.process == process)
    }
}
