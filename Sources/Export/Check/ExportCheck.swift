import JSONLines
import Trajectories

/// Re-checks an export against its manifest, to the end, whatever is wrong on the way.
///
/// Checked: the schema of the manifest; size, SHA-256 and lines of every file it lists, and that there is no other; that every
/// row is JSON with the keys and types that all rows have; ids, and (trajectory, turn, kind); that rows lie in the files of
/// their split, none of a dev or test task where the leakage gate is on, no task both in train and in validation; all counts,
/// the order and the stages of a curriculum.
public struct ExportCheck {
    /// The rows of a Parquet file.
    public enum ParquetRows: Sendable {
        /// A file that has them as lines of JSON; it is removed once they are read.
        case lines(String)
        /// It is no Parquet file of such rows, in words that name it.
        case unreadable(String)
        /// Nothing here reads such files.
        case unavailable
    }

    /// What is wrong.
    public private(set) var findings: CheckFindings
    /// The manifest; `nil` where it cannot be read.
    public private(set) var manifest: ExportManifest?
    /// Rows that were read.
    public private(set) var rows = 0
    /// Files whose rows are not read here, but whose size and checksum are looked at.
    public private(set) var unreadFiles: [String] = []

    private let directory: String
    private let parquetRows: (_ file: String, ExportManifest) throws -> ParquetRows
    private var tally = RowTally()

    /// Prepares the check of an export.
    /// - Parameters:
    ///   - limit: how many problems are kept in words.
    ///   - parquetRows: reads the rows of a Parquet file. Without it such files are checked as files alone.
    public init(
        _ directory: String, limit: Int,
        parquetRows: @escaping (_ file: String, ExportManifest) throws -> ParquetRows = { _, _ in .unavailable
        }
    ) {
        self.directory = directory
        self.parquetRows = parquetRows
        findings = CheckFindings(limit: limit)
    }

    private var manifestPath: String { "\(directory)/\(ExportManifest.fileName)" }
    private static let advice = "Copy the export again, or make it anew."

    /// Checks the export.
    /// - Parameter visit: is given every row that is one, in order.
    /// - Throws: what `visit` throws. What is wrong with the export is found, not thrown.
    /// - Complexity: O(*n*) in bytes; the ids of rows are kept in memory.
    public mutating func check(_ visit: (ExportedRow) throws -> Void) throws {
        do {
            let bytes = try AtomicFile.read(manifestPath, byteLimit: 64 << 20)
            do {
                manifest = try RecordProblem.decode(ExportManifest.self, from: bytes)
            } catch {
                return findings.add(
                    manifestPath, "no \(ExportManifest.schemaName) manifest: \(error.text). \(Self.advice)")
            }
        } catch {
            return findings.add("\(error)")
        }
        guard let manifest else { return }
        for shard in manifest.shards {
            guard isOwn(shard.path), isOwn(shard.metadata?.path ?? "") else { continue }
            compare(ExportFile(shard))
            if let metadata = shard.metadata { compare(metadata) }
            if manifest.recipe.format == .parquet {
                try readParquet(shard, manifest, visit)
            } else {
                try read(shard, from: "\(directory)/\(shard.path)", manifest, visit)
            }
        }
        let others = manifest.files + [manifest.report.map(ExportFile.init)].compactMap(\.self)
        for file in others where isOwn(file.path) { compare(file) }
        if let report = manifest.report, isOwn(report.path) {
            requireLines(report.lines, in: report.path) { try JSONLinesReader(path: $0) }
        }
        try requireNoOtherFiles(manifest)
        for problem in tally.problems(with: manifest) {
            findings.add(manifestPath, "\(problem) \(Self.advice)")
        }
    }

    /// A manifest that came from elsewhere must not lead out of its directory.
    private mutating func isOwn(_ path: String) -> Bool {
        guard path.hasPrefix("/") || path.split(separator: "/").contains("..") else { return true }
        findings.add(manifestPath, "\(path.debugDescription) leads out of the export. \(Self.advice)")
        return false
    }
}

// MARK: - Files

extension ExportCheck {
    /// Holds a file's size and checksum against the manifest.
    private mutating func compare(_ file: ExportFile) {
        let path = "\(directory)/\(file.path)"
        do {
            let found = try FileDigest.ofFile(path, lineCount: file.lines)
            if found.byteCount != file.bytes {
                findings.add(
                    path, "has \(found.byteCount) bytes, the manifest says \(file.bytes). \(Self.advice)")
            } else if found.sha256 != file.sha256 {
                findings.add(
                    path,
                    "was changed after the export: its sha256 is \(found.sha256.prefix(16))…, the manifest says "
                        + "\(file.sha256.prefix(16))…. \(Self.advice)")
            }
        } catch {
            findings.add(error.description)
        }
    }

    private mutating func requireLines(
        _ expected: Int, in path: String, _ open: (String) throws -> JSONLinesReader
    ) {
        do {
            let reader = try open("\(directory)/\(path)")
            var count = 0
            while try reader.next() != nil { count += 1 }
            requireLines(expected, found: count, in: path)
        } catch {
            findings.add("\(error)")
        }
    }

    private mutating func requireLines(_ expected: Int, found: Int, in path: String) {
        guard expected != found else { return }
        findings.add(
            "\(directory)/\(path)", "holds \(found) lines, the manifest says \(expected). \(Self.advice)")
    }

    private mutating func requireNoOtherFiles(_ manifest: ExportManifest) throws {
        let shards = manifest.shards
        let own = Set(
            shards.map(\.path) + shards.compactMap(\.metadata?.path) + manifest.files.map(\.path)
                + [ExportManifest.fileName, DatasetCard.fileName, manifest.report?.path ?? ""])
        let present = try files(in: "")
        for path in present where !own.contains(path) {
            findings.add(
                "\(directory)/\(path)",
                "is no file of this export: its manifest does not list it. Move it away.")
        }
        if !present.contains(DatasetCard.fileName) {
            findings.add("\(directory)/\(DatasetCard.fileName)", "the card is missing. \(Self.advice)")
        }
    }

