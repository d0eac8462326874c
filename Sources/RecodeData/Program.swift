import ArgumentParser
import Trajectories

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Runs the command the arguments ask for, and ends with its exit code.
@main
enum Program {
    static func main() async {
        // A reader of our output that goes away is an error of that write, not the end of the program.
        signal(SIGPIPE, SIG_IGN)
        do {
            var command = try RootCommand.parseAsRoot()
            // Help and the like, which the parser does itself and words itself.
            guard let command = command as? any LongCommand else { return try command.run() }
            try await run(command)
        } catch {
            end(with: error)
        }
    }

    /// Words what ends the program, where that was not done yet, and ends it.
    ///
    /// The parser quotes arguments as they are. It parses them once more as they are shown, so that what it says of them
    /// has no newline but its own.
    private static func end(with error: any Error) -> Never {
        var worded = error
        let arguments = CommandLine.arguments.dropFirst()
        let shown = arguments.map { $0.shown(limit: 1_000) }
        if shown != Array(arguments), !(error is ExitCode) {
            do {
                _ = try RootCommand.parseAsRoot(shown)
                worded = ValidationError(
                    "the arguments cannot be understood: \(shown.joined(separator: " "))")
            } catch {
                worded = error
            }
        }
        let code = RootCommand.exitCode(for: error)
        let text = RootCommand.fullMessage(for: worded)
        if !text.isEmpty {
            if code.isSuccess { try? StandardOutput.write(text + "\n") } else { StandardError.usage(text) }
        }
        exit(code.rawValue)
    }

    private static func run(_ command: any LongCommand) async throws {
        let afterInterruption = type(of: command).afterInterruption
        do {
            try await Interruption.cancelling {
                var command = command
                try await command.run()
            }
        } catch {
            let failure = CommandFailure(describing: error)
            let advice =
                failure.code == .interrupted ? " \(afterInterruption.words(CommandLine.arguments))" : ""
            StandardError.say("error: \(failure.message)\(advice)")
            throw ExitCode(failure.code.rawValue)
        }
    }
}

/// A command that takes its time, and can be told to stop.
protocol LongCommand: AsyncParsableCommand, Sendable {
    /// What is left of it when it was told to stop.
    static var afterInterruption: AfterInterruption { get }
}
