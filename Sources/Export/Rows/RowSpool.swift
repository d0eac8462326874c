import JSONLines
import Trajectories

/// Rows that are written before their place among the others is known: their lines lie in a file, their keys in memory.
///
/// Memory: about 80 bytes a row and 8 for each measure, whatever the lines hold.
struct RowSpool {
    /// A row: where its lines lie, and what its place depends on.
    private struct Entry {
        var line: PiecesFile.Piece
        var metadata: PiecesFile.Piece?
        var split: DataSplit
        /// How hard it is by each measure of a curriculum.
        var difficulties: [Double]
        /// Its place among rows that are as hard.
        var place: UInt64
    }

    private let order: RowOrder
    private let file: PiecesFile
    private var entries: [Entry] = []

    /// Makes an empty spool.
    /// - Parameter directory: where there is room for all rows.
    init(order: RowOrder, in directory: String) throws {
        self.order = order
        file = try PiecesFile(in: directory)
    }

    /// Takes a row.
    mutating func append(_ pair: Pair, in split: DataSplit, line: [UInt8], metadata: [UInt8]?) throws {
        entries.append(
            Entry(
                line: try file.append(line), metadata: try metadata.map { try file.append($0) }, split: split,
                difficulties: difficulties(of: pair), place: place(of: pair)))
    }

    /// Gives the rows in their order, split by split.
    /// - Returns: the stages of a curriculum; none for another order.
    mutating func drain(
        _ body: (_ split: DataSplit, _ stage: Int?, _ line: [UInt8], _ metadata: [UInt8]?) throws -> Void
    ) throws -> [ExportStage] {
        entries.sort(by: Self.comesBefore)
        var stages: [ExportStage] = []
        for split in DataSplit.allCases {
            let own = entries.filter { $0.split == split }
            for (number, range) in stageRanges(of: own.count).enumerated() {
                if case .curriculum(let curriculum) = order {
                    stages.append(
                        ExportStage(
                            split: split, number: number + 1, firstRow: range.lowerBound, rows: range.count,
                            ranges: Self.ranges(of: own[range].map(\.difficulties), by: curriculum.by)))
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

    private func difficulties(of pair: Pair) -> [Double] {
        guard case .curriculum(let curriculum) = order else { return [] }
        return curriculum.by.map { $0.difficulty(of: pair) }
    }

    /// A hash where rows are shuffled, else the place in which they came.
    private func place(of pair: Pair) -> UInt64 {
        guard case .shuffled(let seed) = order else { return UInt64(entries.count) }
        return Digest.sha256Prefix(of: "\(seed)\n\(pair.id)\n\(pair.kind.rawValue)")
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

    private static func comesBefore(_ one: Entry, _ other: Entry) -> Bool {
        for (own, others) in zip(one.difficulties, other.difficulties) where own != others {
            return own < others
        }
        return one.place < other.place
    }
}
