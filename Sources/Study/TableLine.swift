import Trajectories

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
    private var namesRunsAbove: Bool { namesRuns && options.isEmpty }

    var columns: [String] { placeColumns + ["top %"] }

    /// The columns but for p.
    var placeColumns: [String] {
        options.map { $0.replacing("_", with: " ") } + (namesRunsInLines ? ["run"] : [])
    }

    func line(of row: StudyRow) -> TableLine {
        line(options: row.options, run: row.run, top: row.top)
    }

    func line(options: [String: JSONValue]?, run: String?, top: Double) -> TableLine {
        TableLine(
            options: self.options.map { OptionValue(options?[$0] ?? .null) },
            run: namesRunsInLines ? run ?? "-" : "", top: top)
    }

    /// What stands over a table.
    func heading(environment: String, policy: String, run: String?) -> String {
        let run = namesRunsAbove ? run.map { ", run \($0)" } ?? "" : ""
        return "\(environment), policy \(policy)\(run)"
    }

    func cells(of line: TableLine) -> [String] {
        placeCells(of: line) + [Decimals.plain(line.top)]
    }

    func placeCells(of line: TableLine) -> [String] {
        line.options.map(\.shown) + (namesRunsInLines ? [line.run] : [])
    }
}
