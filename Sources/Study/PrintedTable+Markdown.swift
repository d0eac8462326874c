extension StudyTable {
    /// A heading and a table for each environment and policy, section by section.
    func markdownTables(_ only: StudySection?) -> String {
        let sections = printedSections(only)
        guard !sections.isEmpty else { return Self.nothing + "\n" }
        return sections.map { section in
            (section.tables.map(\.markdown) + [section.notes.joined(separator: "\n\n") + "\n"])
                .joined(separator: "\n")
        }.joined(separator: "\n")
    }
}

extension PrintedTable {
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
