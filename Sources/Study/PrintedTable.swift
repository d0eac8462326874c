/// A table of cells that are text already: what the forms for people are rendered from.
struct PrintedTable {
    /// A title over the columns that are its own; the first block is what tells lines apart.
    struct Block {
        var title: String
        var columns: [String]
    }

    var heading: String
    var blocks: [Block]
    var lines: [[String]]
}

/// Tables of one kind, with what there is to say under them; notes alone say why there is no table.
struct PrintedSection {
    var tables: [PrintedTable]
    var notes: [String]
    /// Whether the notes are worth saying where there is no table.
    var saysWhy = false
}

/// The kinds of tables a study has.
public enum StudySection: String, Sendable, Hashable, CaseIterable {
    /// Methods by environments, as in the paper's table 1: pairs, tokens and reward of each, and the ratios.
    case environments
    /// Trajectories, pairs and rewards, methods side by side.
    case counts
    /// Tokens of the pairs, where they were counted.
    case tokens
    /// The shape of the trees that are kept.
    case shape
    /// Lost outputs, answers that did not stand, how episodes ended.
    case structure
    /// The paper's figures beside the study's own.
    case published
}

extension StudyTable {
    /// The sections that have tables, in their order.
    /// - Parameter only: the one that is wanted; all without it.
    func printedSections(_ only: StudySection?) -> [PrintedSection] {
        let grids = RowGrid.all(of: self)
        return StudySection.allCases.filter { only == nil || only == $0 }.map { section in
            switch section {
            case .environments: environments(isAsked: only != nil)
            case .counts: counts(grids)
            case .tokens: tokens(grids)
            case .shape: shape(grids)
            case .structure: structure(StructureGrid.all(of: self))
            case .published: published(grids)
            }
        }.filter { !$0.tables.isEmpty || $0.saysWhy }
    }
}
