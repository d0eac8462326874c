import Trajectories

/// The rows that stand in one table: those of one environment and policy, a line for each p, the methods side by side.
///
/// Where options differ, there is a line for each of their values too, and for each run where runs are told apart; else
/// each run has a table of its own.
struct RowGrid {
    private struct Cell: Hashable {
        var line: TableLine
        var way: Way
    }

    let environment: String
    let heading: String
    let leading: LeadingColumns
    /// How pairs came about, in the order of the columns.
    let ways: [Way]
    let lines: [TableLine]
    private let cells: [Cell: StudyRow]

    /// The grids of a study, in its order.
    /// - Complexity: O(*n* log *n*) in the rows.
    static func all(of study: StudyTable) -> [RowGrid] {
        let leading = LeadingColumns(
            options: study.optionNames, namesRuns: Set(study.rows.map(\.run)).count > 1)
        var grids: [RowGrid] = []
        var rest = study.rows[...]
        while let first = rest.first {
            let rows = rest.prefix { first.isInTable(of: $0, whateverRun: !leading.options.isEmpty) }
            grids.append(RowGrid(of: Array(rows), by: leading))
            rest = rest.dropFirst(rows.count)
        }
        return grids
    }

    private init(of rows: [StudyRow], by leading: LeadingColumns) {
        self.leading = leading
        environment = rows[0].environment
        heading = leading.heading(environment: environment, policy: rows[0].policy, run: rows[0].run)
        cells = Dictionary(
            rows.map { (Cell(line: leading.line(of: $0), way: Way($0)), $0) },
            uniquingKeysWith: { first, _ in first })
        ways = Set(rows.map(Way.init)).sorted { $0.order < $1.order }
        lines = Set(rows.map(leading.line)).sorted()
    }

    /// The row of a line and a way; `nil` where there is none.
    func row(_ line: TableLine, _ way: Way) -> StudyRow? { cells[Cell(line: line, way: way)] }

    /// The ways of the flat methods, where there is ReCode's to measure them by.
    var flatWays: [Way] {
        ways.contains { $0.method == .recode } ? ways.filter { $0.method != .recode } : []
    }

    /// The loops that acted and have something, in the paper's order.
    func agents(where holds: (StudyRow) -> Bool) -> [AgentKind] {
        let found = Set(cells.values.filter(holds).map(\.sourceAgent))
        return AgentKind.inOrder.filter(found.contains)
    }
}

/// How pairs came about: by the loop that acted, and the method they teach.
struct Way: Hashable {
    var source: AgentKind
    var method: AgentKind

    init(source: AgentKind, method: AgentKind) {
        self.source = source
        self.method = method
    }

    init(_ row: StudyRow) {
        self.init(source: row.sourceAgent, method: row.method)
    }

    /// By method in the paper's order, a loop's own pairs before flattened ones.
    var order: (Int, Int) { (method.rank, source == method ? 0 : 1) }

    var title: String { source == method ? method.title : "\(method.title), flattened" }

    /// The method alone where that is enough to tell it from the others.
    func shortTitle(in ways: [Way]) -> String {
        ways.count { $0.method == method } > 1 ? title : method.title
    }
}

extension StudyRow {
    fileprivate func isInTable(of other: StudyRow, whateverRun: Bool) -> Bool {
        environment == other.environment && policy == other.policy && (whateverRun || run == other.run)
    }
}

extension AgentKind {
    /// The method's name as people write it.
    var title: String {
        switch self {
        case .recode: "ReCode"
        case .react: "ReAct"
        case .codeact: "CodeAct"
        }
    }
}
