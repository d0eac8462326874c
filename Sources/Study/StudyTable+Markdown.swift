extension StudyTable {
    /// A heading and a table for each environment and policy.
    var markdownTables: String {
        let tables = ComparisonTable.all(of: self).map(\.markdown)
        guard !tables.isEmpty else { return "No trajectories to count.\n" }
        return tables.joined(separator: "\n") + "\n" + notes.joined(separator: "\n\n") + "\n"
    }
}

extension ComparisonTable {
    var markdown: String {
        let header = blocks.flatMap { block in
            block.columns.map { block.title.isEmpty ? $0 : "\(block.title): \($0)" }
        }
        let rows = [header, header.map { _ in "---:" }] + lines
        let table = rows.map { "| " + $0.map(Self.markdownText).joined(separator: " | ") + " |\n" }.joined()
        return "### \(Self.markdownText(heading))\n\n" + table
    }

    private static func markdownText(_ text: String) -> String {
        text.replacing("|", with: "\\|").replacing("\n", with: " ")
    }
}
