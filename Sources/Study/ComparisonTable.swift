import Trajectories

/// One environment and policy: a line for each p, the methods side by side, then the ratios.
struct ComparisonTable {
    /// A method's name over the columns that are its own; the first block is p, the last the ratios.
    struct Block {
        var title: String
        var columns: [String]
    }

    let environment: String
    let policy: String
    let blocks: [Block]
    let lines: [[String]]

    /// The tables of a study, in its order.
    static func all(of study: StudyTable) -> [ComparisonTable] {
        var tables: [ComparisonTable] = []
        for row in study.rows where tables.last.map({ !$0.isAbout(row) }) ?? true {
            tables.append(ComparisonTable(about: row, in: study))
        }
        return tables
    }

    private init(about first: StudyRow, in study: StudyTable) {
        environment = first.environment
        policy = first.policy
        let rows = study.rows.filter { $0.environment == first.environment && $0.policy == first.policy }
        let ratios = study.ratios.filter { $0.environment == first.environment && $0.policy == first.policy }
        let methods = [AgentKind.react, .codeact, .recode].filter { method in
            rows.contains { $0.method == method }
        }
        let flat = methods.contains(.recode) ? methods.filter { $0 != .recode } : []
        blocks =
            [Block(title: "", columns: ["top %"])]
            + methods.map { Block(title: $0.title, columns: ["n", "pairs", "reward"]) }
            + (flat.isEmpty
                ? [] : [Block(title: "pairs for one of ReCode", columns: flat.map(\.title))])
        lines = ratios.map { ratio in
            let peers = rows.filter(ratio.belongs)
            return [Decimals.plain(ratio.top)]
                + methods.flatMap { method in Self.cells(of: peers.first { $0.method == method }) }
                + flat.map { Decimals.fixed($0 == .react ? ratio.reactToRecode : ratio.codeactToRecode) }
        }
    }

    private func isAbout(_ row: StudyRow) -> Bool {
        environment == row.environment && policy == row.policy
    }

    /// Rewards are printed times 100 with two decimals, as the paper has them.
    private static func cells(of row: StudyRow?) -> [String] {
        guard let row else { return ["-", "-", "-"] }
        let reward = row.meanReward.map { mean in
            "\(Decimals.fixed(mean * 100)) ± \(Decimals.fixed((row.sdReward ?? 0) * 100))"
        }
        return [String(row.trajectories), String(row.pairs), reward ?? "-"]
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

/// Numbers in words that do not depend on a locale.
enum Decimals {
    /// Two decimals, `-` for nothing.
    static func fixed(_ value: Double?) -> String {
        guard let value else { return "-" }
        let hundredths = Int((value * 100).rounded())
        let digits = String(hundredths.magnitude % 100)
        return (hundredths < 0 ? "-" : "") + "\(hundredths.magnitude / 100)."
            + (digits.count < 2 ? "0" : "") + digits
    }

    /// As few digits as say it all: `10`, `12.5`.
    static func plain(_ value: Double) -> String {
        value == value.rounded() && value.magnitude < 1e15 ? String(Int(value)) : value.description
    }
}
