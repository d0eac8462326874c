import Trajectories

/// A trajectory that lacks its id, and what did not come over.
struct ImportedEpisode: Sendable {
    var trajectory: Trajectory
    var issues: [ImportIssue]
    /// Answers that were asked for.
    var answers: Int
    /// Answers that came over with their prompts.
    var recovered: Int
}

/// Makes a trajectory of one instance of the reference implementation's results, and its log.
struct ResultImporter: Sendable {
    let settings: ImportSettings
    let scale: RewardScale

    /// What the log of an instance gave.
    enum Log: Sendable {
        case missing(String)
        case unreadable(ImportIssue)
        case read(ExpansionLog, isDamaged: Bool)

        /// Reads a log.
        /// - Parameter path: where it is; `nil` where there is none.
        init(_ path: String?) {
            guard let path else {
                self = .missing("there is no log instance_ID.log or ID.log of this instance")
                return
            }
            do {
                let (text, isDamaged) = try LogDirectory.read(path)
                guard let log = ExpansionLog(text) else {
                    self = .unreadable(
                        ImportIssue(.logUnreadable, "no line begins as `YYYY-MM-DD HH:MM:SS,mmm - LEVEL - …`")
                    )
                    return
                }
                self = .read(log, isDamaged: isDamaged)
            } catch {
                self = .unreadable(error)
            }
        }
    }

    /// Makes the trajectory, without id and repeat.
    ///
    /// - Parameters:
    ///   - result: the instance.
    ///   - reward: its reward as stated or as the user states it; `nil` where neither says any.
    ///   - log: its log.
    /// - Throws: an issue that costs the record.
    func episode(
        of result: ReferenceResult, split: Split, reward: RecordReward, log: Log
    ) throws(ImportIssue) -> ImportedEpisode {
        let tree = try PlanTree(result.tree)
        if let other = tree.environment, EnvironmentNames.own(other) != settings.environment {
            throw ImportIssue(
                .otherEnvironment,
                "the tree was made in \(other.shown(40)), stated is \(settings.environment)")
        }
        var work = ResultConversion(tree: tree, log: log)
        let nodes = work.nodes(steps: result.steps, reward: reward, scale: scale)
        let place = instance(of: result, work.log)
        work.issues += place.issues + reward.issues(success: result.success)
        if result.steps == nil {
            work.issues.append(ImportIssue(.stepsUnknown, "neither step nor steps is a number"))
        }
        if result.costUSD == nil {
            work.issues.append(ImportIssue(.costUnknown, "cost is no number from 0 up"))
        }
        let end = EpisodeEnding(tree, work.log, error: result.error, success: result.success ?? reward.isAll)
        if end.isInferred {
            work.issues.append(
                ImportIssue(.endInferred, "\(end.reason.rawValue): \((end.detail ?? "").shown(200))"))
        }
        let trajectory = Trajectory(
            id: "", taskID: place.taskID,
            environment: EnvironmentRecord(
                name: settings.environment, version: "unknown", task: place.task, variation: place.variation,
                split: split, options: ["instance_id": .string(result.instance)]),
            instruction: work.opening.instruction, initialObservation: work.opening.observation,
            agent: .recode,
            policy: settings.policy,
            limits: EpisodeLimits(
                maxDepth: tree.maxDepth ?? 0, maxRetry: tree.maxRetry ?? 0, maxRewrite: tree.maxRewrite ?? 0,
                stepLimit: 0),
            reward: reward.share(on: scale), nativeReward: reward.native(on: scale, in: settings.environment),
            success: result.success ?? reward.isAll, ended: end.reason, endedDetail: end.detail,
            steps: work.steps(stated: result.steps), calls: work.log?.answers ?? work.answers,
            usage: Usage(costUSD: result.costUSD), seed: 0, repeat: 0, nodes: nodes)
        return ImportedEpisode(
            trajectory: trajectory, issues: work.issues, answers: work.answers, recovered: work.recovered)
    }

    private struct Place {
        var task: String
        var variation = 0
        var taskID: String
        var issues: [ImportIssue] = []
    }

    /// The reference implementation counts instances through a shuffled list; ScienceWorld's log alone names the
    /// variation, as `TASK-NUMBER_VARIATION-Finished`.
    private func instance(of result: ReferenceResult, _ log: ExpansionLog?) -> Place {
        let task = result.taskType.map(TaskName.init)?.text ?? TaskName.unknown
        if settings.environment == "scienceworld", let name = log?.instance,
            let bar = name.lastIndex(of: "_"),
            let variation = Int(name[name.index(after: bar)...]), (0...1_000_000).contains(variation)
        {
            return Place(
                task: task, variation: variation, taskID: "\(settings.environment)/\(task)/\(variation)")
        }
        return Place(
            task: task,
            taskID: "\(settings.environment)/\(task)/instance-\(TaskName(result.instance).text)",
            issues: [
                ImportIssue(
                    .variationUnknown,
                    "the source counts instances through a list of its own; task_id names instance \(result.instance)"
                )
            ])
    }
}

/// The reward of a record.
struct RecordReward: Sendable, Hashable {
    /// On the source's scale; `nil` where the user's value stands in.
    var value: Double?
    /// What the user states for records without one, 0 to 1.
    var missing: Double
    /// Whether it is the whole reward, which success is taken from where the record does not say it.
    var isAll: Bool

    /// A reward as the record states it.
    init(_ value: Double, on scale: RewardScale) {
        (self.value, missing, isAll) = (value, 0, value == scale.highest)
    }

    /// What the user states, 0 to 1.
    init(missing: Double) {
        (value, self.missing, isAll) = (nil, missing, missing == 1)
    }

    /// From 0 to 1.
    func share(on scale: RewardScale) -> Double {
        value.map(scale.reward(of:)) ?? missing
    }

    /// On the scale of the source.
    func native(on scale: RewardScale, in environment: String) -> NativeReward {
        NativeReward(
            value: value ?? missing * scale.highest, min: scale.lowest(in: environment), max: scale.highest)
    }

    /// What the record does not say itself.
    /// - Parameter success: what it says of success.
    func issues(success: Bool?) -> [ImportIssue] {
        var issues: [ImportIssue] = []
        if value == nil {
            issues.append(ImportIssue(.rewardStated, "the record has none; \(missing) was stated"))
        }
        if success == nil {
            issues.append(
                ImportIssue(.successInferred, "the record does not say; the full reward is taken for it"))
        }
        return issues
    }
}

/// A task's name as part of a task id: no slashes, no line breaks, not endless.
struct TaskName: Sendable, Hashable {
    var text: String
    static let unknown = "unknown"
    /// The longest, in bytes.
    private static let longest = 450

    init(_ name: String) {
        // A character may have megabytes, of accents.
        var safe = String.UnicodeScalarView()
        var byteCount = 0
        for scalar in name.trimmed.prefix(200).unicodeScalars {
            byteCount += UTF8.width(scalar)
            guard byteCount <= Self.longest else { break }
            safe.append(scalar == "/" || scalar.properties.isWhitespace ? "_" : scalar)
        }
        text = safe.isEmpty ? Self.unknown : String(safe)
    }
}
