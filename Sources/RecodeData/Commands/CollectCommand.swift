import ArgumentParser
import Trajectories

/// `recode-data collect`.
struct CollectCommand: LongCommand {
    static let configuration = CommandConfiguration(
        commandName: "collect",
        abstract: "Roll out an agent with a policy in an environment, into a run directory.",
        discussion: """
            Episodes are appended as they finish; when the last one is in, the run is sealed in canonical order, so that \
            neither concurrency nor interruption shows in its bytes.
            """)

    @OptionGroup(title: "What is collected")
    var options: CollectOptions

    @OptionGroup(title: "What it runs on")
    var machine: MachineOptions

    @Option(
        name: .customLong("run"),
        help: ArgumentHelp("The run directory; made where it is missing.", valueName: "dir"))
    var directory: String

    @Flag(help: "Go on with an unfinished run of the same recipe.")
    var resume = false

    func run() async throws {
        let job = CollectJob(
            name: options.environment, recipe: options.recipe, seed: options.seed, directory: directory,
            unfinished: resume ? .resume : .refuse, machine: machine.machine())
        let result = try await job.run()
        StandardError.say(try RunSummary(of: [result]).words)
    }
}
