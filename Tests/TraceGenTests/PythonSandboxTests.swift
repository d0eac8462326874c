import FoundationEssentials
import Testing

@testable import TraceGen

/// What is said when the machine lacks something.
@Suite(.serialized) struct PythonSandboxTests {
    private func error(_ body: () async throws -> Void) async throws -> TraceGenError {
        try await #require(throws: TraceGenError.self) { try await body() }
    }

    @Test func aMissingPythonIsNamedWithTheFix() async throws {
        let missing = try await error { _ = try await PythonInterpreter.find(at: "/nonexistent/python3") }
        #expect(missing.code == .missingProgram)
        #expect(
            missing.message
                == "The executor needs Python 3.10 or newer (looked at /nonexistent/python3: not there). Install one"
                + " with: apt-get install python3; or name one: --executor-python PATH"
        )
        let shell = try await error { _ = try await PythonInterpreter.find(at: "/bin/false") }
        #expect(shell.message.contains("/bin/false: does not run"))
    }

    @Test func theSystemsPythonIsFoundWithItsPrefix() async throws {
        let python = try await PythonInterpreter.find()
        #expect(python.path.hasPrefix(python.prefix))
        #expect(try await PythonInterpreter.find(at: python.path) == python)
    }

    @Test func bubblewrapThatMayNotMakeNamespacesIsNamedWithTheFix() async throws {
        // A real bubblewrap, inside one that takes user namespaces away.
        let directory = FileManager.default.temporaryDirectory.appending(path: "recode-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let program = directory.appending(path: "bwrap").path
        let script =
            "#!/bin/sh\nexec bwrap --bind / / --unshare-user --disable-userns --cap-drop ALL bwrap \"$@\"\n"
        #expect(
            FileManager.default.createFile(
                atPath: program, contents: Data(script.utf8), attributes: [.posixPermissions: 0o755]))
        let python = try await PythonInterpreter.find()
        let sandbox = PythonSandbox(mode: .bubblewrap(program: program), python: python)
        let failed = try await error { try await sandbox.withExecutor(seed: 1) { _ in } }
        #expect(failed.code == .missingProgram)
        #expect(failed.message.hasPrefix("bubblewrap is installed but cannot make a sandbox on this machine"))
        #expect(failed.cause?.contains("bwrap: ") == true)
    }

    @Test func aProgramThatIsNoSandboxIsAWorkerFailure() async throws {
        let sandbox = PythonSandbox(mode: .bubblewrap(program: "/usr/bin/false"), python: try await .find())
        let failed = try await error { try await sandbox.withExecutor(seed: 1) { _ in } }
        #expect(failed.code == .workerFailed)
        #expect(failed.message == "The executor's Python (\(sandbox.python.path)) did not start.")
    }

    @Test func missingBubblewrapIsNamedWithTheFixAndTheAlternative() throws {
        let error = #expect(throws: TraceGenError.self) {
            try SandboxMode.findBubblewrap(in: ["/nonexistent", "/proc"])
        }
        #expect(error?.code == .missingProgram)
        #expect(error?.message.contains("apt-get install bubblewrap; or pass --sandbox none") == true)
    }

    @Test func bubblewrapIsLookedForOnThePathLast() throws {
        #expect(try SandboxMode.findBubblewrap(path: "/nonexistent:/usr/bin") == .findBubblewrap(path: nil))
    }
}
