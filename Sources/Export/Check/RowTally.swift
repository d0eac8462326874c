import Trajectories

/// What the rows of an export come to, held against each other and against the manifest.
struct RowTally {
    /// Whether a file could not be read to its end, so that sums say nothing.
    var isPartial = false

    /// Where a row stands: the shard, by its place among them, and the line.
    private struct Place: Hashable {
        var file: String
        var line: Int
        var words: String { "\(file):\(line)" }
    }

    /// An answer of a trajectory.
    private struct AnswerKey: Hashable {
        var trajectoryID: String
        var turn: Int
        var kind: Pair.Kind
    }

    private var places: [String: Place] = [:]
    private var answers: [AnswerKey: Place] = [:]
    private var lines: [DataSplit: Int] = [:]
    private var stageLines: [StageKey: Int] = [:]
    private var tasks: [DataSplit: Set<String>] = [:]
    private var trajectories: Set<String> = []
    private var tokens = 0
    private var described = 0

    private struct StageKey: Hashable {
        var split: DataSplit
        var stage: Int
    }

    /// Takes a file that was read to its end.
    mutating func add(_ shard: ExportShard, lineCount: Int) {
        lines[shard.split, default: 0] += lineCount
        if let stage = shard.stage {
            stageLines[StageKey(split: shard.split, stage: stage), default: 0] += lineCount
        }
    }

    /// Takes a row.
    /// - Returns: what is wrong with it, among the others and in its file.
    mutating func add(
        _ row: ExportedRow.Origin, in shard: ExportShard, line: Int, _ manifest: ExportManifest
    ) -> [String] {
        let place = Place(file: shard.path, line: line)
        let answer = AnswerKey(trajectoryID: row.trajectoryID, turn: row.turn, kind: row.kind)
        var problems: [String] = []
        if let earlier = places.updateValue(place, forKey: row.id) {
            problems.append("id: \(row.id) stands at \(earlier.words) already. Make the export anew.")
        }
        if let earlier = answers.updateValue(place, forKey: answer) {
            problems.append(
                "turn: \(row.kind.rawValue) \(row.turn) of trajectory \(row.trajectoryID) stands at \(earlier.words) "
                    + "already. Make the export anew.")
        }
        problems += Self.problems(of: row, in: shard, manifest)
        let other: DataSplit = shard.split == .train ? .validation : .train
        if [.train, .validation].contains(shard.split), tasks[other]?.contains(row.taskID) ?? false {
            problems.append(
                "task_id: rows of \(row.taskID) lie in \(other.rawValue) too; a task belongs in one part, whole. "
                    + "Make the export anew.")
        }
        tasks[shard.split, default: []].insert(row.taskID)
        trajectories.insert(row.trajectoryID)
        tokens += row.tokens ?? 0
        described += 1
        return problems
    }

    private static func problems(
        of row: ExportedRow.Origin, in shard: ExportShard, _ manifest: ExportManifest
    ) -> [String] {
        var problems: [String] = []
        let recipe = manifest.recipe
        let allowed: [DataSplit] = row.split == .train ? [.train, .validation] : [DataSplit(of: row.split)]
        if !allowed.contains(shard.split) {
            problems.append(
                "split: the row is of the \(row.split.rawValue) split and lies in a file of \(shard.split.rawValue). "
                    + "Make the export anew.")
        }
        if manifest.leakage.gate == .on, row.split != .train {
            problems.append(
                "split: \(row.taskID) is of the \(row.split.rawValue) split, and the leakage gate of this export is on. "
                    + "Do not train on it; make the export anew.")
        }
        if row.agent != recipe.method {
            problems.append("agent: is \(row.agent.rawValue), the manifest says \(recipe.method.rawValue).")
        }
        if row.style != recipe.style {
            problems.append("style: is \(row.style.rawValue), the manifest says \(recipe.style.rawValue).")
        }
        if !(0...1).contains(row.reward) { problems.append("reward: is \(row.reward), expected 0 to 1.") }
        if let run = row.run, !recipe.sources.contains(where: { $0.name == run }) {
            problems.append("run: \(run) is no source of this export.")
        }
        return problems
    }

    /// What the manifest says that the rows do not.
    func problems(with manifest: ExportManifest) -> [String] {
        guard !isPartial, manifest.recipe.format != .parquet else { return [] }
        var problems: [String] = []
        func compare(_ key: String, _ said: Int, _ found: Int) {
            if said != found { problems.append("\(key): is \(said), and the rows come to \(found).") }
        }
        let counts = manifest.counts
        compare("counts.pairs", counts.pairs, lines.values.reduce(0, +))
        for split in DataSplit.allCases {
            compare(
                "counts.pairs_by_split.\(split.rawValue)", counts.pairsBySplit[split.rawValue] ?? 0,
                lines[split] ?? 0)
        }
        if trajectories.count > counts.trajectories {
            compare("counts.trajectories", counts.trajectories, trajectories.count)
        }
        if manifest.leakage.gate == .on, let leak = manifest.leakage.leaks.keys.min() {
            problems.append("leakage.leaks: holds \(leak), and the gate is on.")
        }
        if let sum = manifest.tokens, described > 0 { compare("tokens.chat", sum.chat, tokens) }
        var first: [DataSplit: Int] = [:]
        for (index, stage) in (manifest.stages ?? []).enumerated() {
            let key = StageKey(split: stage.split, stage: stage.number)
            compare("stages[\(index)].rows", stage.rows, stageLines[key] ?? 0)
            compare("stages[\(index)].first_row", stage.firstRow, first[stage.split] ?? 0)
            first[stage.split, default: 0] += stage.rows
        }
        return problems
    }
}

extension DataSplit {
    /// The part that rows of a split lie in, where none are held out.
    fileprivate init(of split: Split) {
        self.init(of: split, isHeldOut: false)
    }
}
