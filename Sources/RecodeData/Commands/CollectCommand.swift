import ArgumentParser
import Trajectories

/// `recode-data collect`.
struct CollectCommand: LongCommand {
    static let afterInterruption = AfterInterruption.goesOn(with: "--resume")
    static let configuration = CommandConfiguration(
        commandName: "collect",
        abstract: "Roll out an agent with a policy in an environment, into a run directory.",
        discussion: """
            Episodes are appended as they finish; when the last one is in, the run is sealed in canonical order, so that \
            neither concurrency nor interruption shows in its bytes. Calls of a language model are kept in the run: \
            --policy replay:RUN plays them again without the model.
            """)

    @OptionGroup(title: "What is collected")
    var options: CollectOptions

    @OptionGroup(title: "Language models")
    var models: ModelOptions

    @OptionGroup(title: "Language models")
    var prompts: PromptOptions

    @OptionGroup(title: "When to stop early (exit 0, resumable)")
    var budget: BudgetOptions

    @OptionGroup(title: "What it runs on")
    var machine: MachineOptions

    @Option(
        name: .customLong("run"),
        help: ArgumentHelp("The run directory; made where it is missing.", valueName: "dir"),
        transform: OptionText.path)
    var directory: String

    @Flag(help: "Go on with an unfinished run of the same recipe.")
    var resume = false

    @Flag(help: "Say what would be collected and about what it would cost, and collect nothing.")
    var dryRun = false

    func run() async throws {
        let recipe = options.recipe
        let machine = self.machine.machine()
        let isScripted = PolicyChoice(recipe.policy) == .expert
        let job = CollectJob(
            name: options.environment, recipe: recipe, seed: options.seed, directory: directory,
            unfinished: resume ? .resume : .refuse, concurrency: machine.concurrency,
            models: try models.sources(
                prompts: prompts, styles: isScripted ? [] : [recipe.promptStyle ?? .fewShot]),
            budget: budget.budget)
        guard !dryRun else {
            let environment = try await machine.environment(named: recipe.environment)
            return try StandardOutput.write(try await CollectForecast(of: job, in: environment).words)
        }
        // A policy that is not there, and what the machine lacks, show before the directory is claimed for this recipe.
        _ = try PolicyPlan(recipe, job.models)
        let result = try await job.run(at: try await machine.site(for: recipe.environment))
        StandardError.say(try RunSummary(of: [result]).words)
        if let reason = result.stopped {
            StandardError.say(
                "stopped: \(reason). Run the same command with --resume and more budget to go on.")
        }
    }
}
