import Trajectories

/// A column of a CSV table: its name, and the field of each line; an unknown value is an empty field.
struct CSVColumn<Line> {
    let name: String
    let field: (Line) -> String

    init(_ name: String, _ field: @escaping (Line) -> String) {
        self.name = name
        self.field = field
    }

    init(_ name: String, count: @escaping (Line) -> Int?) {
        self.init(name) { count($0).map(String.init) ?? "" }
    }

    init(_ name: String, number: @escaping (Line) -> Double?) {
        self.init(name) { number($0)?.description ?? "" }
    }

    /// A header and the lines (RFC 4180). Texts are shown as ``Swift/StringProtocol/shownInCSV`` says.
    static func text(_ columns: [CSVColumn], _ lines: [Line]) -> String {
        ([columns.map(\.name)] + lines.map { line in columns.map { $0.field(line) } })
            .map { $0.map(Self.quoted).joined(separator: ",") + "\r\n" }.joined()
    }

    private static func quoted(_ text: String) -> String {
        let text = text.shownInCSV
        let needsQuotes = text.unicodeScalars.contains { ",\"\r\n".unicodeScalars.contains($0) }
        return needsQuotes ? "\"\(text.replacing("\"", with: "\"\""))\"" : text
    }
}

extension StudyTable {
    /// One line a row. How the trajectories were selected stands in every line, so that tables can be put under each
    /// other. Where options differ, they have columns after all others, and so have all the episodes that were played:
    /// the places of the others are always the same.
    var rowLines: String {
        let options = optionNames
        let chosen = selection?.fields ?? Self.selectionColumns.map { _ in "" }
        let columns =
            Self.rowColumns
            + zip(Self.selectionColumns, chosen).map { name, field in CSVColumn(name) { _ in field } }
            + Self.laterColumns + Self.columns(of: options) { $0.options }
            + (options.isEmpty ? [] : Self.playedColumns)
        return CSVColumn.text(columns, rows)
    }

    /// The names of the columns that are no options: no option goes by one of these.
    public static let fixedColumns =
        rowColumns.map(\.name) + selectionColumns + laterColumns.map(\.name) + playedColumns.map(\.name)
        + structureColumns.map(\.name) + comparedColumns.map(\.name)

    /// A column for each option.
    static func columns<Line>(
        of options: [String], _ values: @escaping (Line) -> [String: JSONValue]?
    ) -> [CSVColumn<Line>] {
        options.map { name in CSVColumn(name) { OptionValue(values($0)?[name] ?? .null).csvField } }
    }

    private static var rowColumns: [CSVColumn<StudyRow>] {
        [
            CSVColumn("environment") { $0.environment }, CSVColumn("policy") { $0.policy },
            CSVColumn("run") { $0.run ?? "" }, CSVColumn("source_agent") { $0.sourceAgent.rawValue },
            CSVColumn("method") { $0.method.rawValue }, CSVColumn("top") { Decimals.plain($0.top) },
            CSVColumn("trajectories", count: { $0.trajectories }), CSVColumn("pairs", count: { $0.pairs }),
            CSVColumn("mean_reward", number: { $0.meanReward }),
            CSVColumn("sd_reward", number: { $0.sdReward }),
            CSVColumn("success_rate", number: { $0.successRate }),
            CSVColumn("mean_steps", number: { $0.meanSteps }),
            CSVColumn("pairs_per_trajectory", number: { $0.pairsPerTrajectory }),
            CSVColumn("tokens", count: { $0.tokens?.content }),
            CSVColumn("prompt_tokens", count: { $0.promptTokens }),
            CSVColumn("completion_tokens", count: { $0.completionTokens }),
            CSVColumn("cost_usd", number: { $0.costUSD }),
        ]
    }

    /// The columns that say how the trajectories were selected.
    private static let selectionColumns = [
        "ties", "seed", "min_reward", "success", "group", "other_criteria",
    ]

