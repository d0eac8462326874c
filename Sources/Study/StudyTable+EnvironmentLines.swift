import Trajectories

extension StudyTable {
    /// One line for each p, way and environment, and one for all environments together, whose name is empty.
    var environmentLines: String {
        let lines = EnvironmentGrid.all(of: self).flatMap(ComparedLine.all)
        return CSVColumn.text(Self.comparedColumns + Self.columns(of: optionNames) { $0.options }, lines)
    }

    static var comparedColumns: [CSVColumn<ComparedLine>] {
        [
            CSVColumn("top") { Decimals.plain($0.top) }, CSVColumn("method") { $0.way.method.rawValue },
            CSVColumn("source_agent") { $0.way.source.rawValue },
            CSVColumn("environment") { $0.environment ?? "" },
            CSVColumn("policy") { $0.row?.policy ?? $0.policy ?? "" },
            CSVColumn("run") { $0.row?.run ?? "" },
            CSVColumn("trajectories", count: { $0.row?.trajectories }),
            CSVColumn("pairs", count: { $0.amount?.pairs }),
            CSVColumn("content_tokens", count: { $0.amount?.tokens?.content }),
            CSVColumn("chat_tokens", count: { $0.amount?.tokens?.chat }),
            CSVColumn("trained_tokens", count: { $0.amount?.tokens?.trained }),
            CSVColumn("mean_reward", number: { $0.row?.meanReward }),
            CSVColumn("sd_reward", number: { $0.row?.sdReward }),
            CSVColumn("pairs_to_recode", number: { $0.ratio?.pairs }),
            CSVColumn("content_tokens_to_recode", number: { $0.ratio?.tokens?.content }),
            CSVColumn("chat_tokens_to_recode", number: { $0.ratio?.tokens?.chat }),
            CSVColumn("trained_tokens_to_recode", number: { $0.ratio?.tokens?.trained }),
        ]
    }
}

/// What CSV has of one way in one environment.
struct ComparedLine {
    var top: Double
    var policy: String?
    var options: [String: JSONValue]?
    var way: Way
    /// `nil` for all of them together.
    var environment: String?
    var row: StudyRow?
    var amount: PairAmount?
    var ratio: StudyComparison.Ratio?

    /// The lines of a grid; none of one whose lines cannot be told apart.
    static func all(of grid: EnvironmentGrid) -> [ComparedLine] {
        guard grid.ambiguity == nil else { return [] }
        let flat = grid.flatWays
        return grid.ways.flatMap { way in
            (grid.environments.map { $0 } + [nil]).compactMap { environment in
                guard let amount = grid.amount(of: way, in: environment.map { [$0] } ?? grid.environments)
                else { return nil }
                let row = environment.flatMap { grid.row(way, in: $0) }
                return ComparedLine(
                    top: grid.place.top, policy: grid.place.policy,
                    options: row?.options ?? grid.place.options,
                    way: way, environment: environment, row: row, amount: amount,
                    ratio: flat.contains(way) ? grid.ratio(of: way, in: environment) : nil)
            }
        }
    }
}
