import Trajectories

extension StudyTable {
    /// Trajectories, pairs and rewards, the methods side by side; then the ratios, and what the policy used.
    func counts(_ grids: [RowGrid]) -> PrintedSection {
        let ratios = RatioIndex(of: self)
        return PrintedSection(tables: grids.map { $0.counts(ratios) }, notes: countNotes)
    }

    /// Tokens of the pairs, where any were counted.
    func tokens(_ grids: [RowGrid]) -> PrintedSection {
        guard rows.contains(where: { $0.tokens != nil }) else { return PrintedSection(tables: [], notes: []) }
        let ratios = RatioIndex(of: self)
        return PrintedSection(tables: grids.map { $0.tokens(ratios) }, notes: [Self.tokenNote])
    }

    private static let countNote =
        "n: trajectories kept. Unique: pairs that differ in prompt or completion. "
        + "Reward x 100: their mean ± sample standard deviation."

    private static let playedNote = "Played: all episodes, whatever is kept of them."

    private static let tokenNote =
        "Tokens of the pairs: content, the texts alone; chat, under the chat template; trained, the completions."

    private var countNotes: [String] {
        [Self.countNote] + (rows.contains { $0.played != nil } ? [Self.playedNote] : [])
            + (selection.map { [$0.words] } ?? []) + coverage.compactMap(\.note)
    }
}

/// The ratios of a study by where they stand.
struct RatioIndex {
    private let ratios: [StudyRow.Place: StudyRatio]

    init(of study: StudyTable) {
        ratios = Dictionary(study.ratios.map { ($0.place, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The ratio that a row is a part of.
    func beside(_ row: StudyRow) -> StudyRatio? {
        var place = row.place
        place.method = .recode
        return ratios[place]
    }
}

extension RowGrid {
    fileprivate func counts(_ ratios: RatioIndex) -> PrintedTable {
        let pairs = ways.map { way in
            ColumnBlock<TableLine>(way.title, ["pairs", "unique"]) { line in
                row(line, way).map { [String($0.pairs), Decimals.count($0.uniquePairs)] }
            }
        }
        let ratioBlock = ratioBlock("pairs for one of ReCode") { line, way in
            let ratio = row(line, way).flatMap(ratios.beside)
            return way.method == .react ? ratio?.reactToRecode : ratio?.codeactToRecode
        }
        return printed(playedBlocks + keptBlocks + pairs + ratioBlock + paidBlocks)
    }

    private var playedBlocks: [ColumnBlock<TableLine>] {
        agents { $0.played != nil }.map { agent in
            // The same by every method.
            ColumnBlock("played by \(agent.title)", ["n", "reward", "success %"]) { line in
                ways.lazy.filter { $0.source == agent }.compactMap { row(line, $0)?.played }.first
                    .map(Self.played)
            }
        }
    }

    private var keptBlocks: [ColumnBlock<TableLine>] {
        agents { _ in true }.map { agent in
            // The same by every method, too.
            ColumnBlock("kept of \(agent.title)", ["n", "reward", "success %"]) { line in
                ways.lazy.filter { $0.source == agent }.compactMap { row(line, $0) }.first.map(Self.kept)
            }
        }
    }

    private var paidBlocks: [ColumnBlock<TableLine>] {
        agents(where: \.hasUsage).map { agent in
            // What is kept is the same by every method, and each agent has its own.
            ColumnBlock("used by \(agent.title)", ["prompt tokens", "answer tokens", "USD"]) { line in
                row(line, Way(source: agent, method: agent)).flatMap(Self.usage)
            }
        }
    }

    fileprivate func tokens(_ ratios: RatioIndex) -> PrintedTable {
        let counted = ways.map { way in
            ColumnBlock<TableLine>("tokens of \(way.title)", ["content", "chat", "trained"]) { line in
                row(line, way)?.tokens.map { [$0.content, $0.chat, $0.trained].map(String.init) }
            }
        }
        let ratioBlock = ratioBlock("chat tokens for one of ReCode") { line, way in
            let ratio = row(line, way).flatMap(ratios.beside)
            let tokens = way.method == .react ? ratio?.reactToRecodeTokens : ratio?.codeactToRecodeTokens
            return tokens?.chat
        }
        return printed(counted + ratioBlock, about: "tokens")
    }

    private func ratioBlock(_ title: String, _ ratio: @escaping (TableLine, Way) -> Double?)
        -> [ColumnBlock<TableLine>]
    {
        let flat = flatWays
        guard !flat.isEmpty else { return [] }
        return [
            ColumnBlock(title, flat.map { $0.shortTitle(in: flat) }) { line in
                flat.map { Decimals.fixed(ratio(line, $0)) }
            }
        ]
    }

    private static func kept(of row: StudyRow) -> [String] {
        [
            String(row.trajectories), Decimals.reward(mean: row.meanReward, deviation: row.sdReward),
            Decimals.fixed(row.successRate.map { $0 * 100 }),
        ]
    }

    private static func played(_ episodes: StudyPlayed) -> [String] {
        [
            String(episodes.trajectories),
            Decimals.reward(mean: episodes.meanReward, deviation: episodes.sdReward),
            Decimals.fixed(episodes.successRate * 100),
        ]
    }

    private static func usage(of row: StudyRow) -> [String]? {
        guard row.trajectories > 0 else { return nil }
        return [
            String(row.promptTokens), String(row.completionTokens), Decimals.fixed(row.costUSD, places: 4),
        ]
    }
}

extension StudyRow {
    /// Whether there is anything to say of what the policy used.
    fileprivate var hasUsage: Bool { promptTokens > 0 || completionTokens > 0 || costUSD != nil }
}