    private static var laterColumns: [CSVColumn<StudyRow>] {
        let counts: [CSVColumn<StudyRow>] = [
            CSVColumn("unique_pairs", count: { $0.uniquePairs }),
            CSVColumn("content_tokens", count: { $0.tokens?.content }),
            CSVColumn("chat_tokens", count: { $0.tokens?.chat }),
            CSVColumn("trained_tokens", count: { $0.tokens?.trained }),
        ]
        return counts + columns(of: "depth") { $0.shape?.depth }
            + columns(of: "branching") { $0.shape?.branching }
            + columns(of: "placeholder_ratio") { $0.shape?.placeholderRatio }
    }

    private static func columns(
        of name: String, _ mean: @escaping (StudyRow) -> StudyMean?
    ) -> [CSVColumn<StudyRow>] {
        [
            CSVColumn("mean_\(name)", number: { mean($0)?.mean }),
            CSVColumn("sd_\(name)", number: { mean($0)?.sd }),
        ]
    }

    private static var playedColumns: [CSVColumn<StudyRow>] {
        [
            CSVColumn("played_trajectories", count: { $0.played?.trajectories }),
            CSVColumn("played_mean_reward", number: { $0.played?.meanReward }),
            CSVColumn("played_sd_reward", number: { $0.played?.sdReward }),
            CSVColumn("played_success_rate", number: { $0.played?.successRate }),
        ]
    }
}

extension StudyTable {
    /// One line a row of the structure, the options that differ after all other columns.
    var structureLines: String {
        CSVColumn.text(Self.structureColumns + Self.columns(of: optionNames) { $0.options }, structure)
    }

    private static var structureColumns: [CSVColumn<StructureRow>] {
        let place: [CSVColumn<StructureRow>] = [
            CSVColumn("environment") { $0.environment }, CSVColumn("policy") { $0.policy },
            CSVColumn("run") { $0.run ?? "" }, CSVColumn("agent") { $0.agent.rawValue },
            CSVColumn("episodes", count: { $0.episodes }),
        ]
        let outputs: [CSVColumn<StructureRow>] = [
            CSVColumn("declaring", count: { $0.lostOutputs?.declaring }),
            CSVColumn("losing", count: { $0.lostOutputs?.losing }),
            CSVColumn("losing_share", number: { $0.lostOutputs?.share }),
            CSVColumn("lost_outputs", count: { $0.lostOutputs?.total }),
            CSVColumn("mean_lost_outputs", number: { $0.lostOutputs?.perEpisode.mean }),
            CSVColumn("sd_lost_outputs", number: { $0.lostOutputs?.perEpisode.sd }),
            CSVColumn("episodes_losing", count: { $0.lostOutputs?.episodes }),
            CSVColumn("reward_correlation", number: { $0.lostOutputs?.reward.r }),
            CSVColumn("reward_correlation_low", number: { $0.lostOutputs?.reward.low }),
            CSVColumn("reward_correlation_high", number: { $0.lostOutputs?.reward.high }),
        ]
        let attempts = AttemptProblem.allCases.map { problem in
            CSVColumn<StructureRow>("attempts_\(problem.rawValue)", count: { $0.attempts[problem.rawValue] })
        }
        let expansions: [CSVColumn<StructureRow>] = [
            CSVColumn("repaired", count: { $0.repaired }), CSVColumn("unrepaired", count: { $0.unrepaired }),
        ]
        let ended = EndReason.allCases.map { reason in
            CSVColumn<StructureRow>("ended_\(reason.rawValue)", count: { $0.ended[reason.rawValue] ?? 0 })
        }
        return place + outputs + attempts + expansions + ended
    }
}

extension StudySelection {
    /// In the order of the CSV columns.
    fileprivate var fields: [String] {
        [
            ties, String(seed), minReward.description, success, group.joined(separator: " "),
            others.sorted { $0.key < $1.key }.map { "\($0.key) \(OptionValue($0.value).csvField)" }
                .joined(separator: "; "),
        ]
    }
}
