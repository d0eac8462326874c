import ArgumentParser
import Export
import Filter
import Study
import Trajectories

/// `recode-data count`.
struct CountCommand: LongCommand {
    static let afterInterruption = AfterInterruption.startsOver
    static let configuration = CommandConfiguration(
        commandName: "count",
        abstract: "Count trajectories, pairs and rewards per method and environment, at several p.",
        discussion: """
            Standard output gets the tables; docs/study.md says what exactly is counted. A ReCode trajectory is counted \
            by every method it can be flattened to. The runs are selected from together, as filter does; with --each-run each by itself, as run does with \
            its collect stages. Where episodes were played with other options, such as --max-depth, each combination is \
            selected from by itself, and the table has a column for each option that differs, and for all the \
            episodes that were played. Where the agents of an environment played different tasks, a warning says so; \
            --paired counts the tasks they have in common.
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

    @Flag(help: "Select from each run by itself; rows name their run.")
    var eachRun = false

    @Flag(help: "Count only task instances that every agent has an eligible trajectory of.")
    var paired = false

    @Option(help: "How much prompts say whose tokens are counted.")
    var style = PromptStyle.zeroShot

    @OptionGroup var prompts: PromptOptions
    @OptionGroup var tokens: TokenOptions
    @Option(
        help: ArgumentHelp(
            "Whether pairs that hold control tokens of chat templates are counted: not (drop), or as export writes them "
                + "(escape, keep)."))
    var controlTokens = ControlTokenPolicy.drop

    @OptionGroup var tables: StudyTableOptions

    func run() async throws {
        let parts = try parts()
        let table = StudyJob(
            parts: parts,
            criteria: try top.map { try SelectionCriteria(top: $0, ties, eligibility, leaks) },
            isPaired: paired, published: tables.published
        ).table()
        for coverage in table.coverage { coverage.say() }
        saySkipped(in: parts.map(\.survey))
        try StandardOutput.write(
            try table.rendered(as: tables.format, only: tables.table),
            as: tables.format == .json ? .json : .text)
    }

    /// Says how many pairs are in no row: a reader of the tables cannot see it.
    private func saySkipped(in surveys: [Survey]) {
        let counts = AgentKind.allCases.compactMap { method in
            let count = surveys.reduce(0) { $0 + ($1.screened[method] ?? 0) }
            return count > 0 ? "\(Wording.count(count, "pair")) of \(method.rawValue)" : nil
        }
        guard !counts.isEmpty else { return }
        StandardError.say(
            "not counted for the control tokens in them, as export leaves them out: \(counts.joined(separator: ", ")). "
                + "--control-tokens keep counts them.")
    }

    private func parts() throws -> [StudyJob.Part] {
        let runs = try self.runs.flatMap(TrajectorySources.runs)
        let gate = try leaks.gate()
        let template = try self.tokens.template()
        let tokens = try self.tokens.counting(under: template)
        let screen = PairScreen(tokens: try PairScreen.tokens(tokens, template), policy: controlTokens)
        let counting = try tokens.map {
            StudyCounting(tokens: $0, style: style, prompts: try prompts.library(for: style))
        }
        guard eachRun else {
            let sources = try TrajectorySources(paths: runs)
            return [
                StudyJob.Part(survey: try Survey(of: sources, gate: gate, counting: counting, screen: screen))
            ]
        }
        let parts = try runs.map { path in
            let sources = try TrajectorySources(paths: [path])
            return StudyJob.Part(
                run: try sources.provenance()[0].name,
                survey: try Survey(of: sources, gate: gate, counting: counting, screen: screen))
        }
        var names: Set<String?> = []
        guard let part = parts.first(where: { !names.insert($0.run).inserted }) else { return parts }
        throw CommandFailure(
            .badUsage,
            "--each-run: two runs are named \(part.run ?? ""), so their rows could not be told apart. Name each run "
                + "once, and give their directories different names.")
    }
}

extension StudyCoverage {
    /// Says on standard error what a reader of the table has to know of the tasks it covers.
    func say() {
        guard let words else { return }
        StandardError.say(
            isPaired ? "paired: \(words)" : "warning: \(words) count --paired counts those in common.")
    }
}
