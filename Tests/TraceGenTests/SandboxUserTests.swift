import FoundationEssentials
import Glibc
import Testing

@testable import TraceGen

/// Which user the policy's code is, on the machine, when the tests run as root and when they do not.
@Suite struct SandboxUserTests {
    /// Runs code in a sandbox that also sees a directory with one file for everybody and one for its owner alone.
    private func printed(_ code: (String) -> String, forks: Bool) async throws -> [String] {
        let directory = FileManager.default.temporaryDirectory.appending(path: "recode-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
        defer { try? FileManager.default.removeItem(at: directory) }
        for (name, permissions) in [("open", 0o644), ("secret", 0o600)] {
            #expect(
                FileManager.default.createFile(
                    atPath: directory.appending(path: name).path, contents: Data(name.utf8),
                    attributes: [.posixPermissions: permissions]))
        }
        // Its files lie in /usr; the prefix is one more place that the sandbox shows.
        var python = try await PythonInterpreter.find()
        python.prefix = directory.path
        let sandbox = PythonSandbox(
            mode: try .findBubblewrap(path: nil), limits: TestSandbox.limits, python: python, forks: forks)
        let text = code(directory.path)
        return try await sandbox.withExecutor(seed: 1) { try await $0.complete(text).printed }
    }

    private static func reading(_ directory: String) -> String {
        """
        for name in ('open', 'secret'):
            try:
                print(open('\(directory)/' + name).read())
            except OSError as error:
                print(error.errno)
        """
    }

    @Test(
        .enabled(if: geteuid() == 0, "only root has files that other users may not read"),
        arguments: [true, false])
    func whatOnlyRootMayReadIsNotRead(forks: Bool) async throws {
        #expect(try await printed(Self.reading, forks: forks) == ["open", "13"])
    }

    @Test(
        .enabled(if: geteuid() != 0, "an ordinary user's files, where the tests run as one"),
        arguments: [true, false])
    func anOrdinaryUsersCodeHasThatUsersRightsInWhatItSees(forks: Bool) async throws {
        #expect(try await printed(Self.reading, forks: forks) == ["open", "secret"])
    }

    @Test func rootIsNobodyOnTheMachineAndAnotherUserStaysItself() {
        switch SandboxIdentity.ofThisProcess {
        case .root:
            #expect(geteuid() == 0)
            #expect(SandboxIdentity.root.options == [])
            #expect(SandboxIdentity.root.hostUser == 65_534)
        case .user:
            #expect(SandboxIdentity.user.options.first == "--unshare-user")
            #expect(SandboxIdentity.user.hostUser == Int(geteuid()))
        }
    }
}
