import Glibc

/// The CPython that runs the policy's code.
public struct PythonInterpreter: Sendable, Hashable {
    /// Its real path, symbolic links resolved.
    public var path: String
    /// Where it is installed: its library lies below this directory.
    public var prefix: String
    /// Its version, such as `3.11.2`.
    public var version: String

    /// Finds the Python to use: the one asked for, or the first of the system's own that is new enough.
    ///
    /// A start script of a version manager costs more than the interpreter itself, so it is asked for the real
    /// program behind it.
    /// - Parameter path: the Python to use; `nil` for the system's.
    /// - Returns: a Python of version 3.10 or newer.
    /// - Throws: ``TraceGenError`` (`missingProgram`) saying what was looked at and what to install.
    public static func find(at path: String? = nil) async throws -> PythonInterpreter {
        var findings: [String] = []
        for candidate in path.map({ [$0] }) ?? ["/usr/bin/python3", "/usr/local/bin/python3"] {
            switch await probe(candidate) {
            case .success(let interpreter): return interpreter
            case .failure(let reason): findings.append("\(candidate): \(reason.text)")
            }
        }
        throw TraceGenError(
            .missingProgram,
            "The executor needs Python 3.10 or newer (looked at \(findings.joined(separator: "; "))). Install one"
                + " with: apt-get install python3; or name one: --executor-python PATH"
        )
    }

    private struct Unfit: Error {
        var text: String
    }

    private static func probe(_ path: String) async -> Result<PythonInterpreter, Unfit> {
        guard access(path, X_OK) == 0 else { return .failure(Unfit(text: "not there")) }
        let script = """
            import os, sys
            print(*sys.version_info[:3], os.path.realpath(sys.executable), sys.base_prefix, sep="\\t")
            """
        let launch = WorkerLaunch(program: path, arguments: ["-I", "-S", "-c", script])
        guard let line = try? await launch.withWorker({ try await $0.receive(within: .seconds(30)) }) else {
            return .failure(Unfit(text: "does not run"))
        }
        let fields = String(decoding: line, as: UTF8.self).split(separator: "\t").map(String.init)
        guard fields.count == 5, let major = Int(fields[0]), let minor = Int(fields[1]) else {
            return .failure(Unfit(text: "is no Python 3"))
        }
        guard (major, minor) >= (3, 10) else { return .failure(Unfit(text: "is Python \(major).\(minor)")) }
        return .success(
            PythonInterpreter(
                path: fields[3], prefix: fields[4], version: fields[..<3].joined(separator: ".")))
    }
}
