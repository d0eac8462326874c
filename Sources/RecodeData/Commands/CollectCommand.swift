import ArgumentParser
import Prompts
import TraceGen
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

            --max-depth, --agent, --policy and --prompts take several values, separated by commas: a sweep. Each \
            combination is collected into a run directory of its own, DIR/max-depth-2, DIR/max-depth-4 and so on, with \
            the bytes that the single value gives. Every value is checked before the first run starts. --max-cost, \
            --max-tokens and --max-episodes are for the whole sweep; --dry-run shows every run and the sum; --resume \
            finishes the runs that are not. recode-data count DIR compares them.
            """)

    @OptionGroup(title: "Where")
    var world: EnvironmentOptions

    @OptionGroup(title: "What is collected")
    var options: CollectOptions

    @OptionGroup(title: "Language models")
    var models: ModelOptions

    @OptionGroup(title: "Language models")
    var prompts: CollectPromptOptions

    @OptionGroup(title: "When to stop early (exit 0, resumable)")
    var budget: BudgetOptions

    @OptionGroup(title: "What it runs on")
    var machine: MachineOptions

    @Option(
        name: .customLong("run"),
        help: ArgumentHelp(
            "The run directory, or a sweep's, which gets one for each run; made where it is missing.",
            valueName: "dir"),
        transform: OptionText.path)
    var directory: String

    @Flag(help: "Go on with an unfinished run, or sweep, of the same recipe.")
    var resume = false

    @Flag(help: "Say what would be collected and about what it would cost, and collect nothing.")
    var dryRun = false

    mutating func validate() throws {
        do {
            _ = try points()
        } catch {
            throw ValidationError(error.words)
        }
        if let world = world.known { try options.requireTasks(of: world) }
    }

    func run() async throws {
        models.hideKeys()
        let points = try points()
        let machine = self.machine.machine()
        let world = try self.world.choice()
        if let name = world.name {
            // A policy that is not there shows before anything is started.
            try require(points, points.map { try job(at: $0, in: name, nil, machine) })
        }
        let environment = try await world.opened(python: machine.python)
        try environment.require(tasks: options.taskNames, split: options.split)
        let jobs = try points.map {
            try job(at: $0, in: environment.name, environment.recipeOptions, machine)
        }
        try require(points, jobs)
        if jobs.count == 1 {
            try await run(jobs[0], in: environment, on: machine)
        } else {
            try await run(jobs, in: environment, on: machine)
        }
    }

    /// Makes sure that every job has its policy, and that no two are the same.
    private func require(_ points: [SweepPoint], _ jobs: [CollectJob]) throws {
        let policies = try jobs.map { try PolicyPlan($0.recipe, $0.models) }
        // What is only forecast costs nothing.
        if !dryRun { try policies.forEach { try $0.requirePrice(for: budget.budget) } }
        try CollectSweep.requireDifferent(
            zip(points, zip(jobs, policies)).map { ($0.name, $1.0.recipe, $1.1.record) })
    }

    private func points() throws(SweepProblem) -> [SweepPoint] {
        try SweepValues(
            maxDepth: options.maxDepth, agent: options.agent, policy: options.policy, prompts: prompts.prompts
        ).points()
    }

    private func job(
        at point: SweepPoint, in environment: String, _ environmentOptions: [String: JSONValue]?,
        _ machine: Machine
    ) throws -> CollectJob {
        let recipe = options.recipe(at: point, in: environment, with: environmentOptions)
        return CollectJob(
            name: point.name.isEmpty ? recipe.environment : point.name, recipe: recipe, seed: options.seed,
            directory: point.name.isEmpty ? directory : "\(directory)/\(point.name)",
            unfinished: resume ? .resume : .refuse, concurrency: machine.concurrency,
            models: models.sources(
                prompts: try PromptLibrary.read(from: point.prompts, for: recipe.collectedStyles)),
            budget: budget.budget)
    }

    private func run(_ job: CollectJob, in environment: any Environment, on machine: Machine) async throws {
        guard !dryRun else {
            return try StandardOutput.write(try await CollectForecast(of: job, in: environment).words)
        }
        let result = try await job.run(at: try await machine.site(in: environment))
        StandardError.say(try RunSummary(of: [result]).words)
        if let reason = result.stopped {
            StandardError.say(
                "stopped: \(reason). Run the same command with --resume and more budget to go on.")
        }
    }

    private func run(
        _ jobs: [CollectJob], in environment: any Environment, on machine: Machine
    ) async throws {
        let sweep = try CollectSweep(directory: directory, jobs: jobs)
        guard !dryRun else {
            return try StandardOutput.write(try await sweep.forecast(in: environment))
        }
        try await sweep.run(at: try await machine.site(in: environment))
    }
}