    /// The files below a folder of the export, by their places in it. A link to a folder is a file that does not belong there:
    /// where it leads is not looked at.
    private func files(in folder: String) throws -> [String] {
        try Task.checkCancellation()
        let names = (try? Directory.names(in: "\(directory)/\(folder)")) ?? []
        return try names.flatMap { name in
            let path = folder + name
            let isFolder =
                Directory.isDirectory("\(directory)/\(path)") && !Directory.isLink("\(directory)/\(path)")
            return isFolder ? try files(in: "\(path)/") : [path]
        }
    }
}

// MARK: - Rows

extension ExportCheck {
    private mutating func readParquet(
        _ shard: ExportShard, _ manifest: ExportManifest, _ visit: (ExportedRow) throws -> Void
    ) throws {
        let path = "\(directory)/\(shard.path)"
        guard Directory.isPresent(path) else { return }
        switch try parquetRows(path, manifest) {
        case .lines(let lines):
            defer { try? Directory.removeFile(lines) }
            try read(shard, from: lines, manifest, visit)
        case .unreadable(let words):
            findings.add("\(words). \(Self.advice)")
            tally.isPartial = true
        case .unavailable:
            unreadFiles.append(shard.path)
            tally.isPartial = true
        }
    }

    /// Reads the rows of a data file.
    /// - Parameter lines: the file that has them as lines: itself, or what was made of it.
    private mutating func read(
        _ shard: ExportShard, from lines: String, _ manifest: ExportManifest,
        _ visit: (ExportedRow) throws -> Void
    ) throws {
        let path = "\(directory)/\(shard.path)"
        guard let reader = try? JSONLinesReader(path: lines) else { return }
        let beside = shard.metadata.flatMap { try? JSONLinesReader(path: "\(directory)/\($0.path)") }
        let shape = RowShape(of: manifest.recipe)
        var (lineCount, metadataCount) = (0, 0)
        do {
            while let line = try reader.next() {
                lineCount += 1
                let metadata = try beside?.next()
                metadataCount += metadata == nil ? 0 : 1
                let place = "\(path):\(line.number)"
                guard let row = row(line, metadata, in: shard, shape, at: place) else { continue }
                rows += 1
                if let origin = row.origin {
                    for problem in tally.add(origin, in: shard, line: line.number, manifest) {
                        findings.add(place, problem)
                    }
                }
                try visit(row)
            }
            while try beside?.next() != nil { metadataCount += 1 }
        } catch let error as JSONLinesError {
            findings.add(error.description)
            tally.isPartial = true
            return
        }
        tally.add(shard, lineCount: lineCount)
        requireLines(shard.lines, found: lineCount, in: shard.path)
        if let metadata = shard.metadata {
            requireLines(metadata.lines, found: metadataCount, in: metadata.path)
        }
    }

    /// A line as a row; what is wrong with it is found.
    private mutating func row(
        _ line: JSONLine, _ metadata: JSONLine?, in shard: ExportShard, _ shape: RowShape, at place: String
    ) -> ExportedRow? {
        guard isRow(line.bytes, shape, at: place) else { return nil }
        var row = ExportedRow(file: shard.path, number: line.number, line: line.bytes)
        if shape.keys["trajectory_id"] != nil {
            row.origin = origin(line.bytes, at: place)
        } else if let metadata, let file = shard.metadata?.path {
            let beside = "\(directory)/\(file):\(metadata.number)"
            guard isRow(metadata.bytes, .metadata, at: beside) else { return nil }
            row.metadata = metadata.bytes
            row.origin = origin(metadata.bytes, at: beside)
        }
        return row
    }

    private mutating func isRow(_ bytes: [UInt8], _ shape: RowShape, at place: String) -> Bool {
        guard let value = try? CanonicalJSON.decode(JSONValue.self, from: bytes) else {
            findings.add(place, "this is not JSON. \(Self.advice)")
            return false
        }
        guard let problem = shape.problem(in: value) else { return true }
        findings.add(place, "\(problem.text). \(Self.advice)")
        return false
    }

    private mutating func origin(_ bytes: [UInt8], at place: String) -> ExportedRow.Origin? {
        do {
            return try CanonicalJSON.decode(ExportedRow.Origin.self, from: bytes)
        } catch {
            findings.add(place, "\(RecordProblem(error, allowing: Self.allowedValues).text). \(Self.advice)")
            return nil
        }
    }

    private static let allowedValues = [
        "kind": Pair.Kind.allCases.map(\.rawValue), "style": PromptStyle.allCases.map(\.rawValue),
    ]
}

extension ExportFile {
    init(_ shard: ExportShard) {
        path = shard.path
        bytes = shard.bytes
        lines = shard.lines
        sha256 = shard.sha256
    }

    init(_ report: ExportReport) {
        path = report.path
        bytes = report.bytes
        lines = report.lines
        sha256 = report.sha256
    }
}

extension ExportManifest: SchemaRecord {
    /// The values that keys of a manifest with a fixed set of them may have.
    public static var allowedValues: [String: [String]] {
        [
            "format": ExportFormat.allCases.map(\.rawValue),
            "metadata": MetadataPlace.allCases.map(\.rawValue),
            "method": AgentKind.allCases.map(\.rawValue), "style": PromptStyle.allCases.map(\.rawValue),
            "failures": FailurePolicy.allCases.map(\.rawValue), "split": DataSplit.allCases.map(\.rawValue),
        ]
    }
}
