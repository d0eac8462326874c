import JSONLines
import Trajectories

/// Turns what others have into trajectories, and says of every record what became of it.
///
/// Files are read twice: once for the scale of their rewards, once for their records. Held in full are one JSON file (of
/// JSON lines, one line), one record and its log. Of every record, what is small is kept to the end: its reward and
/// place, its log's path, its id and its task's.
public struct Importer: Sendable {
    /// What the user states.
    public let settings: ImportSettings
    /// The files, in the order of their paths.
    public let files: [SourceFile]
    /// The scale rewards are on.
    public let scale: RewardScale
    /// How many rewards the scale was told from, or held against.
    public let rewardCount: Int
    /// SHA-256 over names and checksums of the logs that were found, and how many.
    public let logs: LogDigest

    private let logPaths: [String: [String: String]]

    /// What a run's recipe says of logs.
    public struct LogDigest: Codable, Sendable, Hashable {
        /// How many logs belong to records.
        public var count = 0
        /// SHA-256 of one line `NAME SHA256` for each, in the order of the records; `NAME unreadable` where it cannot be
        /// read.
        public var sha256 = ""
    }

    /// Looks through sources and logs.
    ///
    /// - Parameters:
    ///   - paths: files, and directories: of `results.json` for `recode-results`, of `.json` and `.jsonl` files for
    ///     `sharegpt`.
    ///   - logs: the directory of logs; without it, `running_logs` beside each `results.json`, where it is there.
    /// - Throws: ``ImportError``.
    public init(paths: [String], logs: String? = nil, settings: ImportSettings) throws {
        self.settings = settings
        files = try SourcePaths.files(at: paths, format: settings.format).map { path throws(ImportError) in
            try SourceFile(path: path)
        }
        var rewards: [StatedReward] = []
        var logPaths: [String: [String: String]] = [:]
        var digest = ""
        var logCount = 0
        for file in files {
            let directory = try Self.logDirectory(logs, of: file, settings.format)
            try SourceRecords(file: file).forEach { record in
                try Task.checkCancellation()
                guard case .success(let value) = record.content, let object = value.object else { return }
                if let reward = object["reward"]?.number, abs(reward) <= RewardScale.largest {
                    rewards.append(
                        StatedReward(value: reward, file: file.path, place: "\(file.name) \(record.place)"))
                }
                guard let instance = object["instance_id"]?.name, let path = try directory?.log(of: instance)
                else {
                    return
                }
                guard logPaths[file.path, default: [:]].updateValue(path, forKey: instance) == nil else {
                    return
                }
                digest += "\(FilePath.name(of: path)) \(LogDirectory.sha256(of: path) ?? "unreadable")\n"
                logCount += 1
            }
        }
        scale = try RewardScale.settled(
            stated: settings.rewardScale, rewards: rewards, environment: settings.environment)
        rewardCount = rewards.count
        self.logPaths = logPaths
        self.logs = LogDigest(count: logCount, sha256: Digest.sha256Hex(of: digest.utf8))
    }

    private static func logDirectory(
        _ stated: String?, of file: SourceFile, _ format: ImportFormat
    ) throws(ImportError) -> LogDirectory? {
        guard format == .recodeResults else { return nil }
        if let stated { return try LogDirectory(stated) }
        let usual = "\(FilePath.directory(of: file.path))/\(LogDirectory.usualName)"
        return Directory.isDirectory(usual) ? try LogDirectory(usual) : nil
    }

    /// Reads every record.
    ///
    /// - Parameters:
    ///   - take: is given each trajectory, whole; their ids differ.
    ///   - report: is given what became of each record, in order, and what is wrong with files.
    /// - Returns: the numbers.
    /// - Throws: ``ImportError`` (`notStated`) for a record whose split nobody says, and what `take` and `report` throw.
    public func run(
        take: (Trajectory) throws -> Void, report: (ImportedRecord) throws -> Void
    ) throws -> ImportSummary {
        var summary = ImportSummary()
        var identities = ImportedIdentities()
        for file in files {
            try SourceRecords(file: file).forEach { source in
                try Task.checkCancellation()
                var record = ImportedRecord(source: file.name, place: source.place)
                do {
                    let value = try source.content.get()
                    let log = value.object?["instance_id"]?.name.flatMap { logPaths[file.path]?[$0] }
                    record.recordID = Self.recordID(of: value)
                    record.log = log.map(FilePath.name)
                    var episode = try self.episode(of: value, at: record, log: log)
                    try identities.identify(&episode.trajectory, as: value)
                    record.trajectoryID = episode.trajectory.id
                    record.answers = episode.answers
                    record.recovered = episode.recovered
                    record.issues = episode.issues
                    try Self.requireSize(of: episode.trajectory)
                    try take(episode.trajectory)
                } catch let issue as ImportIssue {
                    record.trajectoryID = nil
                    record.issues = [issue]
                }
                summary.add(record)
                try report(record)
            }
        }
        return summary
    }

