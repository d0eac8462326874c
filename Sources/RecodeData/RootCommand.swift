import ArgumentParser

/// The command line. Each subcommand parses, validates, calls a library function and prints; errors are worded and
/// given their exit code in one place (``CommandFailure``).
@main
struct RootCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recode-data",
        abstract: "Makes training data for hierarchical code agents out of real episodes."
    )
}
