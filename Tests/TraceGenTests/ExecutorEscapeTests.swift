import Glibc
import Testing

@testable import TraceGen

/// What an attempt to get out, or to take the machine along, has to come to.
enum Containment: Sendable {
    /// The statement ends well and prints exactly this.
    case prints([String])
    /// It raises, and the traceback ends with this.
    case raises(String)
    /// It runs into a limit of its block, and the traceback ends with this.
    case isLimited(String)
    /// The executor is gone, and says why in a message that holds this.
    case fails(ExecutorFailure.Code, String)
}

/// Attempts of the policy's code to escape, each contained and reported, in the real sandbox.
@Suite(.serialized) struct ExecutorEscapeTests {
    private func expect(
        _ statement: String, _ containment: Containment, limits: ExecutorLimits = TestSandbox.limits,
        location: SourceLocation = #_sourceLocation
    ) async throws {
        let outcome = try await TestSandbox.withExecutor(limits: limits) { executor in
            try await Self.outcome(of: statement, in: executor)
        }
        switch (containment, outcome) {
        case (.prints(let lines), .success(.completed(let result))):
            #expect(result.printed == lines, sourceLocation: location)
        case (.raises(let ending), .success(.raised(_, let traceback))):
            #expect(traceback.hasSuffix(ending), sourceLocation: location)
        case (.isLimited(let ending), .success(.limited(_, let traceback))):
            #expect(traceback.hasSuffix(ending), sourceLocation: location)
        case (.fails(let code, let part), .failure(let failure)):
            #expect(failure.code == code, sourceLocation: location)
            #expect(failure.message.contains(part), sourceLocation: location)
        default:
            Issue.record("\(statement) came to \(outcome)", sourceLocation: location)
        }
        _ = try await TestSandbox.withExecutor { try await $0.complete("still = 'here'") }
    }

    /// What a statement comes to; an executor that failed must go on failing with the same words.
    private static func outcome(
        of statement: String, in executor: any Executor
    ) async throws -> Result<StatementOutcome, ExecutorFailure> {
        do {
            return .success(try await executor.run(statement))
        } catch let failure as ExecutorFailure {
            await #expect(throws: failure) { try await executor.parse("x = 1") }
            return .failure(failure)
        }
    }

    private static let refused = Containment.raises("PermissionError: [Errno 1] Operation not permitted")

    @Test(arguments: [
        ("import os\nos.fork()", refused),
        ("import os\nwhile True:\n    os.fork()", refused),
        ("import os\nos.execv('/usr/bin/env', ['env'])", refused),
        (
            "import os\nos.posix_spawn('/usr/bin/env', ['env'], {})",
            .raises("PermissionError: [Errno 1] Operation not permitted: '/usr/bin/env'")
        ),
        ("import os\nprint(os.system('id') != 0)", .prints(["True"])),
        ("import subprocess\nsubprocess.run(['id'])", refused),
        (
            "import threading\nthreading.Thread(target=print).start()",
            .raises("RuntimeError: can't start new thread")
        ),
        ("import multiprocessing\nmultiprocessing.Process(target=print).start()", refused),
        ("import ctypes\nprint(ctypes.CDLL(None).fork(), ctypes.CDLL(None).vfork())", .prints(["-1 -1"])),
    ])
    func nothingIsStarted(statement: String, containment: Containment) async throws {
        try await expect(statement, containment)
    }

    @Test(arguments: [
        ("import os\nos.kill(os.getppid(), 9)", refused), ("import os\nos.kill(1, 9)", refused),
        ("import os\nos.kill(-1, 9)", refused), ("import os\nos.kill(os.getpid(), 9)", refused),
        (
            "import signal\nsignal.raise_signal(9)",
            .raises("PermissionError: [Errno 1] Operation not permitted")
        ),
        ("import os\nprint(os.getpid(), os.getppid())", .prints(["2 0"])),
        ("import os\nos._exit(0)", .fails(.died, "exit status 0")),
        ("import os\nos.abort()", .fails(.died, "killed by signal 11")),
        ("import ctypes\nctypes.string_at(0)", .fails(.died, "killed by signal 11")),
        ("import sys\nsys.exit(5)", .raises("SystemExit: 5")),
    ])
    func nobodyIsKilledButTheWorkerItself(statement: String, containment: Containment) async throws {
        try await expect(statement, containment)
    }

