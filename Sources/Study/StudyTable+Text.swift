extension StudyTable {
    /// Aligned columns: one table for each environment and policy.
    var textTables: String {
        let tables = ComparisonTable.all(of: self).map(\.text)
        guard !tables.isEmpty else { return "No trajectories to count.\n" }
        return tables.joined(separator: "\n") + "\n" + notes.joined(separator: "\n") + "\n"
    }

    /// What the numbers of a rendered table are.
    static let note = "n: trajectories kept. Reward x 100: their mean ± sample standard deviation."

    /// What the columns of all episodes are.
    static let playedNote = "Played: all episodes, whatever is kept of them."

    /// The lines under rendered tables.
    var notes: [String] {
        [Self.note] + (rows.contains { $0.played != nil } ? [Self.playedNote] : [])
            + (selection.map { [$0.words] } ?? [])
    }
}

extension ComparisonTable {
    var text: String {
        let cells = [blocks.flatMap(\.columns)] + lines
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
        return ([heading, titles(over: widths)] + body).joined(separator: "\n")
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
