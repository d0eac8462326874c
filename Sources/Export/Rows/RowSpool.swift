import JSONLines
import Trajectories

/// Rows that are written before their place among the others is known: their lines lie in a file, their keys in memory.
///
/// Memory: about 100 bytes a row and 8 for each measure, whatever the lines hold.
struct RowSpool {
    /// A row: where its lines lie, and what its place depends on.
    private struct Entry {
        var line: PiecesFile.Piece
        var metadata: PiecesFile.Piece?
        /// Its task instance, by its place among them.
        var task: Int
        var rank: RowRank
    }

    /// A task instance that there are rows of.
    private struct Task {
        var id: String
        var split: Split
    }

    private let order: RowOrder
    private let holdout: Holdout?
    private let file: PiecesFile
    private var entries: [Entry] = []
    private var tasks: [Task] = []
    private var taskPlaces: [String: Int] = [:]

    /// Makes an empty spool.
    /// - Parameters:
    ///   - holdout: which tasks are kept back, of those that there are rows of; `nil` for none.
    ///   - directory: where there is room for all rows.
    init(order: RowOrder, holdout: Holdout?, in directory: String) throws {
        self.order = order
        self.holdout = holdout
        file = try PiecesFile(in: directory)
    }

    /// Takes a row.
    mutating func append(_ pair: Pair, line: [UInt8], metadata: [UInt8]?) throws {
        entries.append(
            Entry(
                line: try file.append(line), metadata: try metadata.map { try file.append($0) },
                task: place(of: pair), rank: order.rank(of: pair, after: entries.count)))
    }

    private mutating func place(of pair: Pair) -> Int {
        if let place = taskPlaces[pair.taskID] { return place }
        taskPlaces[pair.taskID] = tasks.count
        tasks.append(Task(id: pair.taskID, split: pair.split))
        return tasks.count - 1
    }

    /// Gives the rows in their order, split by split.
    /// - Returns: the stages of a curriculum; none for another order.
    mutating func drain(
        _ body: (_ split: DataSplit, _ stage: Int?, _ line: [UInt8], _ metadata: [UInt8]?) throws -> Void
    ) throws -> [ExportStage] {
        let splits = splits()
        entries.sort { $0.rank < $1.rank }
        var stages: [ExportStage] = []
        for split in DataSplit.allCases {
            let own = entries.filter { splits[$0.task] == split }
            for (number, range) in stageRanges(of: own.count).enumerated() {
                if case .curriculum(let curriculum) = order {
                    stages.append(
                        ExportStage(
                            split: split, number: number + 1, firstRow: range.lowerBound, rows: range.count,
                            ranges: Self.ranges(of: own[range].map(\.rank.difficulties), by: curriculum.by)))
                }
                for entry in own[range] {
                    try body(
                        split, stages.isEmpty ? nil : number + 1, try file.bytes(of: entry.line),
                        try entry.metadata.map { try file.bytes(of: $0) })
                }
            }
        }
        entries = []
        return stages
    }

    /// Where the rows of each task instance lie.
    private func splits() -> [DataSplit] {
        let own = Set(tasks.filter { $0.split == .train }.map(\.id))
        let heldOut = holdout?.chosen(of: own) ?? []
        return tasks.map { DataSplit(of: $0.split, isHeldOut: heldOut.contains($0.id)) }
    }

    /// Where each stage's rows lie: as many in each, the first ones having one more where it does not come out even.
    private func stageRanges(of count: Int) -> [Range<Int>] {
        guard case .curriculum(let curriculum) = order, count > 0 else { return count > 0 ? [0..<count] : [] }
        let stages = min(curriculum.stages, count)
        return (0..<stages).map { stage in
            let start = stage * (count / stages) + min(stage, count % stages)
            return start..<(start + count / stages + (stage < count % stages ? 1 : 0))
        }
    }

    private static func ranges(
        of difficulties: [[Double]], by measures: [CurriculumMeasure]
    ) -> [ExportStage.MeasureRange] {
        measures.enumerated().map { index, measure in
            let values = difficulties.map { measure.value(ofDifficulty: $0[index]) }
            return ExportStage.MeasureRange(
                measure: measure, least: values.min() ?? 0, most: values.max() ?? 0)
        }
    }
}
