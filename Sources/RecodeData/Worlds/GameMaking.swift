import FoundationEssentials
import Subprocess
import SystemPackage
import Trajectories

/// Makes games for ALFWorld from the floor plans of its package, each known to be winnable.
struct GameMaking: Sendable {
    /// What is made: games that are there already are kept.
    var order: GameOrder
    /// The one split whose games are made; `nil` for all.
    var split: Split?
    /// How many are made at a time; one for each processor when `nil`.
    var jobs: Int?
    /// The interpreter that has ALFWorld's package.
    var python: String

    /// Makes what is missing in a folder; how far it is goes to standard error.
    /// - Throws: ``CommandFailure``: `missingProgram` without the package, `failed` where games cannot be written;
    ///   `CancellationError`. What was made by then is kept.
    func run(into folder: String) async throws {
        let command = try EnvironmentScript.alfworld.command(python: python)
        let words =
            Array(command.dropFirst()) + [
                "games", "--end-with-parent", "\(ProcessInfo.processInfo.processIdentifier)", "--per-type",
                "\(order.perType)", "--seed", "\(order.seed)",
            ]
            + ["--out", folder] + (split.map { ["--split", $0.rawValue] } ?? [])
            + (jobs.map { ["--jobs", "\($0)"] } ?? [])
        var options = PlatformOptions()
        // Of its own, so that Ctrl-C reaches it through this program alone; its processes end when it does.
        options.createSession = true
        let result = try await Subprocess.run(
            Configuration(
                executable: .path(FilePath(command[0])), arguments: Arguments(words),
                environment: .custom(Self.variables), platformOptions: options),
            input: .none, output: .sequence, error: .combinedWithOutput
        ) { execution in
            try await Self.relay(execution.standardOutput)
        }
        try Task.checkCancellation()
        guard case .exited(let status) = result.terminationStatus, status == 0 else {
            throw failure(result.terminationStatus, folder)
        }
    }

    /// Says what the program says, line by line.
    private static func relay(_ chunks: SubprocessOutputSequence) async throws {
        var line: [UInt8] = []
        for try await chunk in chunks {
            let bytes = chunk.withUnsafeBytes { Array($0) }
            for piece in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
                .dropLast()
            {
                StandardError.relay(String(decoding: line + piece, as: UTF8.self))
                line = []
            }
            let rest = bytes.lastIndex(of: UInt8(ascii: "\n")).map { bytes[($0 + 1)...] } ?? bytes[...]
            // Of a line without end, the beginning is enough.
            line += rest.prefix(max(0, 64 << 10 - line.count))
        }
        if !line.isEmpty { StandardError.relay(String(decoding: line, as: UTF8.self)) }
    }

    /// What the program inherits: no key of the user's.
    private static var variables: [Environment.Key: String] {
        let kept = ["PATH", "HOME", "TMPDIR", "ALFWORLD_DATA"]
        var variables: [Environment.Key: String] = ["PYTHONHASHSEED": "0", "PYTHONUTF8": "1"]
        for name in kept { variables[.init(stringLiteral: name)] = ProcessInfo.processInfo.environment[name] }
        return variables
    }

    private func failure(_ status: TerminationStatus, _ folder: String) -> CommandFailure {
        if case .exited(69) = status {
            return CommandFailure(
                .missingProgram,
                "no games can be made in \(folder) without what is said above. Set it up: make setup-alfworld"
            )
        }
        let ending = if case .exited(let number) = status { "exit status \(number)" } else { "\(status)" }
        return CommandFailure(
            .failed,
            "no more games could be made in \(folder): the program that does it ended (\(ending)); what it said is above. "
                + "Those that are there are kept: run again to go on.")
    }
}