    private static func recordID(of value: ForeignValue) -> String? {
        let object = value.object
        return (object?["instance_id"] ?? object?["id"] ?? object?["item_id"])?.name.map {
            String($0.prefix(200))
        }
    }

    private func episode(
        of value: ForeignValue, at record: ImportedRecord, log: String?
    ) throws -> ImportedEpisode {
        switch settings.format {
        case .recodeResults:
            let result = try ReferenceResult(value)
            // Without a tree there may be no reward either, and the tree is what is missing.
            _ = try PlanTree(result.tree)
            return try ResultImporter(settings: settings, scale: scale).episode(
                of: result, split: try split(result.split, ids: [], of: record),
                reward: try reward(result.reward),
                log: ResultImporter.Log(log))
        case .sharegpt:
            let conversation = try Conversation(value)
            if let other = EnvironmentNames.other(than: settings.environment, in: conversation.id) {
                throw ImportIssue(
                    .otherEnvironment, "the id names \(other), stated is \(settings.environment)")
            }
            let ids = [conversation.id, conversation.game].compactMap(\.self)
            return ConversationImporter(settings: settings, scale: scale).episode(
                of: conversation, split: try split(conversation.split, ids: ids, of: record),
                reward: try reward(conversation.reward))
        }
    }

    private func reward(_ value: Double?) throws(ImportIssue) -> RecordReward {
        guard let value else {
            guard let missing = settings.missingReward else {
                throw ImportIssue(
                    .rewardMissing, "reward is missing, or no number; --missing-reward states one")
            }
            return RecordReward(missing: missing)
        }
        guard abs(value) <= RewardScale.largest else {
            throw ImportIssue(.rewardAbsurd, "reward is \(value), which is on no scale")
        }
        return RecordReward(value, on: scale)
    }

    /// The split a record says, or the one stated. Where both say one, they must agree: it decides leakage.
    private func split(_ word: String?, ids: [String], of record: ImportedRecord) throws -> Split {
        var said = ids.lazy.compactMap(StatedSplit.inPath).first
        if let word {
            guard let named = StatedSplit.named(word) else {
                throw ImportIssue(.splitConflict, "split is \(word.shown(40)), expected train, dev or test")
            }
            guard said == nil || said == named else {
                throw ImportIssue(.splitConflict, "split is \(word), and the id says otherwise")
            }
            said = named
        }
        guard let stated = settings.split else {
            guard let said else {
                throw ImportError(
                    .notStated,
                    "\(record.source) \(record.place): nothing says which split the record belongs to, and the split "
                        + "decides leakage. State it: --split train, dev or test.")
            }
            return said
        }
        guard said == nil || said == stated else {
            throw ImportIssue(
                .splitConflict, "the record belongs to \(said?.rawValue ?? ""), stated is \(stated.rawValue)")
        }
        return stated
    }

    /// The longest line that readers take is 64 MiB.
    private static func requireSize(of trajectory: Trajectory) throws(ImportIssue) {
        guard let line = try? CanonicalJSON.encode(trajectory) else {
            throw ImportIssue(.notARecord, "the record holds a number JSON does not have")
        }
        guard line.count <= 60 << 20 else {
            throw ImportIssue(.tooLarge, "its record would have \(line.count) bytes, more than \(60 << 20)")
        }
    }
}

/// Gives trajectories their ids and repeats, and knows a record that came before.
private struct ImportedIdentities {
    private var seen: Set<String> = []
    private var repeats: [String: Int] = [:]

    /// What makes two imported episodes the same: where they were played and all that the record says. The log is no
    /// part of it: with or without it, the episode is the same.
    private struct Identity: Encodable {
        var environment: String
        var agent: AgentKind
        var record: String
    }

    /// - Throws: `duplicate`.
    mutating func identify(_ trajectory: inout Trajectory, as value: ForeignValue) throws {
        let identity = Identity(
            environment: trajectory.environment.name, agent: trajectory.agent,
            record: Digest.sha256Hex(of: ForeignDigest.bytes(of: value)))
        let id = String(Digest.sha256Hex(of: try CanonicalJSON.encode(identity)).prefix(32))
        guard seen.insert(id).inserted else {
            throw ImportIssue(.duplicate, "the same record came before")
        }
        trajectory.id = id
        trajectory.repeat = repeats[trajectory.taskID, default: 0]
        repeats[trajectory.taskID, default: 0] += 1
    }
}
