import FoundationEssentials
import Glibc
import Testing

@testable import TraceGen

/// Executors that one warm parent forks, beside those that are started one by one.
@Suite(.serialized) struct ExecutorParentTests {
    private func sandbox(bubblewrap: String? = nil, forks: Bool = true) async throws -> PythonSandbox {
        let mode = try bubblewrap.map { .bubblewrap(program: $0) } ?? SandboxMode.findBubblewrap(path: nil)
        return PythonSandbox(
            mode: mode, limits: TestSandbox.limits, python: try await .find(), forks: forks)
    }

    private func printed(_ code: String, in sandbox: PythonSandbox) async throws -> [String] {
        try await sandbox.withExecutor(seed: 1) { try await $0.complete(code).printed }
    }

    @Test func everyExecutorBeginsWithTheSameMemory() async throws {
        let code =
            "print(id(object()), id([]), [id(x) for x in ({}, 'a b', 1.5)], list({object: 1, str: 2, Exception: 3}))"
        let sandbox = try await sandbox()
        let first = try await printed(code, in: sandbox)
        let others = try await withThrowingTaskGroup(of: [String].self) { group in
            // Enough that the numbers of processes, which the interpreter keeps up to 256, go beyond that.
            for _ in 0..<100 { group.addTask { try await printed(code, in: sandbox) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(others.allSatisfy { $0 == first })
        // Another parent forks the same.
        #expect(try await printed(code, in: self.sandbox()) == first)
    }

    @Test func anExecutorIsAloneInItsNamespaceAndHoldsNoLineOfOthers() async throws {
        let code = """
            import os
            def there(pid):
                try:
                    os.getpgid(pid)
                    return True
                except ProcessLookupError:
                    return False
            def is_open(fd):
                try:
                    os.fstat(fd)
                    return True
                except OSError:
                    return False
            print(os.getpid(), [pid for pid in range(1, 200) if there(pid)], [fd for fd in range(64) if is_open(fd)])
            """
        let sandbox = try await sandbox()
        try await sandbox.withExecutor(seed: 1) { _ in
            let forked = try await printed(code, in: sandbox)
            #expect(forked == ["2 [1, 2] [0, 1, 2, 3, 4]"])
            let started = try await printed(code, in: self.sandbox(forks: false))
            #expect(started == forked)
        }
    }

    @Test(arguments: [
        "import random\nprint(random.random(), sorted(dir()), {'a', 'b', 'c'}, hash('a'))",
        "import os, sys\nprint(dict(os.environ), os.getuid(), os.getcwd(), sys.argv, sys.path[-1:], sys.flags.hash_randomization)",
        "depth = 0\nclass Deep:\n    def __repr__(self):\n        global depth\n        depth += 1\n        return repr(self)\ntry:\n    repr(Deep())\nexcept RecursionError:\n    print(depth)",
    ])
    func aForkedExecutorIsLikeAStartedOne(code: String) async throws {
        let forked = try await printed(code, in: sandbox())
        #expect(!forked.isEmpty)
        #expect(try await printed(code, in: sandbox(forks: false)) == forked)
    }

    @Test func aParentThatDiedIsStartedAgain() async throws {
        let sandbox = try await sandbox()
        #expect(try await printed("print(1)", in: sandbox) == ["1"])
        let process = try #require(await sandbox.parent?.process)
        kill(process, SIGKILL)
        #expect(await ProcessTable.ends(process, within: .seconds(60)))
        #expect(try await printed("print(2)", in: sandbox) == ["2"])
        #expect(await sandbox.parent?.process != process)
    }

    @Test(.timeLimit(.minutes(5))) func anExecutorWhoseParentIsKilledHasNotFailedByItself() async throws {
        let sandbox = try await sandbox()
        let error = await #expect(throws: TraceGenError.self) {
            try await sandbox.withExecutor(seed: 1) { executor in
                _ = try await executor.execute("print(1)", rules: .script, block: nil) { _ in .stop }
                let process = try #require(await sandbox.parent?.process)
                kill(process, SIGKILL)
                #expect(await ProcessTable.ends(process, within: .seconds(60)))
                // The kernel ends what is below it in its own time.
                while true {
                    _ = try await executor.execute("print(2)", rules: .script, block: nil) { _ in .stop }
                }
            }
        }
        #expect(error?.code == .executorLost)
        #expect(try await printed("print(3)", in: sandbox) == ["3"])
    }

    @Test func theParentLeavesWithItsSandbox() async throws {
        let process = try await {
            let sandbox = try await sandbox()
            #expect(try await printed("print(1)", in: sandbox) == ["1"])
            return try #require(await sandbox.parent?.process)
        }()
        #expect(await ProcessTable.ends(process, within: .seconds(60)))
    }

    @Test func aSandboxThatCannotBeDividedStartsExecutorsOneByOne() async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "recode-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let program = directory.appending(path: "bwrap").path
        // A real bubblewrap with a filter that refuses unshare(2) to what runs in it.
        let filter = Self.filter(refusing: Self.unshareCall)
        let rules = directory.appending(path: "filter").path
        #expect(FileManager.default.createFile(atPath: rules, contents: Data(filter)))
        let script = "#!/bin/sh\nexec bwrap --seccomp 9 \"$@\" 9<\(rules)\n"
        #expect(
            FileManager.default.createFile(
                atPath: program, contents: Data(script.utf8), attributes: [.posixPermissions: 0o755]))
        let sandbox = try await sandbox(bubblewrap: program)
        #expect(try await printed("import os\nprint(os.getpid())", in: sandbox) == ["2"])
        #expect(try await printed("print('again')", in: sandbox) == ["again"])
        #expect(await sandbox.parent?.process == nil)
        // There too the code is nobody, on the machine as well where the program runs as root, in its own session.
        let code = "import os\nprint(os.getresuid(), os.getresgid(), os.getsid(0) == os.getpid())"
        #expect(
            try await printed(code, in: sandbox)
                == ["(65534, 65534, 65534) (65534, 65534, 65534) True"])
    }

    #if arch(x86_64)
        private static let unshareCall = 272
    #else
        private static let unshareCall = 97
    #endif

    /// A program for the kernel's filter (seccomp(2)): one call gets EPERM, every other is allowed.
    private static func filter(refusing call: Int) -> [UInt8] {
        let steps: [(code: UInt16, yes: UInt8, no: UInt8, value: UInt32)] = [
            (0x20, 0, 0, 0), (0x15, 0, 1, UInt32(call)), (0x06, 0, 0, 0x0005_0001), (0x06, 0, 0, 0x7fff_0000),
        ]
        return steps.flatMap { step in
            [UInt8(step.code & 255), UInt8(step.code >> 8), step.yes, step.no]
                + (0..<4).map { UInt8(truncatingIfNeeded: step.value >> (8 * $0)) }
        }
    }
}
