import Trajectories

extension StudyTable {
    /// A table for each p, methods by environments as in the paper's table 1, with the ratios under them.
    /// - Parameter isAsked: whether one environment is worth a table, too.
    func environments(isAsked: Bool) -> PrintedSection {
        guard hasSeveralEnvironments || isAsked && !rows.isEmpty else {
            return PrintedSection(tables: [], notes: [])
        }
        let all = EnvironmentGrid.all(of: self)
        let grids = all.filter { $0.ambiguity == nil }
        let unclear = all.compactMap { grid in
            grid.ambiguity.map { "No table of methods by environment\(grid.place.words): \($0)" }
        }
        guard !grids.isEmpty else {
            return PrintedSection(tables: [], notes: Self.once(unclear), saysWhy: true)
        }
        let isBeside = published != nil && grids.contains { $0.place.top == PublishedFigures.paperTop }
        return PrintedSection(
            tables: grids.map { $0.printed(beside: published) },
            notes: [Self.environmentsNote] + (isBeside ? [Self.environmentsPublishedNote] : [])
                + Self.once(grids.flatMap(\.policyNotes) + unclear) + coverage.compactMap(\.note))
    }

    /// Notes without those said before: what holds at one p mostly holds at all.
    private static func once(_ notes: [String]) -> [String] {
        var said: Set<String> = []
        return notes.filter { said.insert($0).inserted }
    }

    private static let environmentsNote =
        "Pairs and chat tokens of what is kept; reward x 100: mean ± sample standard deviation. All: sums, where a line has "
        + "every environment. Lines with / ReCode: a method's pairs and tokens for one of ReCode's."

    private static let environmentsPublishedNote =
        "Published: table 1 of the paper (\(PublishedFigures.paperName)), not measured here; what its tokens count it does "
        + "not say."
}

/// What a line of a method-by-environment table says of one environment; `nil` for all of them together.
private struct EnvironmentLine {
    var title: String
    var cells: (_ environment: String?) -> [String]?
}

extension EnvironmentGrid {
    fileprivate func printed(beside published: PublishedFigures?) -> PrintedTable {
        let lines = own + (published.map { paper($0) } ?? [])
        let blocks =
            environments.map { environment in
                ColumnBlock<EnvironmentLine>(environment, ["pairs", "tokens", "reward"]) {
                    $0.cells(environment)
                }
            }
            + (environments.count > 1
                ? [ColumnBlock("all", ["pairs", "tokens"]) { $0.cells(nil).map { Array($0.prefix(2)) } }]
                : [])
        return PrintedTable(
            heading: "Methods by environment, top \(Decimals.plain(place.top)) %\(place.words)",
            leading: ["method"], blocks: blocks, lines: lines.map { ([$0.title], $0) })
    }

    private var own: [EnvironmentLine] {
        let flat = flatWays
        return ways.map { way in EnvironmentLine(title: way.title) { cells(of: way, in: $0) } }
            + flat.map { way in
                EnvironmentLine(title: "\(way.title) / ReCode") { environment in
                    ratioCells(ratio(of: way, in: environment))
                }
            }
    }

    private func cells(of way: Way, in environment: String?) -> [String]? {
        amount(of: way, in: environment.map { [$0] } ?? environments).map { amount in
            let kept = environment.flatMap { row(way, in: $0) }
            return [
                String(amount.pairs), Decimals.count(amount.tokens?.chat),
                Decimals.reward(mean: kept?.meanReward, deviation: kept?.sdReward),
            ]
        }
    }

    private func ratioCells(_ ratio: StudyComparison.Ratio) -> [String] {
        [Decimals.fixed(ratio.pairs), Decimals.fixed(ratio.tokens?.chat), "-"]
    }
}

// MARK: - Published

extension EnvironmentGrid {
    /// The paper's figures at its own p, with its own ratios under them.
    private func paper(_ figures: PublishedFigures) -> [EnvironmentLine] {
        guard place.top == PublishedFigures.paperTop else { return [] }
        let known = AgentKind.inOrder.filter { method in
            figures.table1.contains { $0.method == method && environments.contains($0.environment) }
        }
        let amounts = known.map { method in
            EnvironmentLine(title: "\(method.title), published") { environment in
                published(method, figures, in: environment).map { figureCells($0) }
            }
        }
        let flat = known.contains(.recode) ? known.filter { $0 != .recode } : []
        let ratios = flat.map { method in
            EnvironmentLine(title: "\(method.title) / ReCode, published") { environment in
                publishedRatio(method, figures, in: environment)
            }
        }
        return amounts + ratios
    }

    private func publishedRatio(
        _ method: AgentKind, _ figures: PublishedFigures, in environment: String?
    ) -> [String]? {
        guard let own = published(method, figures, in: environment),
            let base = published(.recode, figures, in: environment)
        else { return nil }
        return [
            Decimals.fixed(StudyTable.quotient(own.pairs, base.pairs)),
            Decimals.fixed(StudyTable.quotient(own.tokens, base.tokens)), "-",
        ]
    }

    /// The figures of an environment; for `nil` their sums, where the paper has every environment of the table.
    private func published(
        _ method: AgentKind, _ figures: PublishedFigures, in environment: String?
    ) -> PublishedFigures.TrainingData? {
        let places = environment.map { [$0] } ?? environments
        let found = figures.table1.filter { $0.method == method && places.contains($0.environment) }
        guard found.count == places.count, var sum = found.first else { return nil }
        sum.pairs = found.reduce(0) { $0 + $1.pairs }
        sum.tokens = found.reduce(0) { $0 + $1.tokens }
        return sum
    }

    private func figureCells(_ figure: PublishedFigures.TrainingData) -> [String] {
        [
            String(figure.pairs), String(figure.tokens),
            Decimals.reward(mean: figure.meanReward, deviation: figure.sdReward),
        ]
    }
}
