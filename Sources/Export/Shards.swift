import JSONLines
import Trajectories

/// The data files of one part of an export while they are written: rows, and beside them, where asked for, what is known of each.
struct Shards {
    /// A data file that is full.
    struct Complete {
        var rows: AtomicLinesWriter
        var rowsDigest: FileDigest
        var metadata: (writer: AtomicLinesWriter, digest: FileDigest)?
        var stage: Int?
    }

    private struct Open {
        var rows: AtomicLinesWriter
        var metadata: AtomicLinesWriter?
        var byteCount = 0
        var stage: Int?
    }

    private let split: DataSplit
    private let directory: String
    private let format: ExportFormat
    private let metadataDirectory: String?
    private let limit: ShardLimit
    private(set) var complete: [Complete] = []
    private var current: Open?

    /// - Parameters:
    ///   - directory: where the rows go.
    ///   - metadataDirectory: the folder for what is known of each row; `nil` where no file of its own keeps that.
    init(
        of split: DataSplit, in directory: String, format: ExportFormat, metadataDirectory: String?,
        limit: ShardLimit
    ) {
        self.split = split
        self.directory = directory
        self.format = format
        self.metadataDirectory = metadataDirectory
        self.limit = limit
    }

    /// Appends a row. A stage of a curriculum begins a file of its own.
    mutating func append(_ line: [UInt8], metadata: [UInt8]?, stage: Int?) throws {
        if let open = current {
            let isFull =
                open.rows.lineCount >= limit.rowCount || open.byteCount + line.count > limit.byteCount
                || open.stage != stage
            if isFull { try close() }
        }
        var open = try current ?? self.open(stage: stage)
        try open.rows.append(line)
        if let metadata { try open.metadata?.append(metadata) }
        open.byteCount += line.count + 1
        current = open
    }

    /// Opens a file even where there is no row for it: loaders want one.
    mutating func openFirst() throws {
        current = try open(stage: nil)
    }

    /// Completes the file that is being written.
    mutating func close() throws {
        guard let open = current else { return }
        complete.append(
            Complete(
                rows: open.rows, rowsDigest: try open.rows.complete(),
                metadata: try open.metadata.map { ($0, try $0.complete()) }, stage: open.stage))
        current = nil
    }

    private func open(stage: Int?) throws -> Open {
        let name = "\(split.rawValue)-\(complete.count)"
        return Open(
            rows: try AtomicLinesWriter(
                path: "\(directory)/\(name).\(format.rowsExtension)", compression: format.rowsCompression),
            metadata: try metadataDirectory.map {
                try AtomicLinesWriter(path: "\($0)/\(name).jsonl.gz", compression: .gzip)
            }, stage: stage)
    }
}

extension ExportFormat {
    /// How the name of a file of lines ends; Parquet is made of one.
    var rowsExtension: String { self == .parquet ? "jsonl" : fileExtension }

    fileprivate var rowsCompression: Compression { rowsExtension.hasSuffix(".gz") ? .gzip : .none }
}
