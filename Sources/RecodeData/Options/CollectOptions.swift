import ArgumentParser
import JSONLines
import TraceGen
import Trajectories

/// How many variations of each task: a number, or `all`.
enum VariationCount: Sendable, Hashable, ExpressibleByArgument, CustomStringConvertible {
    case all
    case atMost(Int)

    init?(argument: String) {
        if argument == "all" {
            self = .all
        } else if let count = Int(argument), count > 0 {
            self = .atMost(count)
        } else {
            return nil
        }
    }

    var description: String {
        switch self {
        case .all: "all"
        case .atMost(let count): String(count)
        }
    }

    /// The number; `nil` for all.
    var limit: Int? {
        if case .atMost(let count) = self { count } else { nil }
    }
}

/// What is collected, as options.
struct CollectOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The loop that turns answers into actions, or several, separated by commas. (default: recode)",
            valueName: "name,…"), transform: Self.agents)
    var agent = [AgentKind.recode]

    @Option(
        help: ArgumentHelp(
            "What answers the prompts: expert, a language model's profile, or replay:RUN for a run's recorded calls; or "
                + "several, separated by commas. (default: expert)",
            valueName: "name,…"), transform: Self.policies)
    var policy = ["expert"]

    @Option(help: "How likely ScienceWorld's expert is to drop or swap an action, from 0 to 1.")
    var slip = 0.0

    @Option(help: "Which part of the environment's instances.")
    var split = Split.train

    @Option(help: ArgumentHelp("Only these tasks, separated by commas; all without it.", valueName: "a,b"))
    var tasks: String?

    @Option(help: ArgumentHelp("How many variations of each task: a number, or all.", valueName: "n"))
    var variations = VariationCount.atMost(1)

    @Option(help: ArgumentHelp("How often each variation is played.", valueName: "n"))
    var repeats = 1

    @Option(help: ArgumentHelp("At most this many episodes; no limit without it.", valueName: "n"))
    var limit: Int?

    @Option(help: ArgumentHelp("Where every random draw comes from.", valueName: "n"))
    var seed = 0

    @Option(
        help: ArgumentHelp(
            "How many expansions may nest, or several such limits, separated by commas. (default: "
                + "\(CollectRecipe.defaultMaxDepth))",
            valueName: "n,…"), transform: Self.depths)
    var maxDepth = [CollectRecipe.defaultMaxDepth]

    @Option(
        help: ArgumentHelp(
            "How often an answer that breaks the format is asked for again; 5 without it.", valueName: "n"))
    var maxRewrite: Int?

    @Option(
        help: ArgumentHelp(
            "How often a placeholder whose code raised is expanded again; 5 without it.", valueName: "n"))
    var maxRetry: Int?

    @Option(
        help: ArgumentHelp(
            "The most primitive actions of an episode, where the environment allows more.", valueName: "n"))
    var maxSteps: Int?

    @Option(help: "How much a language model's prompts say: few-shot without it.")
    var promptStyle: PromptStyle?

    @Option(
        help: ArgumentHelp(
            "Leave an instance's other repeats out once it has this many successes.", valueName: "k"))
    var untilSuccesses: Int?

    mutating func validate() throws {
        guard (0...1).contains(slip) else {
            throw ValidationError("--slip is \(slip), expected a probability from 0 to 1.")
        }
        let atLeastOne = [
            ("repeats", repeats), ("limit", limit ?? 1), ("max-steps", maxSteps ?? 1),
            ("until-successes", untilSuccesses ?? 1),
        ]
        for (option, value) in atLeastOne where value < 1 {
            throw ValidationError("--\(option) is \(value), expected 1 or more.")
        }
        for (option, value) in [("max-rewrite", maxRewrite ?? 0), ("max-retry", maxRetry ?? 0)]
        where value < 0 {
            throw ValidationError("--\(option) is \(value), expected 0 or more.")
        }
    }

    /// The recipe the options describe, with one combination of the values that may be several.
    /// - Parameters:
    ///   - environment: the name of where episodes are played.
    ///   - environmentOptions: see ``CollectRecipe``.
    func recipe(
        at point: SweepPoint, in environment: String, with environmentOptions: [String: JSONValue]? = nil
    ) -> CollectRecipe {
        CollectRecipe(
            environment: environment, environmentOptions: environmentOptions, agent: point.agent,
            policy: point.policy, slip: slip, split: split, tasks: taskNames, variations: variations.limit,
            repeats: repeats, limit: limit, maxDepth: point.maxDepth,
            maxRewrite: maxRewrite, maxRetry: maxRetry, maxSteps: maxSteps, promptStyle: promptStyle,
            untilSuccesses: untilSuccesses)
    }

    /// The tasks; `nil` for all there are.
    var taskNames: [String]? {
        guard let tasks, tasks != "all" else { return nil }
        return tasks.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }

    /// Makes sure that an environment has the tasks, as far as they are known before it is opened.
    func requireTasks(of world: WorldChoice) throws {
        guard let known = world.tasks, let environment = world.name else { return }
        for task in taskNames ?? [] {
            _ = try OptionText.known(task, among: known, called: "task of \(environment)")
        }
    }

    private static func agents(_ text: String) throws -> [AgentKind] {
        let names = Catalogue.agents.map(\.rawValue)
        return try OptionText.values(text) { name in
            AgentKind(rawValue: try OptionText.known(name, among: names, called: "agent")) ?? .recode
        }
    }

    private static func policies(_ text: String) throws -> [String] {
        // A run's path may have a comma itself.
        if case .replay(let run) = PolicyChoice(text), Directory.isPresent(run) { return [text] }
        return try OptionText.values(text) { name in
            guard !name.isEmpty else {
                throw ValidationError("a name is empty, expected expert, a profile, or replay:RUN.")
            }
            return name
        }
    }

    private static func depths(_ text: String) throws -> [Int] {
        try OptionText.values(text) { value in
            guard let depth = Int(value), depth >= 1 else {
                throw ValidationError("--max-depth is \(value), expected 1 or more.")
            }
            return depth
        }
    }
}

