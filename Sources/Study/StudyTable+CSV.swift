extension StudyTable {
    /// A header and one line a row (RFC 4180); an unknown value is an empty field. How the trajectories were selected
    /// stands in every line, so that tables can be put under each other.
    var csvLines: String {
        let header =
            StudyRow.CodingKeys.allCases.map(\.rawValue) + ["ties", "seed", "min_reward", "success", "group"]
        let chosen = selection.map {
            [$0.ties, String($0.seed), $0.minReward.description, $0.success, $0.group.joined(separator: " ")]
        }
        let lines = rows.map { $0.csvFields + (chosen ?? Array(repeating: "", count: 5)) }
        return ([header] + lines).map { $0.map(Self.csvField).joined(separator: ",") + "\r\n" }.joined()
    }

    private static func csvField(_ text: String) -> String {
        let needsQuotes = text.unicodeScalars.contains { ",\"\r\n".unicodeScalars.contains($0) }
        return needsQuotes ? "\"\(text.replacing("\"", with: "\"\""))\"" : text
    }
}

extension StudyRow {
    /// The values in the order of the coding keys.
    fileprivate var csvFields: [String] {
        [environment, policy, run ?? "", sourceAgent.rawValue, method.rawValue, Decimals.plain(top)]
            + [trajectories, pairs].map(String.init)
            + [meanReward, sdReward, successRate, meanSteps, pairsPerTrajectory].map(Self.text)
            + [
                tokens.map(String.init) ?? "", String(promptTokens), String(completionTokens),
                Self.text(costUSD),
            ]
    }

    private static func text(_ value: Double?) -> String { value.map(\.description) ?? "" }
}
