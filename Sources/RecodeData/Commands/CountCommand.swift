import ArgumentParser
import Filter
import Study

/// `recode-data count`.
struct CountCommand: LongCommand {
    static let configuration = CommandConfiguration(
        commandName: "count",
        abstract: "Count trajectories, pairs and rewards per method and environment, at several p.",
        discussion:
            "Standard output gets the table. A ReCode trajectory is counted by every method it can be flattened to."
    )

    @Argument(
        help: ArgumentHelp("Run directories, or files of trajectories.", valueName: "run"),
        transform: OptionText.path)
    var runs: [String]

    @Option(
        help: ArgumentHelp(
            "The percentages to count at, separated by commas. (default: 10,20,30,40,100)", valueName: "p,q"),
        transform: OptionText.percentages)
    var top = ["10", "20", "30", "40", "100"].compactMap { try? TopPercentage($0) }

    @OptionGroup var ties: TieOptions
    @OptionGroup var eligibility: EligibilityOptions

    @Option(help: "The form of the table.")
    var format = StudyFormat.text

    func run() async throws {
        let survey = try Survey(of: TrajectorySources(paths: runs))
        let selected = try top.map {
            (survey: survey, selection: survey.select(by: try SelectionCriteria(top: $0, ties, eligibility)))
        }
        try StandardOutput.write(try StudyTable(of: Survey.groups(of: selected)).rendered(as: format))
    }
}
