/// What tells a table's lines apart, in their order.
struct TableLine: Hashable, Comparable {
    var options: [OptionValue]
    /// Empty where the table is of one run.
    var run: String
    var top: Double

    static func < (first: TableLine, second: TableLine) -> Bool {
        guard first.options == second.options else {
            return first.options.lexicographicallyPrecedes(second.options)
        }
        return (first.run, first.top) < (second.run, second.top)
    }
}

/// The columns that a table's lines begin with.
struct LeadingColumns {
    /// The names of the options that differ.
    var options: [String]
    /// Whether the study has several runs that are told apart.
    var namesRuns: Bool

    /// A table with options is about all runs, so that their values stand under each other.
    private var namesRunsInLines: Bool { namesRuns && !options.isEmpty }
    var namesRunsAbove: Bool { namesRuns && options.isEmpty }

    var columns: [String] {
        options.map { $0.replacing("_", with: " ") } + (namesRunsInLines ? ["run"] : []) + ["top %"]
    }

    func line(of row: StudyRow) -> TableLine {
        TableLine(
            options: options.map { OptionValue(row.options?[$0] ?? .null) },
            run: namesRunsInLines ? row.run ?? "-" : "", top: row.top)
    }

    func cells(of line: TableLine) -> [String] {
        line.options.map(\.shown) + (namesRunsInLines ? [line.run] : []) + [Decimals.plain(line.top)]
    }
}
