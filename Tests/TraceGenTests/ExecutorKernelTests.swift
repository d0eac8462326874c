import FoundationEssentials
import Glibc
import Testing

@testable import TraceGen

/// What the policy's code asks of the kernel: what would reach the host, its neighbours or memory that nothing counts is
/// refused, each kind by more than one way to ask for it. In the real sandbox.
@Suite(.serialized) struct ExecutorKernelTests {
    /// Runs attempts, one an entry, and gives those that were not refused with EPERM or for a read-only file system.
    private func allowed(_ attempts: [String]) async throws -> [String] {
        try await TestSandbox.withExecutor { executor in
            try await executor.complete(Self.tools)
            var allowed: [String] = []
            for attempt in attempts {
                let printed = try await executor.complete("print(outcome(lambda: \(attempt)))").printed
                if printed != ["refused"] { allowed.append("\(attempt): \(printed.joined(separator: "\n"))") }
            }
            // The executor is as it was.
            #expect(try await executor.complete("print('on')").printed == ["on"])
            return allowed
        }
    }

    /// `outcome` says what an attempt came to; `call` and `system` make the errors of the C library exceptions.
    private static let tools = """
        import ctypes, errno, fcntl, mmap, os, platform, resource, signal
        libc = ctypes.CDLL(None, use_errno=True)
        x86 = platform.machine() == 'x86_64'
        def outcome(attempt):
            try:
                return f'allowed: {attempt()!r}'
            except OSError as error:
                return 'refused' if error.errno in (errno.EPERM, errno.EROFS) else f'{error!r}'
            except OverflowError as error:
                return f'{error!r}'
        def call(name, *arguments):
            function = getattr(libc, name)
            function.restype = ctypes.c_long if name == 'syscall' else ctypes.c_int
            ctypes.set_errno(0)
            result = function(*(ctypes.c_long(a) if isinstance(a, int) else a for a in arguments))
            if result == -1:
                raise OSError(ctypes.get_errno(), name)
            return result
        def system(on_x86, elsewhere, *arguments):
            return call('syscall', on_x86 if x86 else elsewhere, *arguments)
        file = os.open('/usr/share/zoneinfo' if os.path.exists('/usr/share/zoneinfo') else '/usr', os.O_RDONLY)
        binary = os.open(os.path.realpath('/usr/bin/env'), os.O_RDONLY)
        """

    // Case 04.
    @Test func nothingAboutDevicesAndFilesIsChanged() async throws {
        var attempts: [String] = []
        for path in ["/dev/null", "/dev/urandom", "/usr/bin/env", "/usr", "/"] {
            attempts += [
                "os.chmod('\(path)', 0o666)", "os.chmod('\(path)', 0o666, dir_fd=file)",
                "os.chown('\(path)', 65534, 65534)", "os.lchown('\(path)', 0, 0)", "os.utime('\(path)')",
                "os.utime('\(path)', ns=(1, 1))", "os.fchmod(os.open('\(path)', os.O_RDONLY), 0o666)",
                "os.fchown(os.open('\(path)', os.O_RDONLY), 65534, 65534)",
                "os.utime(os.open('\(path)', os.O_RDONLY))",
                "os.setxattr('\(path)', 'user.mark', b'1')", "os.setxattr('\(path)', 'trusted.mark', b'1')",
                "os.truncate('\(path)', 0)", "os.link('\(path)', '/dev/other')",
                "os.rename('\(path)', '/dev/other')",
            ]
        }
        attempts += [
            "os.mknod('/dev/mine', 0o20666, os.makedev(1, 3))", "os.unlink('/dev/null')",
            "system(452, 452, -100, b'/dev/null', 0o666, 0)",
        ]
        let before = Self.devices()
        #expect(try await allowed(attempts) == [])
        #expect(Self.devices() == before)
    }

    /// Mode, owner and time of the last change of the host's devices.
    private static func devices() -> [String] {
        ["/dev/null", "/dev/urandom"].map { path in
            var status = stat()
            #expect(stat(path, &status) == 0)
            return
                "\(path) \(status.st_mode) \(status.st_uid) \(status.st_ctim.tv_sec) \(status.st_ctim.tv_nsec)"
        }
    }

