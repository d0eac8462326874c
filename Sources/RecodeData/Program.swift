import ArgumentParser

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
        let command: any ParsableCommand
        do {
            command = try RootCommand.parseAsRoot()
        } catch {
            RootCommand.exit(withError: error)
        }
        do {
            try await run(command)
        } catch let error where Self.isForParser(error) {
            RootCommand.exit(withError: error)
        } catch {
            let failure = CommandFailure(describing: error)
            StandardError.say("error: \(failure.message)")
            exit(failure.code.rawValue)
        }
    }

    private static func run(_ command: any ParsableCommand) async throws {
        guard let command = command as? any LongCommand else {
            var command = command
            return try command.run()
        }
        try await Interruption.cancelling {
            var command = command
            try await command.run()
        }
    }

    /// What the parser words itself: a request for help among it.
    private static func isForParser(_ error: any Error) -> Bool {
        error is ValidationError || error is ExitCode || error is CleanExit
    }
}

/// A command that takes its time, and can be told to stop.
protocol LongCommand: AsyncParsableCommand, Sendable {}
