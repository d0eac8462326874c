import ArgumentParser

/// The command line. Each subcommand parses, validates, calls a library function and prints.
struct RootCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: Version.program,
        abstract: "Makes training data for hierarchical code agents out of real episodes.",
        discussion: """
            Data goes to standard output, messages and progress to standard error. Exit codes: 0 done, 1 failed, \
            64 bad usage, 65 bad input data, 69 a needed program is missing, 130 interrupted (and resumable).
            """,
        version: Version.current,
        subcommands: [
            RunCommand.self, CollectCommand.self, ImportCommand.self, FilterCommand.self, ExportCommand.self,
            CountCommand.self, VerifyCommand.self, HeldOutCommand.self, GamesCommand.self, EnvCommand.self,
            DoctorCommand.self,
        ])
}
