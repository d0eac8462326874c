/// Columns under one title, with what fills them in each line.
struct ColumnBlock<Line> {
    let title: String
    let columns: [String]
    private let values: (Line) -> [String]?

    /// - Parameter values: as many texts as there are columns, or `nil` for a line that has none of it.
    init(_ title: String, _ columns: [String], values: @escaping (Line) -> [String]?) {
        self.title = title
        self.columns = columns
        self.values = values
    }

    func cells(of line: Line) -> [String] { values(line) ?? columns.map { _ in "-" } }
}

extension RowGrid {
    /// The grid's lines with these columns after the leading ones.
    /// - Parameter subject: what the table is about, where it is not the counts.
    func printed(_ blocks: [ColumnBlock<TableLine>], about subject: String? = nil) -> PrintedTable {
        PrintedTable(
            heading: heading + (subject.map { ": \($0)" } ?? ""), leading: leading.columns, blocks: blocks,
            lines: lines.map { (leading.cells(of: $0), $0) })
    }
}

extension PrintedTable {
    /// A table of lines, each with the cells it begins with.
    init<Line>(
        heading: String, leading: [String], blocks: [ColumnBlock<Line>],
        lines: [(cells: [String], line: Line)]
    ) {
        self.init(
            heading: heading,
            blocks: [Block(title: "", columns: leading)]
                + blocks.map { Block(title: $0.title, columns: $0.columns) },
            lines: lines.map { cells, line in cells + blocks.flatMap { $0.cells(of: line) } })
    }
}