    @Test func noNetworkIsReached() async throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let port = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                _ =
                    bind(listener, pointer, size) == 0 && listen(listener, 8) == 0
                    && getsockname(listener, pointer, &size) == 0
            }
            return UInt16(bigEndian: $0.pointee.sin_port)
        }
        #expect(port != 0)
        for target in ["('127.0.0.1', \(port))", "('1.1.1.1', 53)"] {
            try await expect("import socket\nsocket.create_connection(\(target), 5)", Self.refused)
        }
        for family in ["AF_UNIX", "AF_INET6", "AF_NETLINK", "AF_PACKET"] {
            try await expect("import socket\nsocket.socket(socket.\(family), socket.SOCK_RAW)", Self.refused)
        }
        try await expect("import socket\nsocket.socketpair()", Self.refused)
        try await expect(
            "import urllib.request\nurllib.request.urlopen('http://127.0.0.1:\(port)/')",
            .raises("URLError: <urlopen error [Errno 1] Operation not permitted>"))
    }

    @Test func theHostsFilesAreNotThere() async throws {
        let paths = [
            "/root/.ssh", "/home", "/etc/passwd", "/etc/hostname", "/var", "/tmp", "/proc/self/environ",
            "/proc/1/environ", "/proc/2/fd", "/sys", "/dev/sda", "/dev/tty", "/dev/mem", "/dev/shm", "/run",
            "/mnt",
        ]
        try await expect(
            "import os\nprint([path for path in \(paths) if os.path.exists(path)])", .prints(["[]"]))
        // The Python may have been installed elsewhere; then its own directory is there too, and nothing beside it.
        let libraries = "{'lib', 'lib32', 'lib64', sys.base_prefix.split('/')[1]} - {'usr'}"
        try await expect(
            "import os, sys\nprint(sorted(set(os.listdir('/')) - (\(libraries))), os.listdir('/etc'), os.getcwd())",
            .prints(["['dev', 'etc', 'usr'] ['ld.so.cache'] /"]))
        try await expect(
            "import os, socket\nprint(os.getuid(), os.getgid(), os.getgroups() in ([], [65534]), socket.gethostname())",
            .prints(["65534 65534 True sandbox"]))
    }

    @Test func theHostsEnvironmentIsNotThere() async throws {
        setenv("RECODE_TEST_CANARY", "canary-7f3a", 1)
        try await expect(
            """
            import os, ctypes
            found = ['canary' in str(dict(os.environ)), bool(os.environ)]
            environ = ctypes.POINTER(ctypes.c_char_p).in_dll(ctypes.CDLL(None), 'environ')
            i = 0
            while environ and environ[i]:
                found.append(b'canary' in environ[i])
                i += 1
            print(any(found))
            """, .prints(["False"]))
        try await expect(
            "open('/proc/self/environ')",
            .raises("FileNotFoundError: [Errno 2] No such file or directory: '/proc/self/environ'"))
        try await expect("import os\nos.listdir('/proc')", .raises("No such file or directory: '/proc'"))
    }

    @Test func nothingIsWritten() async throws {
        try await expect(
            """
            import os
            written = []
            for place in ['/', '/tmp', '/usr', '/usr/bin', '/dev', '/etc', '/lib', '/var/tmp', '.']:
                for attempt in (
                    lambda: open(place + '/mine', 'w').write('x'), lambda: os.mkdir(place + '/mine'),
                    lambda: os.symlink('/', place + '/mine'), lambda: os.mkfifo(place + '/mine'),
                ):
                    try:
                        attempt()
                        written.append(place)
                    except OSError:
                        pass
            print(written)
            """, .prints(["[]"]))
        for call in ["os.memfd_create('x')", "os.chroot('/usr')", "os.unlink('/usr/bin/env')"] {
            try await expect(
                "import os\ntry:\n    \(call)\nexcept OSError as error:\n    print('no')", .prints(["no"]))
        }
    }

    @Test(
        arguments: [
            (
                "while True:\n    pass",
                .isLimited("ProcessorTimeLimit: the block used more than 0.5 seconds of processor time")
            ),
            (
                "sum(0 for _ in iter(int, 1))",
                .isLimited("ProcessorTimeLimit: the block used more than 0.5 seconds of processor time")
            ),
            (
                "re.match('(a+)+$', 'a' * 40 + 'b')",
                .isLimited("ProcessorTimeLimit: the block used more than 0.5 seconds of processor time")
            ),
            (
                "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass",
                .fails(.timeLimit, "A block used more than 0.5 seconds of processor time and would not stop.")
            ),
            (
                "sum(range(10 ** 14))",
                .fails(.timeLimit, "A block used more than 0.5 seconds of processor time and would not stop.")
            ),
            (
                "try:\n    print(10 ** 100_000)\nexcept ValueError:\n    print('too long')",
                .prints(["too long"])
            ),
        ] as [(String, Containment)])
    func endlessWorkEnds(statement: String, containment: Containment) async throws {
        try await expect(statement, containment)
    }

    @Test func hugeNumbersArePrintedWithinTheLimits() async throws {
        let statement = "import sys\nsys.set_int_max_str_digits(0)\nprint(str(7 ** 9_999_999))"
        try await expect(
            statement,
            .isLimited("ProcessorTimeLimit: the block used more than 0.5 seconds of processor time"))
    }

    @Test(arguments: [
        "import time\nfor _ in range(999):\n    try:\n        time.sleep(100000)\n    except BaseException:\n        pass",
        "import signal\nfor number in (signal.SIGPROF, signal.SIGXCPU, signal.SIGALRM):\n    signal.signal(number, signal.SIG_IGN)\nwhile True:\n    pass",
        "import signal\nsignal.sigwait([signal.SIGUSR1])",
    ])
    func whatOutsmartsTheProcessorLimitMeetsTheClock(statement: String) async throws {
        var limits = TestSandbox.limits
        limits.wallTime = .seconds(2)
        try await expect(
            statement, .fails(.timeLimit, "A block did not end within 2.0 seconds."), limits: limits)
    }

    @Test(
        arguments: [
            ("x = [0] * 10 ** 10", .isLimited("MemoryError")),
            ("x = bytearray(10 ** 12)", .isLimited("MemoryError")),
            ("x = []\nwhile True:\n    x.append(bytearray(1 << 20))", .isLimited("MemoryError")),
            ("x = 'a'\nwhile True:\n    x += x", .isLimited("MemoryError")),
            (
                "import mmap\nx = mmap.mmap(-1, 1 << 30, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)",
                .raises("OSError: [Errno 12] Cannot allocate memory")
            ),
        ] as [(String, Containment)])
    func memoryIsBounded(statement: String, containment: Containment) async throws {
        try await expect(statement, containment, limits: Self.ampleTime)
    }

    /// Filling memory takes long on a busy machine; the time is not to be what ends it.
    private static let ampleTime: ExecutorLimits = {
        var limits = TestSandbox.limits
        limits.processorTime = .seconds(20)
        return limits
    }()

    @Test func afterAMemoryBombTheSameNamespaceGoesOn() async throws {
        try await TestSandbox.withExecutor(limits: Self.ampleTime) { executor in
            let traceback = try await executor.traceback(
                of: "x = []\nwhile True:\n    x.append(bytearray(1 << 20))")
            #expect(traceback.hasSuffix("MemoryError"))
            #expect(try await executor.variables(["x"]).map(\.type) == ["list[bytearray]"])
            #expect(try await executor.complete("x = None", "print('on')").printed == ["on"])
        }
    }

    @Test func anOutputFloodIsCutAndRaised() async throws {
        try await TestSandbox.withExecutor { executor in
            let outcome = try await executor.run("while True:\n    print('flood')")
            guard case .limited(let result, let traceback) = outcome else {
                throw Unexpected(outcome: outcome)
            }
            #expect(traceback.hasSuffix("OutputLimit: the block printed more than 4096 bytes"))
            #expect(
                result.printed.last
                    == "fl… [cut at 4096 bytes]".replacing(
                        "fl", with: result.printed.last?.prefix(while: { $0 != "…" }) ?? ""))
            #expect(result.printed.count == 4096 / 6 + 1)
        }
        try await expect(
            "print('x' * (1 << 26))", .isLimited("OutputLimit: the block printed more than 4096 bytes"))
        try await expect(
            "import os\nfor _ in range(1000):\n    os.write(1, b'x' * 1000)\n    os.write(2, b'y' * 1000)",
            .prints([]))
    }

    @Test(arguments: [
        (
            "import os\nfor fd in range(64):\n    try:\n        os.write(fd, b'garbage\\n')\n    except OSError:\n        pass",
            "broke the protocol"
        ),
        (
            "import os\nfor fd in range(64):\n    try:\n        os.write(fd, b'{\"id\":0,\"kind\":\"completed\",\"printed\":[],\"assigned\":[]}\\n')\n    except OSError:\n        pass",
            "to a request that was not the last"
        ),
        (
            "import os\nfor fd in range(64):\n    try:\n        os.write(fd, b'{\"id\":1,\"kind\":\"bound\"}\\n')\n    except OSError:\n        pass",
            "to executing a statement"
        ),
        (
            "import os\nfor fd in range(64):\n    try:\n        os.write(fd, b'{\"id\":1,\"kind\":\"completed\",\"printed\":[\"' + b'x' * 60000 + b'\"],\"assigned\":[]}\\n')\n    except OSError:\n        pass",
            "with more than it may send"
        ),
        (
            "import os\nfor fd in range(3, 64):\n    try:\n        while True:\n            os.write(fd, b'x' * 65536)\n    except OSError:\n        pass",
            "broke the protocol"
        ),
        ("import os\nos.closerange(0, 64)", "exit status 70"),
    ])
    func interferingWithTheProtocolEndsTheExecutor(statement: String, part: String) async throws {
        var limits = TestSandbox.limits
        limits.processorTime = .seconds(5)
        try await expect(statement, .fails(.died, part), limits: limits)
    }

    @Test(arguments: [
        "del __builtins__", "__builtins__ = None", "globals().clear()",
        "import builtins\ndel builtins.len, builtins.isinstance",
        "import builtins\nfor name in list(vars(builtins)):\n    if not name.startswith('_'):\n        delattr(builtins, name)",
        "import sys\nsys.stdout = sys.stderr = None", "import sys\nsys.setrecursionlimit(40)",
        "import sys\nsys.settrace(lambda *args: 1 / 0)", "re.sub = re.compile = None",
        "import json\njson.dumps('x')",
        "import os\nos.environ['PATH'] = '/x'", "import sys\nsys.stdin.close()",
    ])
    func bendingTheInterpreterDoesNotBendTheNextStatement(statement: String) async throws {
        try await TestSandbox.withExecutor { executor in
            _ = try await executor.run(statement)
            #expect(try await executor.complete("kept = len([1, 2])\nprint(kept)").printed == ["2"])
            #expect(try await executor.variables(["kept"]).map(\.type) == ["int"])
            #expect(try await executor.placeholder("y = find(kept)").inputs == ["kept"])
            #expect(try await executor.parse("x = 1") == .statements(["x = 1"]))
            let log = ActionLog()
            try await executor.complete("run('look')", log: log)
            #expect(log.actions == ["look"])
        }
    }

    @Test(arguments: [
        "import sys\nsys.setrecursionlimit(10 ** 9)\n(lambda f: f(f))(lambda f: f(f))",
        "import sys\nsys.setrecursionlimit(10 ** 9)\nx = []\nfor _ in range(10 ** 6):\n    x = [x]\nprint(repr(x))",
        "import sys\nsys.setrecursionlimit(10 ** 9)\neval('-' * 100_000 + '1')",
    ])
    func recursionWithoutALimitIsContained(statement: String) async throws {
        // Whether memory, the stack or the processor time runs out first depends on the version of Python.
        let isContained: Bool = try await TestSandbox.withExecutor { executor in
            do {
                return try await executor.run(statement).traceback != nil
            } catch is ExecutorFailure {
                return true
            }
        }
        #expect(isContained)
        _ = try await TestSandbox.withExecutor { try await $0.complete("still = 'here'") }
    }

    @Test func withoutASandboxTheLimitsStillHold() async throws {
        try await TestSandbox.withExecutor(isolated: false) { executor in
            try await executor.bind([("instruction", "x")])
            #expect(try await executor.traceback(of: "while True:\n    pass").contains("ProcessorTimeLimit"))
            #expect(try await executor.traceback(of: "x = bytearray(10 ** 12)").hasSuffix("MemoryError"))
            #expect(
                try await executor.traceback(of: "open('mine', 'wb', 0).write(b'x')").hasSuffix(
                    "File too large"))
            #expect(try await executor.complete("import os\nprint(dict(os.environ))").printed == ["{}"])
            #expect(try await executor.placeholder("y = find(instruction)").inputs == ["instruction"])
        }
        await #expect(
            throws: ExecutorFailure(.died, "The executor ended while it ran a block: exit status 3.")
        ) {
            try await TestSandbox.withExecutor(isolated: false) {
                try await $0.complete("import os\nos._exit(3)")
            }
        }
    }
}