/// What episodes run on, as options.
struct MachineOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How many episodes are under way at a time; one for each processor without it. Hundreds can wait for a "
                + "language model beside each other.",
            valueName: "n"))
    var concurrency: Int?

    @Option(
        help: ArgumentHelp(
            "How many environment workers the episodes share (about 700 MB each, and 12 MB for each further episode); "
                + "one for each processor without it, and no more than --concurrency.",
            valueName: "n"))
    var environmentWorkers: Int?

    @Option(
        help: ArgumentHelp(
            "The Python that has the environments' packages (or set \(Machine.pythonVariable)).",
            valueName: "path"))
    var python = Machine.pythonFromEnvironment

    @Option(
        help: ArgumentHelp(
            "The Python that runs the policy's code, 3.10 or newer; the system's without it.",
            valueName: "path"))
    var executorPython: String?

    @Option(help: "Where the policy's code runs. With none it has your own rights.")
    var sandbox = SandboxChoice.bubblewrap

    mutating func validate() throws {
        if let concurrency, concurrency < 1 {
            throw ValidationError("--concurrency is \(concurrency), expected 1 or more.")
        }
        if let environmentWorkers, environmentWorkers < 1 {
            throw ValidationError("--environment-workers is \(environmentWorkers), expected 1 or more.")
        }
    }

    /// What the options describe; says so where the sandbox is off.
    func machine() -> Machine {
        if sandbox == .none {
            StandardError.say(
                "warning: --sandbox none: the policy's code runs with your own rights. It can read and change your "
                    + "files, use the network, and read the keys of this program from its environment and memory."
            )
        }
        return Machine(
            python: python, executorPython: executorPython, sandbox: sandbox,
            concurrency: concurrency ?? Machine.defaultConcurrency,
            environmentWorkers: environmentWorkers ?? Machine.defaultEnvironmentWorkers)
    }
}

extension AgentKind: ExpressibleByArgument {}
extension Split: ExpressibleByArgument {}
extension SandboxChoice: ExpressibleByArgument {}
