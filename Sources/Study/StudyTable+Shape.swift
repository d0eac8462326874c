import Trajectories

extension StudyTable {
    /// The shape of the trees that are kept, and the paper's in a line of its own.
    func shape(_ grids: [RowGrid]) -> PrintedSection {
        let tables = grids.filter { !$0.trees.isEmpty }.map { $0.shape(published: published) }
        let isPublished = tables.contains { $0.lines.contains { $0.contains(RowGrid.publishedCell) } }
        return PrintedSection(
            tables: tables, notes: [Self.shapeNote] + (isPublished ? [Self.publishedShapeNote] : []))
    }

    private static let shapeNote =
        "Depth: how many expansions nest at most. Branching: statements for one expansion. Placeholder ratio: placeholders "
        + "among placeholders and primitive actions. Mean ± sample standard deviation over trajectories."

    private static let publishedShapeNote =
        "published: figures of the paper (\(PublishedFigures.paperName)), table 8, its unseen split; not measured here."
}

extension RowGrid {
    fileprivate static let publishedCell = "published"

    /// The ways that have trees.
    fileprivate var trees: [Way] { ways.filter { $0.method == .recode } }

    fileprivate func shape(published: PublishedFigures?) -> PrintedTable {
        let columns = ["n", "depth", "branching", "placeholder ratio"]
        let blocks = trees.map { way in
            ColumnBlock(way.title, columns) { line in
                row(line, way).flatMap { row in
                    row.shape.map { shape in
                        [String(row.trajectories)]
                            + [shape.depth, shape.branching, shape.placeholderRatio].map { $0.shown() }
                    }
                }
            }
        }
        var table = printed(blocks, about: "shape of the trees")
        for figures in published?.table8 ?? [] where figures.environment == environment {
            table.lines.append(
                leading.placeColumns.map { _ in "-" } + [Self.publishedCell, "-"] + Self.cells(of: figures))
        }
        return table
    }

    private static func cells(of figures: PublishedFigures.Shape) -> [String] {
        [(figures.meanDepth, figures.sdDepth), (figures.meanBranching, figures.sdBranching)].map {
            "\(Decimals.fixed($0)) ± \(Decimals.fixed($1))"
        } + [Decimals.fixed(figures.placeholderRatio)]
    }
}