    @Test func theDevicesAreReadOnlyWithoutTheFilterToo() async throws {
        let before = Self.devices()
        let python = try await PythonInterpreter.find()
        // What the sandbox starts, with another script in place of the executor's.
        var launch = try SandboxCommand(mode: .findBubblewrap(path: nil), python: python).launch(in: nil)
        launch.arguments[launch.arguments.count - 1] = """
            import os
            for device in ('/dev/null', '/dev/urandom'):
                for attempt in (os.chmod, 0o666), (os.chown, os.getuid(), os.getgid()), (os.utime,):
                    try:
                        attempt[0](device, *attempt[1:])
                        print(device, attempt, end=' ')
                    except OSError as error:
                        print(error.errno, end=' ')
            print(open('/dev/null', 'w').write('x'), len(open('/dev/urandom', 'rb').read(4)), os.getresuid())
            """
        let said = try await launch.withWorker { try await $0.receive(within: .seconds(60)) }
        #expect(
            String(decoding: said, as: UTF8.self) == "30 30 30 30 30 30 1 4 (65534, 65534, 65534)")
        #expect(Self.devices() == before)
    }

    // Case 05.
    @Test func noQuotaOfTheHostIsTaken() async throws {
        #expect(
            try await allowed([
                "call('inotify_init')", "call('inotify_init1', 0)", "call('fanotify_init', 0, 0)",
                "call('eventfd', 0, 0)", "call('epoll_create', 1)", "call('epoll_create1', 0)",
                "call('timerfd_create', 1, 0)", "call('signalfd', -1, ctypes.c_char_p(bytes(128)), 0)",
                "call('memfd_create', b'x', 0)", "call('shmget', 0, 4096, 0o600)", "call('msgget', 0, 0o600)",
                "call('semget', 0, 1, 0o600)", "call('mq_open', b'/x', 0o102, 0o600, None)",
                "system(206, 0, 65536, ctypes.byref(ctypes.c_ulong()))",
                "system(222, 107, 1, None, ctypes.byref(ctypes.c_int()))",
                "system(425, 425, 8, ctypes.c_char_p(bytes(120)))", "system(323, 282, 0)",
                "system(248, 217, 0)",
                "os.open('/usr/bin/env', os.O_RDONLY | os.O_DIRECT)",
                "os.open('/usr', os.O_RDONLY | os.O_ASYNC)",
                "call('open', b'/usr/bin/env', os.O_DIRECT)",
                "os.pipe()", "os.pipe2(os.O_DIRECT)", "system(444, 444, None, 0, 1)",
            ]) == [])
    }

    // Case 07.
    @Test func noLockOrLeaseIsPutOnAFileOfTheHost() async throws {
        #expect(
            try await allowed([
                "fcntl.flock(binary, fcntl.LOCK_EX | fcntl.LOCK_NB)", "fcntl.flock(binary, fcntl.LOCK_SH)",
                "fcntl.lockf(binary, fcntl.LOCK_SH | fcntl.LOCK_NB)", "os.lockf(binary, os.F_TLOCK, 1)",
                "fcntl.fcntl(binary, 36, bytes(32))", "fcntl.fcntl(binary, 37, bytes(32))",
                "fcntl.fcntl(binary, 38, bytes(32))", "fcntl.fcntl(binary, fcntl.F_GETLK, bytes(32))",
                "fcntl.fcntl(binary, fcntl.F_SETLEASE, fcntl.F_RDLCK)",
                "fcntl.fcntl(binary, fcntl.F_GETLEASE)",
                "fcntl.fcntl(file, fcntl.F_NOTIFY, fcntl.DN_ACCESS | fcntl.DN_MULTISHOT)",
                "fcntl.fcntl(file, fcntl.F_SETSIG, signal.SIGUSR1)",
                "fcntl.fcntl(binary, 1036, 0)",
                "os.posix_fadvise(binary, 0, 0, os.POSIX_FADV_DONTNEED)", "os.listxattr('/usr/bin/env')",
                // A lock in a page of a file is shared by all who map it.
                "system(202, 98, 0, 1, 1, None)",
            ]) == [])
    }

    @Test func fromOutsideNoFileIsLocked() async throws {
        let path = "/usr/bin/env"
        try await TestSandbox.withExecutor { executor in
            let traceback = try await executor.traceback(
                of: "import fcntl, os\nfd = os.open('\(path)', os.O_RDONLY)\nfcntl.flock(fd, fcntl.LOCK_EX)")
            #expect(traceback.hasSuffix("PermissionError: [Errno 1] Operation not permitted"))
            let file = open(path, O_RDONLY)
            defer { close(file) }
            #expect(flock(file, LOCK_EX | LOCK_NB) == 0)
        }
    }

    // Case 09.
    @Test func noMemoryIsHeldOutsideTheLimit() async throws {
        #expect(
            try await allowed([
                "os.pipe()", "fcntl.fcntl(0, 1031, 1 << 20)", "fcntl.fcntl(0, 1032)",
                "call('vmsplice', 1, None, 0, 0)", "call('splice', 0, None, 1, None, 4096, 0)",
                "call('tee', 0, 1, 4096, 0)", "os.sendfile(1, binary, 0, 4096)",
                "os.copy_file_range(binary, 1, 4096)", "call('readahead', binary, 0, 4096)",
                "mmap.mmap(-1, 4096, flags=0x22).madvise(14)", "mmap.mmap(-1, 4096, flags=0x22).madvise(25)",
                "mmap.mmap(-1, 4096, flags=0x22).madvise(12)", "mmap.mmap(-1, 4096, flags=0x22).madvise(23)",
                "mmap.mmap(-1, 4096, flags=0x22).madvise(9)", "mmap.mmap(-1, 4096, flags=0x22).madvise(100)",
                "mmap.mmap(-1, 4096)", "mmap.mmap(-1, 4096, flags=0x23)",
                "mmap.mmap(binary, 4096, mmap.MAP_SHARED, mmap.PROT_READ)",
                "mmap.mmap(-1, 1 << 21, flags=0x40022)", "mmap.mmap(-1, 4096, flags=0x2022)",
                "mmap.mmap(-1, 4096, flags=0x8022)", "call('mlock', ctypes.addressof(ctypes.c_int()), 4)",
                "call('mlockall', 1)", "system(325, 284, 0, 4096, 0)", "call('prctl', 41, 0, 0, 0, 0)",
                "system(447, 447, 0)", "system(323, 282, 0)", "system(272, 97, 0x10000000)",
            ]) == [])
    }

    // Case 10.
    @Test func noOtherProcessIsScheduledOtherwise() async throws {
        var attempts = [
            "os.setpriority(os.PRIO_PGRP, 0, 19)", "os.setpriority(os.PRIO_USER, 0, 19)",
            "os.setpriority(os.PRIO_PROCESS, 0, 19)", "os.nice(1)", "os.getpriority(os.PRIO_USER, 0)",
            "system(251, 30, 2, 0, 3 << 13)", "system(251, 30, 3, 0, 3 << 13)",
            "os.sched_setaffinity(0, {0})", "os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))",
            "os.sched_setparam(0, os.sched_param(0))", "system(314, 274, 0, ctypes.c_char_p(bytes(48)), 0)",
            "os.setpgid(0, 0)", "os.setsid()", "os.sched_getaffinity(1)",
            "resource.prlimit(1, resource.RLIMIT_CPU)", "resource.prlimit(1, resource.RLIMIT_CPU, (1, 1))",
        ]
        for process in ["0x100000001", "3", "os.getpid()", "-1"] {
            attempts.append("call('prlimit', \(process), 0, None, ctypes.c_char_p(bytes(16)))")
        }
        #expect(try await allowed(attempts) == [])
    }

    @Test func theNeighbourKeepsItsPriority() async throws {
        try await TestSandbox.withExecutor { neighbour in
            try await neighbour.complete("x = 1")
            _ = try await TestSandbox.withExecutor { hostile in
                try await hostile.complete(
                    """
                    import os
                    for kind in (os.PRIO_PGRP, os.PRIO_USER, os.PRIO_PROCESS):
                        try:
                            os.setpriority(kind, 0, 19)
                        except PermissionError:
                            pass
                    """)
            }
            let kind = __priority_which_t(PRIO_PROCESS.rawValue)
            let own = getpriority(kind, 0)
            for process in Self.descendants() where ProcessTable.isRunning(process) {
                #expect(getpriority(kind, id_t(process)) == own)
            }
            #expect(try await neighbour.complete("print(x)").printed == ["1"])
        }
    }

    /// The processes below this one.
    private static func descendants() -> [Int32] {
        var found: [Int32] = []
        var waiting = ProcessTable.children(of: getpid())
        while let process = waiting.popLast() {
            found.append(process)
            waiting += ProcessTable.children(of: process)
        }
        return found
    }

    @Test func theCallsThatStayAreBoundByTheirArguments() async throws {
        try await TestSandbox.withExecutor { executor in
            try await executor.complete(Self.tools)
            let code = """
                copy = fcntl.fcntl(1, fcntl.F_DUPFD_CLOEXEC, 10)
                fcntl.fcntl(copy, fcntl.F_SETFL, fcntl.fcntl(copy, fcntl.F_GETFL) | os.O_NONBLOCK)
                print(copy, fcntl.fcntl(copy, fcntl.F_GETFD), os.get_blocking(copy), os.isatty(copy))
                print([outcome(lambda: fcntl.fcntl(copy, fcntl.F_SETFL, flag)) for flag in (os.O_ASYNC, os.O_DIRECT)])
                print([outcome(lambda: fcntl.ioctl(copy, request, 0)) for request in (0x5412, 0x541C, 0x5452, 0x8901)])
                print(resource.getrlimit(resource.RLIMIT_NPROC), mmap.mmap(-1, 4096, flags=0x22).madvise(4))
                """
            let printed = try await executor.complete(code).printed
            #expect(
                printed == [
                    "10 1 False False", "['refused', 'refused']",
                    "['refused', 'refused', 'refused', 'refused']", "(0, 0) None",
                ])
        }
    }

    @Test func theStandardLibraryComputes() async throws {
        try await TestSandbox.withExecutor(limits: Self.ampleTime) { executor in
            for code in Self.computations {
                let printed = try await executor.complete(code).printed
                #expect(printed == ["True"], "\(code)")
            }
        }
    }

    private static let ampleTime: ExecutorLimits = {
        var limits = TestSandbox.limits
        limits.processorTime = .seconds(30)
        return limits
    }()

    private static let computations = [
        "import json\nprint(json.loads(json.dumps({'a': [1, 2.5, None]})) == {'a': [1, 2.5, None]})",
        "import math, random, statistics\nprint(random.Random(1).random() < 1 and statistics.mean([1, 3]) == 2 and math.pi > 3)",
        "import datetime, zoneinfo, calendar, time\nprint(datetime.datetime.now(datetime.timezone.utc).year > 2000 and calendar.isleap(2024) and time.sleep(0.001) is None)",
        "import decimal, fractions\nprint(decimal.Decimal('0.1') * 3 == decimal.Decimal('0.3') and fractions.Fraction(1, 3) * 3 == 1)",
        "import collections, itertools, heapq, bisect, functools\nprint(collections.Counter('aab')['a'] == 2 and heapq.nsmallest(1, [2, 1]) == [1] and next(itertools.count(3)) == 3)",
        "import csv, io\nprint(list(csv.reader(io.StringIO('a,b'))) == [['a', 'b']])",
        "import hashlib, hmac, secrets, uuid\nprint(len(hashlib.sha256(b'x').digest()) == 32 and len(secrets.token_bytes(4)) == 4 and uuid.uuid4() != uuid.uuid4())",
        "import difflib, textwrap, string, unicodedata, locale\nprint(difflib.SequenceMatcher(None, 'ab', 'ab').ratio() == 1 and unicodedata.name('a') == 'LATIN SMALL LETTER A')",
        "import sqlite3\nc = sqlite3.connect(':memory:')\nc.execute('create table t(a)')\nc.executemany('insert into t values(?)', [(i,) for i in range(9999)])\nprint(c.execute('select count(*), sum(a) from t').fetchone() == (9999, 49985001))",
        "import zlib, pickle, copy\nprint(zlib.decompress(zlib.compress(b'x' * 9999)) == b'x' * 9999 and pickle.loads(pickle.dumps({1: (2,)})) == copy.deepcopy({1: (2,)}))",
        "import inspect, traceback, pprint, ast, dis\nprint(str(inspect.signature(lambda a: a)) == '(a)' and pprint.pformat([1]) == '[1]')",
        "import ctypes\nnumbers = (ctypes.c_int * 3)(3, 1, 2)\norder = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int))(lambda a, b: a[0] - b[0])\nctypes.CDLL(None).qsort(numbers, 3, 4, order)\nprint(list(numbers) == [1, 2, 3])",
        "import mmap\nm = mmap.mmap(-1, 1 << 16, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)\nm.resize(1 << 15)\nm[999] = 7\nprint(m[999] == 7 and m.flush() is None)",
        "import threading, queue\nlock = threading.Lock()\nlock.acquire()\nprint(lock.acquire(timeout=0.01) is False and threading.Event().wait(0.01) is False)",
        "import select, selectors, asyncio, subprocess, ssl, tempfile\nprint(select.select([], [], [], 0.001) == ([], [], []))",
        "import os, platform, shutil\nprint(os.cpu_count() >= 1 and shutil.get_terminal_size().columns > 0 and bool(platform.machine()) and len(os.urandom(3)) == 3)",
        "import gc, sys, tracemalloc, faulthandler, logging, argparse\nx = [bytearray(1 << 20) for _ in range(40)]\ndel x\nprint(gc.collect() >= 0)",
    ]
}
