import Trajectories

extension StudyTable {
    /// A heading and a table for each environment and policy, section by section.
    func markdownTables(_ only: StudySection?) -> String {
        let sections = printedSections(only)
        guard !sections.isEmpty else { return Self.nothing + "\n" }
        return sections.map { section in
            (section.tables.map(\.markdown) + [
                section.notes.map(\.shownInMarkdown).joined(separator: "\n\n") + "\n"
            ])
            .joined(separator: "\n")
        }.joined(separator: "\n")
    }
}

extension PrintedTable {
    var markdown: String {
        let header = blocks.flatMap { block in
            block.columns.map { block.title.isEmpty ? $0 : "\(block.title): \($0)" }
        }
        let rows = ([header] + lines).map { $0.map(\.shownInMarkdown) }
        let table = ([rows[0], header.map { _ in "---:" }] + rows.dropFirst()).map {
            "| " + $0.joined(separator: " | ") + " |\n"
        }.joined()
        return "### \(heading.shownInMarkdown)\n\n" + table
    }
}
