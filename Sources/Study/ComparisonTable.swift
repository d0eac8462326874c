import Trajectories

/// One environment and policy: a line for each p, the methods side by side, then the ratios.
///
/// Where options differ, there is a line for each of their values too, and for each run where runs are told apart; else
/// each run has a table of its own.
struct ComparisonTable {
    /// A title over the columns that are its own; the first block is what tells lines apart: options, run, p.
    struct Block {
        var title: String
        var columns: [String]
    }

    let heading: String
    let blocks: [Block]
    let lines: [[String]]

    /// The tables of a study, in its order.
    /// - Complexity: O(*n* log *n*) in the rows.
    static func all(of study: StudyTable) -> [ComparisonTable] {
        let options = study.optionNames
        let namesRuns = Set(study.rows.map(\.run)).count > 1
        let ratios = Dictionary(
            study.ratios.map { (RatioPlace(beside: $0), $0) }, uniquingKeysWith: { first, _ in first })
        var tables: [ComparisonTable] = []
        var rest = study.rows[...]
        while let first = rest.first {
            let rows = rest.prefix { first.isInTable(of: $0, whateverRun: !options.isEmpty) }
            tables.append(
                ComparisonTable(
                    of: Array(rows), ratios, by: LeadingColumns(options: options, namesRuns: namesRuns)))
            rest = rest.dropFirst(rows.count)
        }
        return tables
    }

    private init(of rows: [StudyRow], _ ratios: [RatioPlace: StudyRatio], by leading: LeadingColumns) {
        let run = leading.namesRunsAbove ? rows[0].run.map { ", run \($0)" } ?? "" : ""
        heading = "\(rows[0].environment), policy \(rows[0].policy)\(run)"
        let cells = Dictionary(
            rows.map { (Cell(line: leading.line(of: $0), way: Way($0)), $0) },
            uniquingKeysWith: { first, _ in first })
        let ways = Set(rows.map(Way.init)).sorted { $0.order < $1.order }
        let flat = ways.contains { $0.method == .recode } ? ways.filter { $0.method != .recode } : []
        let payers = Set(rows.filter(\.hasUsage).map(\.sourceAgent))
        let paid = AgentKind.inOrder.filter(payers.contains)
        let players = Set(rows.filter { $0.played != nil }.map(\.sourceAgent))
        let played = AgentKind.inOrder.filter(players.contains)
        blocks =
            [Block(title: "", columns: leading.columns)]
            + played.map { Block(title: "played by \($0.title)", columns: ["n", "reward", "success %"]) }
            + ways.map { Block(title: $0.title, columns: ["n", "pairs", "reward"]) }
            + (flat.isEmpty
                ? []
                : [Block(title: "pairs for one of ReCode", columns: flat.map { $0.shortTitle(in: flat) })])
            + paid.map {
                Block(title: "used by \($0.title)", columns: ["prompt tokens", "answer tokens", "USD"])
            }
        lines = Set(rows.map(leading.line)).sorted().map { line in
            leading.cells(of: line)
                + played.flatMap { agent in
                    // The same by every method.
                    Self.played(
                        ways.lazy.filter { $0.source == agent }
                            .compactMap { cells[Cell(line: line, way: $0)]?.played }.first)
                }
                + ways.flatMap { way in Self.counts(of: cells[Cell(line: line, way: way)]) }
                + flat.map { way in
                    let ratio = cells[Cell(line: line, way: way)].flatMap { ratios[RatioPlace(beside: $0)] }
                    return Decimals.fixed(
                        way.method == .react ? ratio?.reactToRecode : ratio?.codeactToRecode)
                }
                + paid.flatMap { agent in
                    // What is kept is the same by every method, and each agent has its own.
                    Self.usage(of: cells[Cell(line: line, way: Way(source: agent, method: agent))])
                }
        }
    }

    /// Rewards are printed times 100 with two decimals, as the paper has them.
    private static func counts(of row: StudyRow?) -> [String] {
        guard let row else { return ["-", "-", "-"] }
        let reward = row.meanReward.map { self.reward(mean: $0, deviation: row.sdReward ?? 0) }
        return [String(row.trajectories), String(row.pairs), reward ?? "-"]
    }

    private static func reward(mean: Double, deviation: Double) -> String {
        "\(Decimals.fixed(mean * 100)) ± \(Decimals.fixed(deviation * 100))"
    }

    private static func played(_ episodes: StudyPlayed?) -> [String] {
        guard let episodes else { return ["-", "-", "-"] }
        return [
            String(episodes.trajectories), reward(mean: episodes.meanReward, deviation: episodes.sdReward),
            Decimals.fixed(episodes.successRate * 100),
        ]
    }

    private static func usage(of row: StudyRow?) -> [String] {
        guard let row, row.trajectories > 0 else { return ["-", "-", "-"] }
        return [
            String(row.promptTokens), String(row.completionTokens), Decimals.fixed(row.costUSD, places: 4),
        ]
    }
}

/// How pairs came about: by the loop that acted, and the method they teach.
private struct Way: Hashable {
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
    var order: (Int, Int) { (AgentKind.inOrder.firstIndex(of: method) ?? 0, source == method ? 0 : 1) }

    var title: String { source == method ? method.title : "\(method.title), flattened" }

    /// The method alone where that is enough to tell it from the others.
    func shortTitle(in ways: [Way]) -> String {
        ways.count { $0.method == method } > 1 ? title : method.title
    }
}

private struct Cell: Hashable {
    var line: TableLine
    var way: Way
}

/// What tells a ratio from every other.
private struct RatioPlace: Hashable {
    var environment: String
    var policy: String
    var run: String?
    var options: [String: JSONValue]?
    var sourceAgent: AgentKind
    var top: Double

    init(beside row: StudyRow) {
        (environment, policy, run, options) = (row.environment, row.policy, row.run, row.options)
        (sourceAgent, top) = (row.sourceAgent, row.top)
    }

    init(beside ratio: StudyRatio) {
        (environment, policy, run) = (ratio.environment, ratio.policy, ratio.run)
        options = ratio.options
        (sourceAgent, top) = (ratio.sourceAgent, ratio.top)
    }
}

extension StudyRow {
    fileprivate func isInTable(of other: StudyRow, whateverRun: Bool) -> Bool {
        environment == other.environment && policy == other.policy && (whateverRun || run == other.run)
    }

    /// Whether there is anything to say of what the policy used.
    fileprivate var hasUsage: Bool { promptTokens > 0 || completionTokens > 0 || costUSD != nil }
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

/// Numbers in words that do not depend on a locale.
enum Decimals {
    /// So many decimals, `-` for nothing.
    static func fixed(_ value: Double?, places: Int = 2) -> String {
        guard let value else { return "-" }
        let scale = (0..<places).reduce(1) { scale, _ in 10 * scale }
        guard value.magnitude * Double(scale) < 1e15 else { return value.description }
        let scaled = Int((value * Double(scale)).rounded())
        let (whole, rest) = scaled.magnitude.quotientAndRemainder(dividingBy: UInt(scale))
        let digits = String(rest)
        return (scaled < 0 ? "-" : "") + "\(whole)."
            + String(repeating: "0", count: places - digits.count) + digits
    }

    /// As few digits as say it all: `10`, `12.5`.
    static func plain(_ value: Double) -> String {
        value == value.rounded() && value.magnitude < 1e15 ? String(Int(value)) : value.description
    }
}
