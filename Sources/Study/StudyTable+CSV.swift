extension StudyTable {
    /// A header and one line a row (RFC 4180); an unknown value is an empty field.
    var csvLines: String {
        let header = StudyRow.CodingKeys.allCases.map(\.rawValue)
        let lines = rows.map { row in
            [row.environment, row.policy, row.method.rawValue, Decimals.plain(row.top)]
                + [row.trajectories, row.pairs].map(String.init)
                + [row.meanReward, row.sdReward, row.successRate, row.meanSteps, row.pairsPerTrajectory]
                .map { $0.map(\.description) ?? "" } + [row.tokens.map(String.init) ?? ""]
        }
        return ([header] + lines).map { $0.map(Self.csvField).joined(separator: ",") + "\r\n" }.joined()
    }

    private static func csvField(_ text: String) -> String {
        let needsQuotes = text.unicodeScalars.contains { ",\"\r\n".unicodeScalars.contains($0) }
        return needsQuotes ? "\"\(text.replacing("\"", with: "\"\""))\"" : text
    }
}
