import Trajectories

extension StudyTable {
    /// Aligned columns: one table for each environment and policy, section by section.
    func textTables(_ only: StudySection?) -> String {
        let sections = printedSections(only)
        guard !sections.isEmpty else { return Self.nothing + "\n" }
        return sections.map { section in
            (section.tables.map(\.text) + [section.notes.map(\.shown).joined(separator: "\n") + "\n"])
                .joined(separator: "\n")
        }.joined(separator: "\n")
    }

    /// What is said of a study of nothing.
    static let nothing = "No trajectories to count."
}

extension PrintedTable {
    var text: String {
        let cells = ([blocks.flatMap(\.columns)] + lines).map { $0.map(\.shown) }
        var widths = cells[0].indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
        var first = 0
        for block in blocks {
            // A title wider than its columns widens the first of them.
            let span =
                widths[first..<(first + block.columns.count)].reduce(0, +) + 2 * (block.columns.count - 1)
            widths[first] += max(0, block.title.count - span)
            first += block.columns.count
        }
        let body = cells.map { line in
            zip(line, widths).map { padded($0, to: $1) }.joined(separator: "  ")
        }
        return ([heading.shown, titles(over: widths)] + body).joined(separator: "\n")
            + "\n"
    }

    private func titles(over widths: [Int]) -> String {
        var rest = widths[...]
        let titles = blocks.map { block in
            let own = rest.prefix(block.columns.count)
            rest = rest.dropFirst(block.columns.count)
            return padded(block.title, to: own.reduce(0, +) + 2 * (own.count - 1))
        }
        return titles.joined(separator: "  ")
    }

    private func padded(_ text: String, to width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
