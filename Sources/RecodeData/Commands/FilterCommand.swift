import ArgumentParser
import Filter
import JSONLines

/// `recode-data filter`.
struct FilterCommand: LongCommand {
    static let afterInterruption = AfterInterruption.startsOver
    static let configuration = CommandConfiguration(
        commandName: "filter",
        abstract: "Select the trajectories of highest reward, or another score; write a selection file.",
        discussion: """
            In each group, the k = ceil(P/100 · n) trajectories of highest score are kept. n counts what every earlier step \
            left; the steps and their order are in docs/selection.md. For the runs of a sweep, group by what was swept as \
            well: --group environment,agent,policy_model,max_depth.
            """)

    @Argument(
        help: ArgumentHelp(
            "Run directories, folders of runs such as a sweep's, or files of trajectories.", valueName: "run"),
        transform: OptionText.path)
    var runs: [String]

    @Option(
        help: ArgumentHelp("Keep this percentage: above 0, up to 100. (default: 40)", valueName: "p"),
        transform: OptionText.percentage)
    var top = TopPercentage.paper

    @Option(
        help: ArgumentHelp(
            "What trajectories of a group have in common, separated by commas: \(GroupPart.list). (default: environment,agent,policy_model)",
            valueName: "part"),
        transform: OptionText.groupParts)
    var group = GroupPart.usual

    @OptionGroup var ties: TieOptions
    @OptionGroup var eligibility: EligibilityOptions
    @OptionGroup(title: "What must not be trained on") var leaks: LeakDropOptions

    @Option(help: ArgumentHelp("The selection file to write.", valueName: "file"), transform: OptionText.path)
    var out: String

    func run() async throws {
        // Only an earlier selection gives way: a mistyped path must not cost a run or a text.
        try OutputPath.requireFolder(of: out)
        if Directory.isPresent(out), !SelectionFile.isSelection(out) {
            throw CommandFailure(
                .badUsage,
                "\(out) is there already and is no selection file. Name another file with --out, or remove it."
            )
        }
        let sources = try TrajectorySources(paths: runs)
        let selection = try sources.select(
            by: try SelectionCriteria(top: top, ties, eligibility, leaks, group: group),
            gate: try leaks.gate())
        try SelectionFile.write(selection, to: out)
        for line in selection.funnel { StandardError.say(line) }
        StandardError.say("\(out): \(selection.keptWords)")
    }
}

extension TopPercentage {
    /// What the paper keeps.
    static var paper: TopPercentage {
        guard let forty = try? TopPercentage(40.0) else { preconditionFailure("40 is a percentage") }
        return forty
    }
}

extension Selection {
    /// What each step left, in the order of the steps: `read 60`, `  reward_too_low 2, left 58`, …
    var funnel: [String] {
        var left = read
        return ["read \(read)"]
            + DropReason.allCases.compactMap { reason in
                guard let count = dropped[reason.rawValue] else { return nil }
                left -= count
                return "  \(count) \(reason.rawValue), \(left) left"
            }
    }

    /// `kept 24 of 60 trajectories`.
    var keptWords: String {
        "kept \(kept.count) of \(Wording.count(read, "trajectory", plural: "trajectories"))"
    }

    /// `kept 24 of 60 (30 below_cut, 4 lost_tie, 2 reward_too_low)`.
    var summary: String {
        let reasons = dropped.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
        let dropped = reasons.isEmpty ? "" : " (dropped: \(reasons.joined(separator: ", ")))"
        return keptWords + dropped
    }
}
