import ArgumentParser
import Filter
import JSONLines

/// `recode-data held-out`.
struct HeldOutCommand: LongCommand {
    static let afterInterruption = AfterInterruption.startsOver
    static let configuration = CommandConfiguration(
        commandName: "held-out",
        abstract: "List what the dev and test instances of an environment begin with, for the leakage gate.",
        discussion: """
            Every instance is loaded once, no agent plays. The lists of the environments this program has are in \
            data/held-out and are used without being named; make one for another version of an environment, and name it to \
            export with --held-out. The list holds digests, no texts.
            """)

    @OptionGroup(title: "Where")
    var world: EnvironmentOptions

    @Option(
        help: ArgumentHelp(
            "The Python that has the environments' packages (or set \(Machine.pythonVariable)).",
            valueName: "path"))
    var python = Machine.pythonFromEnvironment

    @Option(
        help: ArgumentHelp(
            "How many instances are loaded at a time; one for each processor without it.", valueName: "n"))
    var concurrency: Int?

    @Option(
        help: ArgumentHelp("The list to write; gzipped where the name ends in .gz.", valueName: "file"),
        transform: OptionText.path)
    var out: String

    mutating func validate() throws {
        if let concurrency, concurrency < 1 {
            throw ValidationError("--concurrency is \(concurrency), expected 1 or more.")
        }
    }

    func run() async throws {
        try OutputPath.requireFolder(of: out)
        if Directory.isPresent(out), (try? HeldOutTasks.read(out)) == nil {
            throw CommandFailure(
                .badUsage,
                "\(out) is there already and is no list of held-out tasks. Name another file with --out, or remove it."
            )
        }
        let environment = try await world.choice().opened(python: python)
        let job = HeldOutJob(
            environment: environment, concurrency: concurrency ?? Machine.defaultConcurrency)
        let list = try await job.run()
        try list.write(to: out)
        StandardError.say(
            "\(out): \(Wording.count(list.instances.count, "instance")) of \(list.environment) \(list.version), dev and test"
        )
    }
}
