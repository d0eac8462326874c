import JSONLines
import Trajectories

/// A data file of an export.
public struct ExportShard: Codable, Sendable, Hashable {
    /// The folder of the files that say what is known of rows.
    static let metadataFolder = "metadata"

    /// The file's name in the export's directory; it begins with the split.
    public var path: String
    /// The part of the export that its rows are.
    public var split: DataSplit
    /// The stage of the curriculum that its rows belong to, from 1; `nil` for rows in another order.
    public var stage: Int?
    /// Its size as stored.
    public var bytes: Int
    /// Its rows.
    public var lines: Int
    /// SHA-256 of the stored bytes.
    public var sha256: String
    /// The file whose line *n* says what is known of row *n*; `nil` where that stands elsewhere.
    public var metadata: ExportFile?

    init(path: String, split: DataSplit, stage: Int?, digest: FileDigest, metadata: ExportFile?) {
        self.path = path
        self.split = split
        self.stage = stage
        bytes = digest.byteCount
        lines = digest.lineCount
        sha256 = digest.sha256
        self.metadata = metadata
    }
}

/// Another file of an export.
public struct ExportFile: Codable, Sendable, Hashable {
    /// The file's place in the export's directory.
    public var path: String
    /// Its size as stored.
    public var bytes: Int
    /// Its lines.
    public var lines: Int
    /// SHA-256 of the stored bytes.
    public var sha256: String

    init(path: String, digest: FileDigest) {
        self.path = path
        bytes = digest.byteCount
        lines = digest.lineCount
        sha256 = digest.sha256
    }
}

/// A stage of an export's curriculum: where it begins, and how hard its rows are.
public struct ExportStage: Codable, Sendable, Hashable {
    /// How hard the rows of a stage are by one measure, from the least value to the greatest.
    public struct MeasureRange: Codable, Sendable, Hashable {
        /// The measure.
        public var measure: CurriculumMeasure
        /// The least value.
        public var least: Double
        /// The greatest value.
        public var most: Double
    }

    /// The part of the export.
    public var split: DataSplit
    /// Which stage of it, from 1: the easiest.
    public var number: Int
    /// Rows of the split before it.
    public var firstRow: Int
    /// Its rows.
    public var rows: Int
    /// How hard they are.
    public var ranges: [MeasureRange]

    enum CodingKeys: String, CodingKey {
        case split, rows, ranges
        case number = "stage"
        case firstRow = "first_row"
    }
}
