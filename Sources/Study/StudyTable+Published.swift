import Trajectories

extension StudyTable {
    /// The paper's counts with this study's beside them, where it has rows of the same method at the same p.
    func published(_ grids: [RowGrid]) -> PrintedSection {
        guard let published else { return PrintedSection(tables: [], notes: []) }
        return PrintedSection(
            tables: grids.compactMap { $0.published(published) }, notes: [Self.publishedNote])
    }

    private static let publishedNote =
        "Published: figures of the paper (\(PublishedFigures.paperName)), not measured here. Pairs, tokens and reward at 40 %: "
        + "table 1; pairs below: table 5; USD for a trajectory: table 3, with GPT-4o mini, over all its environments. What "
        + "its tokens count it does not say; this study's are under the chat template. Reward x 100."
}

extension RowGrid {
    /// What one line holds against each other.
    private struct PublishedLine {
        var place: TableLine
        var way: Way
    }

    /// `nil` for an environment that the paper does not have.
    fileprivate func published(_ figures: PublishedFigures) -> PrintedTable? {
        let lines = places.flatMap { place in
            figures.tops(in: environment).flatMap { top, method in
                var place = place
                place.top = top
                return ways(by: method, at: place).map { PublishedLine(place: place, way: $0) }
            }
        }
        guard !lines.isEmpty else { return nil }
        let columns = ["pairs", "tokens", "reward", "USD for one"]
        let own = ColumnBlock<PublishedLine>("this study", columns) { line in
            row(line.place, line.way).map(Self.own)
        }
        let paper = ColumnBlock<PublishedLine>("published", columns) { line in
            figures.cells(environment: environment, method: line.way.method, top: line.place.top)
        }
        return PrintedTable(
            heading: "\(heading): beside published figures", leading: leading.columns + ["method"],
            blocks: [own, paper],
            lines: lines.map { (leading.cells(of: $0.place) + [$0.way.title], $0) })
    }

    /// What tells lines apart beside p.
    private var places: [TableLine] {
        Set(
            lines.map { line in
                var place = line
                place.top = 0
                return place
            }
        ).sorted()
    }

    /// The ways of a method that the study has a row of; where there is none, one for the published figures to stand in.
    private func ways(by method: AgentKind, at place: TableLine) -> [Way] {
        let own = ways.filter { $0.method == method }
        let counted = own.filter { row(place, $0) != nil }
        return counted.isEmpty ? [own.first ?? Way(source: method, method: method)] : counted
    }

    private static func own(_ row: StudyRow) -> [String] {
        // What flattened trajectories cost, the policy that wrote the tree was paid.
        let cost = row.sourceAgent == row.method ? row.costUSD : nil
        return [
            String(row.pairs), Decimals.count(row.tokens?.chat),
            Decimals.reward(mean: row.meanReward, deviation: row.sdReward),
            Decimals.fixed(cost.map { $0 / Double(row.trajectories) }, places: 5),
        ]
    }
}

extension PublishedFigures {
    /// The p and methods there are figures of, in their order.
    fileprivate func tops(in environment: String) -> [(top: Double, method: AgentKind)] {
        let pairs = table5.filter { $0.environment == environment && $0.top != Self.paperTop }
            .map { (top: $0.top, method: $0.method) }
        let data = table1.filter { $0.environment == environment }
            .map { (top: Self.paperTop, method: $0.method) }
        return (pairs + data).sorted { ($0.top, $0.method.rank) < ($1.top, $1.method.rank) }
    }

    fileprivate func cells(environment: String, method: AgentKind, top: Double) -> [String]? {
        guard top == Self.paperTop else {
            let figure = table5.first {
                $0.environment == environment && $0.method == method && $0.top == top
            }
            return figure.map { [String($0.pairs), "-", "-", "-"] }
        }
        let cost = table3.first { $0.method == method }?.costPerTrajectoryUSD
        return table1.first { $0.environment == environment && $0.method == method }.map { figure in
            [
                String(figure.pairs), String(figure.tokens),
                Decimals.reward(mean: figure.meanReward, deviation: figure.sdReward),
                Decimals.fixed(cost, places: 5),
            ]
        }
    }
}
