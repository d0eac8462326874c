import ArgumentParser
import Filter
import Study

/// `recode-data count`.
struct CountCommand: LongCommand {
    static let afterInterruption = AfterInterruption.startsOver
    static let configuration = CommandConfiguration(
        commandName: "count",
        abstract: "Count trajectories, pairs and rewards per method and environment, at several p.",
        discussion: """
            Standard output gets the table. A ReCode trajectory is counted by every method it can be flattened to. \
            The runs are selected from together, as filter does; with --each-run each by itself, as run does with \
            its collect stages. Where episodes were played with other options, such as --max-depth, each combination is \
            selected from by itself, and the table has a column for each option that differs, and for all the \
            episodes that were played.
            """)

    @Argument(
        help: ArgumentHelp(
            "Run directories, folders of runs such as a sweep's, or files of trajectories.", valueName: "run"),
        transform: OptionText.path)
    var runs: [String]

    @Option(
        help: ArgumentHelp(
            "The percentages to count at, separated by commas. (default: 10,20,30,40,100)", valueName: "p,q"),
        transform: OptionText.percentages)
    var top = ["10", "20", "30", "40", "100"].compactMap { try? TopPercentage($0) }

    @OptionGroup var ties: TieOptions
    @OptionGroup var eligibility: EligibilityOptions
    @OptionGroup(title: "What must not be trained on") var leaks: LeakDropOptions
    @OptionGroup(title: "What must not be trained on") var lists: LeakageOptions

    @Flag(help: "Select from each run by itself; rows name their run.")
    var eachRun = false

    @Option(help: "The form of the table.")
    var format = StudyFormat.text

    func run() async throws {
        let job = StudyJob(
            parts: try parts(),
            criteria: try top.map { try SelectionCriteria(top: $0, ties, eligibility, leaks) })
        try StandardOutput.write(try job.table().rendered(as: format))
    }

    private func parts() throws -> [StudyJob.Part] {
        let runs = try self.runs.flatMap(TrajectorySources.runs)
        let gate = try lists.gate().gate
        guard eachRun else {
            return [StudyJob.Part(survey: try Survey(of: TrajectorySources(paths: runs), gate: gate))]
        }
        let parts = try runs.map { path in
            let sources = try TrajectorySources(paths: [path])
            return StudyJob.Part(
                run: try sources.provenance()[0].name, survey: try Survey(of: sources, gate: gate))
        }
        var names: Set<String?> = []
        guard let part = parts.first(where: { !names.insert($0.run).inserted }) else { return parts }
        throw CommandFailure(
            .badUsage,
            "--each-run: two runs are named \(part.run ?? ""), so their rows could not be told apart. Name each run "
                + "once, and give their directories different names.")
    }
}
