import ArgumentParser
import Trajectories

/// `recode-data verify`.
struct VerifyCommand: LongCommand {
    static let afterInterruption = AfterInterruption.startsOver
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract:
            "Re-check runs and exports: checksums, schema, counts, ids, leakage, lineage; play episodes again.",
        discussion: """
            Standard output gets a line for each run or export, standard error what is wrong, with file and line. Exit code \
            65 says that something is. docs/verify.md says what exactly is checked.
            """)

    @Argument(
        help: ArgumentHelp(
            "Run directories, exports, or folders of them such as a pipeline's.", valueName: "path"),
        transform: OptionText.path)
    var paths: [String]

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "The runs that the exports were made from: each row is followed back to its trajectory, which is decomposed again, and "
                + "the export is made again and compared.",
            valueName: "run"), transform: OptionText.path)
    var runs: [String] = []

    @Option(
        help: ArgumentHelp(
            "How many episodes of each run, or of those an export's rows come from, are played again: their code in the sandbox, with "
                + "the recorded answers and observations.", valueName: "n"))
    var replay = 0

    @Option(help: ArgumentHelp("The seed of the hash that chooses them.", valueName: "n"))
    var seed = 0

    @OptionGroup(title: "With --runs") var prompts: PromptOptions
    @OptionGroup(title: "With --runs") var lists: LeakageOptions
    @OptionGroup(title: "With --runs") var tokens: TokenOptions

    @Option(
        help: ArgumentHelp(
            "The Python that runs the episodes' code, 3.10 or newer; the system's without it.",
            valueName: "path"))
    var executorPython: String?

    @Option(help: "Where the episodes' code runs. With none it has your own rights.")
    var sandbox = SandboxChoice.bubblewrap

    @Option(
        help: ArgumentHelp("How many problems of each run or export are put in words.", valueName: "n"))
    var problems = 20

    @Option(help: "What standard output gets.")
    var format = VerifyReport.Format.text

    mutating func validate() throws {
        for (name, value) in [("--replay", replay), ("--problems", problems)] where value < 0 {
            throw ValidationError("\(name) is \(value), expected 0 or more.")
        }
        guard !runs.isEmpty || !lists.isGiven && prompts.prompts == nil else {
            throw ValidationError(
                "--prompts, --exclude and --held-out go with --runs: without the runs no row is followed back."
            )
        }
    }

    func run() async throws {
        let machine = Machine(
            python: Machine.pythonFromEnvironment, executorPython: executorPython, sandbox: sandbox,
            concurrency: 1, environmentWorkers: 1)
        let report = try await VerifyJob(
            paths: paths, runs: runs, prompts: prompts.prompts, gate: runs.isEmpty ? nil : try lists.gate(),
            vocabulary: tokens.tokens, template: tokens.chatTemplate, replays: replay, seed: seed,
            machine: machine, problemLimit: problems
        ).run()
        for entry in report.entries {
            for problem in entry.findings.first { StandardError.say(problem) }
            let more = entry.findings.count - entry.findings.first.count
            if more > 0 {
                StandardError.say("\(entry.path): \(more) more; --problems \(problems + more) says all.")
            }
        }
        try StandardOutput.write(try report.rendered(as: format), as: format == .json ? .json : .text)
        guard report.isWhole else {
            throw CommandFailure(
                .badData, "\(Wording.count(report.problemCount, "problem")): do not use the data as it is.")
        }
    }
}

extension VerifyReport.Format: ExpressibleByArgument {}
