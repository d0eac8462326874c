import ArgumentParser
import Export
import Filter
import JSONLines
import Trajectories

/// `recode-data export`.
struct ExportCommand: LongCommand {
    static let afterInterruption = AfterInterruption.startsOver
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Decompose kept trajectories into pairs: sharded .jsonl.gz, a card and a manifest.",
        discussion: """
            Without --selection and --top every trajectory is taken. The methods react and codeact flatten a ReCode \
            trajectory: the same actions in the same order, each with the nearest thought above it.
            """)

    @Argument(
        help: ArgumentHelp(
            "Run directories, folders of runs such as a sweep's, or files of trajectories.", valueName: "run"),
        transform: OptionText.path)
    var runs: [String]

    @Option(
        help: ArgumentHelp("Take what this selection file keeps.", valueName: "file"),
        transform: OptionText.path)
    var selection: String?

    @Option(
        help: ArgumentHelp(
            "Take this percentage of highest reward, as filter does without further options.", valueName: "p"),
        transform: OptionText.percentage)
    var top: TopPercentage?

    @Option(help: "The method the pairs teach.")
    var method = AgentKind.recode

    @Option(help: "How much prompts say.")
    var style = PromptStyle.zeroShot

    @OptionGroup
    var prompts: PromptOptions

    @OptionGroup
    var tokens: TokenOptions

    @OptionGroup(title: "What rows look like")
    var shape: ExportShapeOptions

    @OptionGroup(title: "Which pairs are kept")
    var pairs: PairOptions

    @Option(help: ArgumentHelp("The seed of every hash that chooses.", valueName: "n"))
    var seed = 0

    @OptionGroup(title: "What must not be trained on")
    var lists: LeakageOptions

    @OptionGroup(title: "What must not be trained on")
    var leaks: ExportLeakOptions

    @Option(
        help: ArgumentHelp("The directory to write; an earlier export gives way.", valueName: "dir"),
        transform: OptionText.path)
    var out: String

    mutating func validate() throws {
        guard selection == nil || top == nil else {
            throw ValidationError(
                "--selection and --top exclude each other: a selection has its own percentage.")
        }
        if let refusal = shape.shape(seed: 0).refusal(of: method) {
            throw ValidationError("--history: expected method \(refusal.expected). \(refusal.advice)")
        }
        guard shape.maxTokens == nil || tokens.tokens != .none else {
            throw ValidationError("--max-tokens needs tokens to be counted, and --tokens is none.")
        }
        if tokens.tokens == .none, shape.shape(seed: 0).order.needsTokens {
            throw ValidationError(
                "--order curriculum by length needs tokens to be counted, and --tokens is none. Name other measures: "
                    + "--by height,steps.")
        }
        guard !leaks.dropLeaks || !leaks.allowLeakage else {
            throw ValidationError("--drop-leaks and --allow-leakage exclude each other.")
        }
        guard top != nil || !leaks.dropLeaks else {
            throw ValidationError(
                "--drop-leaks goes with --top. A selection drops them where it is made: recode-data filter --drop-leaks."
            )
        }
    }

    func run() async throws {
        let sources = try TrajectorySources(paths: runs)
        let gate = try lists.gate(isLifted: leaks.allowLeakage)
        let target = ExportJob.Target(
            directory: out, method: method, selection: try selected(from: sources, gate),
            selectionSHA256: try selection.map { try FileDigest.ofFile($0, lineCount: 0).sha256 })
        let template = try tokens.template()
        let manifests = try ExportJob(
            sources: sources, shape: shape.shape(seed: seed), style: style,
            prompts: try prompts.library(for: style),
            tokens: try tokens.counting(under: template), template: template,
            python: Machine.pythonFromEnvironment, pairCriteria: try pairs.criteria(seed: seed), gate: gate,
            refusesEmpty: true, targets: [target]
        ).run()
        for manifest in manifests { StandardError.say("\(out): \(manifest.summary)") }
    }

    private func selected(from sources: TrajectorySources, _ gate: ExportGate) throws -> Selection? {
        if let selection {
            let chosen = try SelectionFile.read(selection)
            try sources.require(chosen, in: selection)
            return chosen
        }
        guard let top else { return nil }
        return try sources.select(
            by: SelectionCriteria(top: top, seed: seed, leakage: leaks.dropLeaks ? .drop : .keep),
            gate: leaks.dropLeaks ? gate : nil)
    }
}

extension ExportManifest {
    /// `812 pairs of 24 trajectories (dropped: 3 failed_subtree)`.
    var summary: String {
        let reasons = counts.dropped.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
        let dropped = reasons.isEmpty ? "" : " (dropped: \(reasons.joined(separator: ", ")))"
        let trajectories = Wording.count(counts.trajectories, "trajectory", plural: "trajectories")
        let alike =
            leakage.sameInstruction > 0
            ? "; \(leakage.sameInstruction) with the instruction of a held-out task" : ""
        let unknown =
            leakage.notCompared > 0
            ? "; \(leakage.notCompared) of a world whose held-out tasks are not known" : ""
        let cut = counts.truncated > 0 ? "; \(counts.truncated) with values cut" : ""
        let control = counts.controlTokens.map {
            ($0.escaped > 0 ? "; \($0.escaped) with control tokens escaped" : "")
                + ($0.kept > 0 ? "; \($0.kept) with control tokens" : "")
        }
        let unheld =
            recipe.holdout != nil && counts.pairsBySplit[DataSplit.validation.rawValue] == nil
            ? "; too few tasks to hold one out" : ""
        return
            "\(Wording.count(counts.pairs, "pair")) of \(trajectories)\(dropped)\(cut)\(control ?? "")\(alike)\(unknown)\(unheld)"
    }
}
