extension StudyTable {
    /// A header and one line a row (RFC 4180); an unknown value is an empty field. How the trajectories were selected
    /// stands in every line, so that tables can be put under each other. Where options differ, they have columns after
    /// all others, and so have all the episodes that were played: the places of the others are always the same.
    var csvLines: String {
        let options = optionNames
        let header =
            Self.rowColumns + Self.selectionColumns + (options.isEmpty ? [] : options + Self.playedColumns)
        let chosen = selection.map {
            [$0.ties, String($0.seed), $0.minReward.description, $0.success, $0.group.joined(separator: " ")]
        }
        let lines = rows.map { row in
            row.csvFields + (chosen ?? Self.selectionColumns.map { _ in "" })
                + options.map { OptionValue(row.options?[$0] ?? .null).csvField }
                + (options.isEmpty ? [] : StudyRow.csvFields(of: row.played))
        }
        return ([header] + lines).map { $0.map(Self.csvField).joined(separator: ",") + "\r\n" }.joined()
    }

    /// The columns of a row that every study has.
    static let rowColumns =
        StudyRow.CodingKeys.allCases.filter { $0 != .options && $0 != .played }.map(\.rawValue)

    /// The columns that say how the trajectories were selected.
    static let selectionColumns = ["ties", "seed", "min_reward", "success", "group"]

    /// The columns of all the episodes that were played.
    static let playedColumns = StudyPlayed.CodingKeys.allCases.map { "played_\($0.rawValue)" }

    private static func csvField(_ text: String) -> String {
        let needsQuotes = text.unicodeScalars.contains { ",\"\r\n".unicodeScalars.contains($0) }
        return needsQuotes ? "\"\(text.replacing("\"", with: "\"\""))\"" : text
    }
}

extension StudyRow {
    /// The values in the order of the coding keys, but for the options.
    fileprivate var csvFields: [String] {
        [environment, policy, run ?? "", sourceAgent.rawValue, method.rawValue, Decimals.plain(top)]
            + [trajectories, pairs].map(String.init)
            + [meanReward, sdReward, successRate, meanSteps, pairsPerTrajectory].map(Self.text)
            + [
                tokens.map(String.init) ?? "", String(promptTokens), String(completionTokens),
                Self.text(costUSD),
            ]
    }

    fileprivate static func csvFields(of played: StudyPlayed?) -> [String] {
        guard let played else { return StudyTable.playedColumns.map { _ in "" } }
        return [String(played.trajectories)]
            + [played.meanReward, played.sdReward, played.successRate].map(Self.text)
    }

    private static func text(_ value: Double?) -> String { value.map(\.description) ?? "" }
}
