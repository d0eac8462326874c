import Trajectories

/// The rows that stand in one table of methods by environments, the layout of the paper's table 1: all of one p, a line for
/// each way that pairs came about.
///
/// Environments may have policies and runs of their own. Where one has a method by several policies, or with several
/// values of an option, there is a grid for each; where it has a method of several runs, each selected from by itself, no
/// line can be told from the other, and the grid says so in ``ambiguity``.
struct EnvironmentGrid {
    private struct Cell: Hashable {
        var environment: String
        var way: Way
    }

    /// What all its rows have in common.
    struct Place: Hashable {
        /// `nil` where policies need not be told apart.
        var policy: String?
        /// `nil` where options need not be told apart.
        var options: [String: JSONValue]?
        var top: Double
    }

    let place: Place
    /// In alphabetic order.
    let environments: [String]
    /// How pairs came about, in the order of the lines.
    let ways: [Way]
    /// Why there is no table; `nil` where there is one.
    let ambiguity: String?
    private let cells: [Cell: StudyRow]

    /// The grids of a study: by policy and options where these are told apart, then by p, ascending.
    /// - Complexity: O(*n* log *n*) in the rows.
    static func all(of study: StudyTable) -> [EnvironmentGrid] {
        let meetings = Dictionary(grouping: study.rows) { row in
            Meeting(cell: Cell(environment: row.environment, way: Way(row)), top: row.top)
        }.values
        let namesPolicy = meetings.contains { Set($0.map(\.policy)).count > 1 }
        let namesOptions = meetings.contains { Set($0.map(\.options)).count > 1 }
        return Dictionary(grouping: study.rows) { row in
            Place(
                policy: namesPolicy ? row.policy : nil, options: namesOptions ? row.options : nil,
                top: row.top)
        }.map(EnvironmentGrid.init).sorted { $0.place.precedes($1.place) }
    }

    private struct Meeting: Hashable {
        var cell: Cell
        var top: Double
    }

    private init(at place: Place, of rows: [StudyRow]) {
        self.place = place
        environments = Set(rows.map(\.environment)).sorted()
        ways = Set(rows.map(Way.init)).sorted { $0.order < $1.order }
        let cells = Dictionary(grouping: rows) { Cell(environment: $0.environment, way: Way($0)) }
        self.cells = cells.compactMapValues(\.first)
        ambiguity = cells.values.filter { $0.count > 1 }.map(Self.words).min()
    }

    private static func words(for rows: [StudyRow]) -> String {
        let runs = rows.map { $0.run ?? "-" }.sorted().joined(separator: ", ")
        return
            "\(rows[0].environment) has \(Way(rows[0]).title) of several runs, each selected from by itself: \(runs). "
            + "Name one of them, or select from them together with count without --each-run."
    }

    /// The row of a line in an environment; `nil` where there is none.
    func row(_ way: Way, in environment: String) -> StudyRow? {
        cells[Cell(environment: environment, way: way)]
    }

    /// What a line has in some environments together; `nil` where it lacks one of them.
    func amount(of way: Way, in environments: [String]) -> PairAmount? {
        let rows = environments.compactMap { row(way, in: $0) }
        guard rows.count == environments.count else { return nil }
        return PairAmount(
            pairs: rows.reduce(0) { BoundedSum.of($0, $1.pairs) },
            tokens: PairTokens.sum(of: rows.lazy.map(\.tokens)))
    }

    /// What a reader of the ratios has to know: where the methods of an environment are of several policies.
    var policyNotes: [String] {
        environments.compactMap { environment in
            let rows = ways.compactMap { way in row(way, in: environment) }
            guard Set(rows.map(\.policy)).count > 1 else { return nil }
            let policies = rows.map { "\(Way($0).title) \($0.policy)" }.joined(separator: ", ")
            return "Policies differ in \(environment): \(policies)."
        }
    }

    /// The ways of the flat methods, where there is ReCode's to measure them by.
    var flatWays: [Way] { ways.contains(.recode) ? ways.filter { $0.method != .recode } : [] }
}

extension EnvironmentGrid.Place {
    /// By policy, options (in the order of their names) and p.
    fileprivate func precedes(_ other: Self) -> Bool {
        guard policy == other.policy else { return policy ?? "" < other.policy ?? "" }
        let (values, others) = (OptionValue.sorted(options), OptionValue.sorted(other.options))
        guard values == others else { return values.lexicographicallyPrecedes(others) }
        return top < other.top
    }

    /// `, policy a, max depth 5`; nothing where neither is told apart.
    var words: String {
        let options = (options ?? [:]).sorted { $0.key < $1.key }
            .map { "\($0.key.replacing("_", with: " ")) \(OptionValue($0.value).shown)" }
        return ((policy.map { ["policy \($0)"] } ?? []) + options).map { ", \($0)" }.joined()
    }
}

extension Way {
    /// ReCode's own pairs.
    static let recode = Way(source: .recode, method: .recode)
}

/// How many pairs and tokens.
struct PairAmount: Hashable {
    var pairs: Int
    /// `nil` where some were not counted.
    var tokens: PairTokens?
}
