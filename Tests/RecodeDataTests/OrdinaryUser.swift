import FoundationEssentials
import Glibc
import Subprocess
import TemporaryFiles
import Testing

/// A user without rights that a test makes, and a directory of theirs with a copy of the program. Root alone can make one.
struct OrdinaryUser: Sendable {
    /// A Python that any user may run.
    static let python = "/usr/bin/python3"

    /// The user's number.
    let number: String
    /// Where the program is, and what the user may write.
    let directory: TemporaryDirectory

    /// Makes a user for the time of `body`.
    static func withUser<Result>(_ body: (OrdinaryUser) async throws -> Result) async throws -> Result {
        let directory = try TemporaryDirectory()
        let files = FileManager.default
        try files.copyItem(atPath: BuiltProgram.path, toPath: directory.file("recode-data"))
        try files.copyItem(
            atPath: "\(VerifyFixture.root)/environments", toPath: directory.file("environments"))
        let name = "recode-test-\(getpid())-\(UInt16.random(in: .min ... .max))"
        try await run(
            "/usr/sbin/useradd", ["--system", "--no-create-home", "--home-dir", "/nonexistent", name])
        let result: Swift.Result<Result, any Error>
        do {
            let number = try await run("/usr/bin/id", ["-u", name]).filter(\.isNumber)
            try await run("/bin/chown", ["-R", name, directory.path])
            try await run("/bin/chmod", ["-R", "u+rwX,a+rX", directory.path])
            result = .success(try await body(OrdinaryUser(number: number, directory: directory)))
        } catch {
            result = .failure(error)
        }
        // Whether or not the last of their processes is gone already.
        try await run("/usr/sbin/userdel", ["--force", name])
        return try result.get()
    }

    /// Runs the program as this user, in the directory.
    func run(_ arguments: [String]) async throws -> BuiltProgram.Outcome {
        try await BuiltProgram.run(
            ["--reuid", number, "--regid", number, "--clear-groups", directory.file("recode-data")]
                + arguments, at: "/usr/bin/setpriv", in: directory.path)
    }

    @discardableResult
    private static func run(_ program: String, _ arguments: [String]) async throws -> String {
        let result = try await Subprocess.run(
            .path(.init(program)), arguments: Arguments(arguments), output: .string(limit: 1 << 12),
            error: .string(limit: 1 << 12))
        try #require(result.terminationStatus.isSuccess, "\(program): \(result.standardError)")
        return result.standardOutput
    }
}
