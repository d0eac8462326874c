import Trajectories

extension StudyTable {
    /// What became of the structure of all episodes: lost outputs, answers that did not stand, how they ended.
    func structure(_ grids: [StructureGrid]) -> PrintedSection {
        PrintedSection(tables: grids.map(\.printed), notes: [Self.structureNote, Self.correlationNote])
    }

    private static let structureNote =
        "Structure: all episodes, whatever is kept of them. Losing: placeholders that lost an output, of those that declare "
        + "any and ran to their end. Rewrites: answers that broke the format; retries: code that raised or ran into a limit. "
        + "Repaired: expansions and turns with such answers whose last one stood."

    private static let correlationNote =
        "Reward: point-biserial correlation of losing an output with the episode's reward, and its 95 % confidence interval "
        + "(Fisher z)."
}

/// The structure of one environment's and policy's episodes, a line for each agent.
struct StructureGrid {
    private let heading: String
    private let leading: LeadingColumns
    private let rows: [StructureRow]

    /// The grids of a study, in its order.
    static func all(of study: StudyTable) -> [StructureGrid] {
        let leading = LeadingColumns(
            options: study.optionNames, namesRuns: Set(study.structure.map(\.run)).count > 1)
        var grids: [StructureGrid] = []
        var rest = study.structure[...]
        while let first = rest.first {
            let heading = leading.heading(of: first)
            let rows = rest.prefix { leading.heading(of: $0) == heading }
            grids.append(StructureGrid(heading: heading, leading: leading, rows: Array(rows)))
            rest = rest.dropFirst(rows.count)
        }
        return grids
    }

    var printed: PrintedTable {
        PrintedTable(
            heading: "\(heading): structure", leading: leading.placeColumns + ["agent", "n"],
            blocks: Self.blocks,
            lines: rows.map { row in
                let line = leading.line(options: row.options, run: row.run, top: 0)
                return (
                    cells: leading.placeCells(of: line) + [row.agent.title, String(row.episodes)], line: row
                )
            })
    }

    private static var blocks: [ColumnBlock<StructureRow>] { outputBlocks + attemptBlocks }

    private static var outputBlocks: [ColumnBlock<StructureRow>] {
        [
            ColumnBlock("placeholders losing an output", ["losing", "of", "%"]) { row in
                row.lostOutputs.map {
                    [String($0.losing), String($0.declaring), Decimals.fixed($0.share.map { $0 * 100 })]
                }
            },
            ColumnBlock("lost outputs", ["all", "an episode", "episodes"]) { row in
                row.lostOutputs.map { [String($0.total), $0.perEpisode.shown(), String($0.episodes)] }
            },
            ColumnBlock("losing and reward", ["r", "95 %"]) { row in
                row.lostOutputs.map { [Decimals.fixed($0.reward.r), $0.reward.interval] }
            },
        ]
    }

    private static var attemptBlocks: [ColumnBlock<StructureRow>] {
        [
            ColumnBlock("rewrites", ["format"]) { row in [row.attempts(.format)] },
            ColumnBlock("retries", ["runtime", "limit"]) { row in
                [row.attempts(.runtime), row.attempts(.limit)]
            },
            ColumnBlock("expansions", ["repaired", "not"]) { row in
                [String(row.repaired), String(row.unrepaired)]
            },
            ColumnBlock("ended by", ["loop", "depth"]) { row in
                [EndReason.loop, .depthLimit].map { String(row.ended[$0.rawValue] ?? 0) }
            },
        ]
    }
}

extension StructureRow {
    fileprivate func attempts(_ problem: AttemptProblem) -> String {
        String(attempts[problem.rawValue] ?? 0)
    }
}

extension PointBiserial {
    /// `-0.52 to -0.11`, `-` without one.
    fileprivate var interval: String {
        low.map { "\(Decimals.fixed($0)) to \(Decimals.fixed(high))" } ?? "-"
    }
}

extension LeadingColumns {
    fileprivate func heading(of row: StructureRow) -> String {
        heading(environment: row.environment, policy: row.policy, run: row.run)
    }
}
