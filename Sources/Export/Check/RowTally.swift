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
    /// How long the rows are, in the same bins and beyond the same limits as in a manifest.
    private var counted: ExportTokens?
    private var ranks: [DataSplit: RowRank] = [:]
    private var ranges: [StageKey: [ExportStage.MeasureRange]] = [:]
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
        if let length = row.tokens, !Self.lengths.contains(length) {
            return problems + ["tokens: is \(length), expected 0 to \(Self.lengths.upperBound)."]
        }
        problems += orderProblems(of: row, in: shard, manifest.recipe.order)
        tasks[shard.split, default: []].insert(row.taskID)
        trajectories.insert(row.trajectoryID)
        tokens += row.tokens ?? 0
        if let length = row.tokens {
            counted =
                counted
                ?? manifest.tokens.map { ExportTokens(vocabulary: $0.vocabulary, template: $0.template) }
            counted?.add(PairTokens(content: 0, chat: length, trained: 0))
        }
        described += 1
        return problems
    }

    /// Whether a row stands after the one above it, as far as that can be said without the runs: in a curriculum rows that are
    /// as hard stand as they were collected.
    private mutating func orderProblems(
        of row: ExportedRow.Origin, in shard: ExportShard, _ order: RowOrder
    ) -> [String] {
        guard order != .collected else { return [] }
        let rank = order.rank(of: row, after: described)
        if case .curriculum(let curriculum) = order, let stage = shard.stage {
            let key = StageKey(split: shard.split, stage: stage)
            ranges[key] = ExportStage.MeasureRange.joined(
                ranges[key], rank.difficulties, by: curriculum.by)
        }
        guard let earlier = ranks.updateValue(rank, forKey: shard.split), rank < earlier else { return [] }
        return [
            "order: the row stands after one that comes later in the order \(order.name.rawValue). Make the export anew."
        ]
    }

    /// How long a row can be, in tokens: sums of such lengths are numbers still.
    private static let lengths = 0...1 << 32

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
        guard !isPartial else { return [] }
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
        problems +=
            lengthProblems(with: manifest) + controlTokenProblems(with: manifest)
            + countProblems(with: counts)
        var first: [DataSplit: Int] = [:]
        for (index, stage) in (manifest.stages ?? []).enumerated() {
            let key = StageKey(split: stage.split, stage: stage.number)
            compare("stages[\(index)].rows", stage.rows, stageLines[key] ?? 0)
            compare("stages[\(index)].first_row", stage.firstRow, first[stage.split] ?? 0)
            for (place, range) in stage.ranges.enumerated() {
                guard let found = ranges[key]?.dropFirst(place).first, found != range else { continue }
                problems.append(
                    "stages[\(index)].ranges[\(place)]: is \(range.words), and the rows come to \(found.words)."
                )
            }
            first[stage.split, default: 0] &+= stage.rows
        }
        return problems
    }
}

// MARK: - Sums

extension RowTally {
    /// What the manifest says of the rows' lengths that the rows do not.
    private func lengthProblems(with manifest: ExportManifest) -> [String] {
        guard let said = manifest.tokens, let found = counted else { return [] }
        var problems: [String] = []
        if said.histogram != found.histogram {
            problems.append("tokens.histogram: is not that of the rows' lengths.")
        }
        for limit in ExportTokens.limits.map(String.init) where said.over[limit] != found.over[limit] {
            problems.append(
                "tokens.over.\(limit): is \(said.over[limit] ?? 0), and the rows come to \(found.over[limit] ?? 0)."
            )
        }
        return problems
    }

    /// What the manifest says of control tokens that contradicts itself.
    private func controlTokenProblems(with manifest: ExportManifest) -> [String] {
        let key = "counts.control_tokens"
        guard let rule = manifest.recipe.controlTokens, let found = manifest.counts.controlTokens else {
            guard (manifest.recipe.controlTokens == nil) != (manifest.counts.controlTokens == nil) else {
                return []
            }
            return [
                "\(key): control_tokens says what was looked for, and this what was found: one is missing."
            ]
        }
        var problems: [String] = []
        let (escaped, kept) = (found.escaped, found.kept)
        for (name, rows, policy) in [("escaped", escaped, ControlTokenPolicy.escape), ("kept", kept, .keep)] {
            if rows > 0, rule.policy != policy {
                problems.append("\(key).\(name): is \(rows), and the policy is \(rule.policy.rawValue).")
            } else if rows > manifest.counts.pairs {
                problems.append("\(key).\(name): is \(rows), and there are \(manifest.counts.pairs) rows.")
            }
        }
        let rows = (manifest.counts.dropped[ControlTokenPolicy.dropReason] ?? 0) &+ escaped &+ kept
        if let (token, count) = found.tokens.filter({ $0.value > rows }).min(by: { $0.key < $1.key }) {
            problems.append(
                "\(key).tokens: \(token.debugDescription) is in \(count) rows, and \(rows) hold any token.")
        }
        return problems
    }

    /// Counts of a manifest that contradict each other: every answer that was asked for became a row or was dropped.
    private func countProblems(with counts: ExportCounts) -> [String] {
        var problems: [String] = []
        if counts.truncated > counts.pairs {
            problems.append("counts.truncated: is \(counts.truncated), and there are \(counts.pairs) rows.")
        }
        guard let funnel = counts.funnel else { return problems }
        // The sum of absurd numbers is absurd too, and no end of the program.
        let dropped = counts.dropped.values.reduce(0, &+)
        for (key, said, found) in [
            ("counts.funnel.written", funnel.written, counts.pairs),
            ("counts.funnel.selected", funnel.selected, counts.trajectories),
            ("counts.funnel.asked", funnel.asked, counts.pairs &+ dropped),
            ("counts.funnel.made", funnel.made, min(max(funnel.made, counts.pairs), funnel.asked)),
            ("counts.funnel.read", funnel.read, max(funnel.read, counts.trajectories)),
        ] where said != found {
            problems.append("\(key): is \(said), and the other counts come to \(found).")
        }
        return problems
    }
}

extension ExportStage.MeasureRange {
    /// Ranges of a stage with one more row in it.
    fileprivate static func joined(
        _ ranges: [Self]?, _ difficulties: [Double], by measures: [CurriculumMeasure]
    ) -> [Self] {
        zip(measures, difficulties).enumerated().map { index, row in
            let value = row.0.value(ofDifficulty: row.1)
            guard let own = ranges?[index] else {
                return Self(measure: row.0, least: value, most: value)
            }
            return Self(measure: row.0, least: min(own.least, value), most: max(own.most, value))
        }
    }

    /// `height 0.0 to 2.0`.
    fileprivate var words: String { "\(measure.rawValue) \(least) to \(most)" }
}

extension DataSplit {
    /// The part that rows of a split lie in, where none are held out.
    fileprivate init(of split: Split) {
        self.init(of: split, isHeldOut: false)
    }
}
