import Import
import JSONLines
import Trajectories

/// Writes what an importer reads as a run directory, which appears whole or not at all.
struct ImportJob: Sendable {
    /// What reads the sources.
    var importer: Importer
    /// The run directory.
    var directory: String

    /// The file in a run directory that says what became of every record.
    static let reportName = "import-report.jsonl"

    /// What an import came to.
    struct Result: Sendable {
        /// The numbers; `nil` where the run was there already.
        var summary: ImportSummary?
        /// Records with what they lack, in words: the first few of those left out, then of the others.
        var notes: [String] = []
        /// How many notes there would be.
        var noteCount = 0
    }

    /// Imports, or recognises the run where it is there already.
    ///
    /// - Throws: ``CommandFailure`` where nothing can be imported; `ImportError`, `TrajectoriesError`, `JSONLinesError`,
    ///   `CancellationError`. Then there is no run directory.
    func run() throws -> Result {
        let recipe = ImportRecipe(importer)
        let versions = [Version.program: Version.current]
        if try isTaken() {
            _ = try RunCollector.begin(
                at: directory, recipe: recipe, versions: versions, unfinished: .refuse)
            return Result()
        }
        let staged = try StagedDirectory(for: directory)
        let start = try RunCollector.begin(
            at: staged.path, recipe: recipe, versions: versions, unfinished: .refuse, durability: .buffered)
        guard case .collecting(let collector) = start else {
            preconditionFailure("a directory just made holds no run")
        }
        var notes = ImportNotes()
        var order: [CanonicalPlace] = []
        let report = try AtomicLinesWriter(path: "\(staged.path)/\(Self.reportName)", compression: .none)
        let summary = try importer.run { trajectory in
            try collector.append(trajectory)
            order.append(CanonicalPlace(trajectory))
        } report: { record in
            try report.append(try CanonicalJSON.encode(record))
            notes.add(record)
        }
        guard summary.imported > 0 else { throw Self.nothing(summary, notes) }
        _ = try report.finish()
        _ = try collector.seal(order: order.sorted().map(\.id))
        try staged.publishNew()
        return Result(summary: summary, notes: notes.first, noteCount: notes.count)
    }

    /// Whether something is in the directory already.
    private func isTaken() throws -> Bool {
        guard Directory.isPresent(directory) else { return false }
        return try Directory.names(in: directory).contains { !$0.hasSuffix(".partial") }
    }

    private static func nothing(_ summary: ImportSummary, _ notes: ImportNotes) -> CommandFailure {
        let reasons = [summary.leftOut, summary.ofFiles].map(ImportSummary.words).filter { !$0.isEmpty }
        let lines = notes.first.map { "\n  \($0)" }.joined()
        return CommandFailure(
            .badData,
            "none of \(Wording.count(summary.read, "record")) can be imported"
                + (reasons.isEmpty
                    ? ": the files hold no records." : " (\(reasons.joined(separator: ", "))).") + lines)
    }
}

/// Where an imported trajectory stands in its run: by task, variation and repeat, as collecting has it.
private struct CanonicalPlace: Comparable {
    var task: String
    var variation: Int
    var taskID: String
    var `repeat`: Int
    var id: String

    init(_ trajectory: Trajectory) {
        task = trajectory.environment.task
        variation = trajectory.environment.variation
        taskID = trajectory.taskID
        `repeat` = trajectory.repeat
        id = trajectory.id
    }

    static func < (first: CanonicalPlace, second: CanonicalPlace) -> Bool {
        (first.task, first.variation, first.taskID, first.repeat, first.id)
            < (second.task, second.variation, second.taskID, second.repeat, second.id)
    }
}

/// The first few things to say of records; the report has all.
private struct ImportNotes {
    private var leftOut: [String] = []
    private var lacking: [String] = []
    private var said: [ImportIssue.Code: Int] = [:]
    /// How many there are.
    private(set) var count = 0

    static let limit = 20
    /// How often the same kind of thing is said of records that came over.
    static let limitOfKind = 2

    /// The first of them: records left out before those that lack something.
    var first: [String] { Array((leftOut + lacking).prefix(Self.limit)) }

    mutating func add(_ record: ImportedRecord) {
        let name = record.recordID.map { " (\($0))" } ?? ""
        count += record.issues.count
        for issue in record.issues {
            let isLeftOut = record.trajectoryID == nil
            said[issue.code, default: 0] += 1
            guard isLeftOut ? leftOut.count < Self.limit : said[issue.code, default: 0] <= Self.limitOfKind
            else {
                continue
            }
            let note = Self.plain(
                "\(record.source) \(record.place)\(name): \(issue.code.rawValue): \(issue.detail)")
            if isLeftOut { leftOut.append(note) } else { lacking.append(note) }
        }
    }

    /// Without control characters: ids and the like are other people's, and a terminal would obey them.
    private static func plain(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { $0.properties.generalCategory == .control ? "\u{FFFD}" : $0 }))
    }
}

/// What `run.json` says of an imported run: what it was made of, and what was stated.
private struct ImportRecipe: Encodable {
    private var agent: AgentKind
    private var environment: String
    private var policy: String
    private var split: Split?
    private var source: Source

    private struct Source: Encodable {
        var format: ImportFormat
        var files: [SourceFile]
        var logs: Importer.LogDigest?
        var rewardScale: RewardScale
        var rewardScaleFrom: String
        var missingReward: Double?

        enum CodingKeys: String, CodingKey {
            case format, files, logs
            case rewardScale = "reward_scale"
            case rewardScaleFrom = "reward_scale_from"
            case missingReward = "missing_reward"
        }
    }

    enum CodingKeys: String, CodingKey {
        case agent, policy, split
        case environment = "env"
        case source = "import"
    }

    init(_ importer: Importer) {
        let settings = importer.settings
        agent = settings.format.agent
        environment = settings.environment
        policy = settings.model ?? "imported"
        split = settings.split
        source = Source(
            format: settings.format, files: importer.files,
            logs: settings.format == .recodeResults ? importer.logs : nil, rewardScale: importer.scale,
            rewardScaleFrom: settings.rewardScale != nil
                ? "stated" : importer.rewardCount > 0 ? "detected" : "no_rewards",
            missingReward: settings.missingReward)
    }
}
