import ArgumentParser
import Import
import Trajectories

/// `recode-data import`.
struct ImportCommand: LongCommand {
    static let afterInterruption = AfterInterruption.startsOver
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract:
            "Make a run directory of what others recorded: the reference implementation's results, ReAct conversations.",
        discussion: """
            docs/import.md says what is read and what cannot be. What does not come over is counted, and named record by \
            record in import-report.jsonl in the run directory.
            """)

    @Argument(
        help: ArgumentHelp(
            "Files, or directories: of results.json (recode-results), of .json and .jsonl files (sharegpt).",
            valueName: "file-or-dir"),
        transform: OptionText.path)
    var sources: [String]

    @Option(help: "What the sources look like.")
    var format: ImportFormat

    @Option(
        name: .customLong("env"),
        help: "The environment the episodes were played in: scienceworld, alfworld, webshop or another.",
        transform: Self.environment)
    var environment: String

    @Option(help: "Which part of the environment's instances; needed where records do not say it.")
    var split: Split?

    @Option(
        help: ArgumentHelp(
            "The directory of instance_ID.log or ID.log; without it, running_logs beside each results.json.",
            valueName: "dir"), transform: OptionText.path)
    var logs: String?

    @Option(
        parsing: .unconditional,
        help: "The scale of rewards; without it, told from them where they leave no doubt.")
    var rewardScale: RewardScale?

    @Option(
        help: ArgumentHelp(
            "The reward, from 0 to 1, of records that have none; without it they are left out.",
            valueName: "r"))
    var missingReward: Double?

    @Option(
        help: ArgumentHelp("The model that answered; records say “unknown” without it.", valueName: "name"))
    var model: String?

    @Option(
        name: .customLong("run"),
        help: ArgumentHelp("The run directory to make.", valueName: "dir"), transform: OptionText.path)
    var directory: String

    mutating func validate() throws {
        if let missingReward, !(0...1).contains(missingReward) {
            throw ValidationError("--missing-reward is \(missingReward), expected 0 to 1.")
        }
        if model?.isEmpty == true { throw ValidationError("--model is empty, expected a name.") }
        guard logs == nil || format == .recodeResults else {
            throw ValidationError("--logs is for --format recode-results; conversations have no logs.")
        }
    }

    func run() async throws {
        let importer = try Importer(
            paths: sources, logs: logs,
            settings: ImportSettings(
                format: format, environment: environment, split: split, model: model,
                rewardScale: rewardScale,
                missingReward: missingReward))
        let result = try ImportJob(importer: importer, directory: directory).run()
        guard let summary = result.summary else {
            return StandardError.say("\(directory): this import is there already; nothing was done.")
        }
        StandardError.say("\(directory): \(summary.words)")
        StandardError.say(importer.scaleWords)
        for note in result.notes { StandardError.say("  \(note)") }
        if result.noteCount > result.notes.count {
            StandardError.say(
                "  and \(result.noteCount - result.notes.count) more: \(directory)/\(ImportJob.reportName) names each."
            )
        }
    }

    /// A name as records have it: the reference implementation's `sciworld` is `scienceworld`.
    private static func environment(_ text: String) throws -> String {
        let name = ImportSettings.environmentName(text)
        guard !name.isEmpty,
            name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-_".contains($0)) })
        else {
            throw ValidationError("--env is '\(text)', expected a name of letters, digits, - and _.")
        }
        return name
    }
}

extension ImportFormat: ExpressibleByArgument {}
extension RewardScale: ExpressibleByArgument {}

extension ImportSummary {
    /// `imported 12 of 14 records (left out: 2 duplicate); 50 of 53 answers came over with their prompts; …`.
    fileprivate var words: String {
        var parts = ["imported \(imported) of \(Wording.count(read, "record"))"]
        if !leftOut.isEmpty { parts[0] += " (left out: \(Self.words(leftOut)))" }
        parts.append("\(recovered) of \(Wording.count(answers, "answer")) came over with their prompts")
        if !ofFiles.isEmpty { parts.append("damaged files: \(Self.words(ofFiles))") }
        if !lost.isEmpty { parts.append("not recovered: \(Self.words(lost))") }
        return parts.joined(separator: "; ")
    }
}

extension Importer {
    /// `reward scale 0-100, told from 12 rewards`, or that there was none to tell it from.
    fileprivate var scaleWords: String {
        guard rewardCount > 0 else { return "no record states a reward" }
        let source = settings.rewardScale == nil ? "told from" : "stated, and fits"
        return "reward scale \(scale.rawValue), \(source) \(Wording.count(rewardCount, "reward"))"
    }
}
