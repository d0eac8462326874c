import JSONLines
import Trajectories

/// Writes pairs as a directory that `datasets.load_dataset` opens: data files, a card, a manifest, and what trainers need to use
/// it as it is.
///
/// Each split has data files of its own, named after it: rows of test tasks never lie in `train-…`. Everything stands under a
/// temporary name until ``finish(trajectories:dropped:truncated:controlTokens:tokens:leakage:funnel:)``; letting go of the exporter before that leaves
/// nothing. The same pairs give the same bytes.
public final class PairExporter {
    private let recipe: ExportRecipe
    private let rows: RowText
    private let limit: ShardLimit
    private let converter: (any ShardConverter)?
    private let directory: StagedDirectory
    private var shards: [DataSplit: Shards] = [:]
    private var spool: RowSpool?
    private var seen: Set<String> = []
    private var pairsBySplit: [String: Int] = [:]
    private var line = JSONText()
    private var report: ExportReport?

    /// Begins an export.
    /// - Parameters:
    ///   - recipe: how it was asked for.
    ///   - render: renders a conversation as one text; for the format `text`.
    ///   - converter: makes a Parquet file of a file of lines; for the format `parquet`.
    /// - Throws: ``ExportError`` (`foreignDirectory`) when `directory` holds anything but an earlier export, which
    ///   will be replaced; `JSONLinesError` when it cannot be written.
    public init(
        directory: String, recipe: ExportRecipe,
        render: (([Message]) throws -> String)? = nil, converter: (any ShardConverter)? = nil,
        limit: ShardLimit = ShardLimit()
    ) throws {
        self.recipe = recipe
        self.limit = limit
        self.converter = converter
        rows = RowText(format: recipe.format, metadata: recipe.metadata, render: render)
        try ExportedDirectory.checkReplaceable(directory)
        self.directory = try StagedDirectory(for: directory)
        if recipe.metadata == .sidecar { try Directory.create(metadataPath) }
        if recipe.order != .collected || recipe.holdout != nil {
            spool = try RowSpool(order: recipe.order, holdout: recipe.holdout, in: self.directory.path)
        }
    }

    private var metadataPath: String { "\(directory.path)/\(ExportShard.metadataFolder)" }

    /// Appends a row.
    /// - Throws: ``ExportError`` (`duplicatePair`, `mixedPairs`), or `JSONLinesError` from the disk.
    public func append(_ pair: Pair) throws {
        try check(pair)
        line.removeAll()
        try rows.append(pair, to: &line)
        let row = line.bytes
        var metadata: [UInt8]?
        if recipe.metadata == .sidecar {
            line.removeAll()
            rows.appendMetadata(pair, to: &line)
            metadata = line.bytes
        }
        if spool == nil {
            try write(row, metadata, in: DataSplit(of: pair.split, isHeldOut: false), stage: nil)
        } else {
            try spool?.append(pair, line: row, metadata: metadata)
        }
    }

    private func write(_ line: [UInt8], _ metadata: [UInt8]?, in split: DataSplit, stage: Int?) throws {
        pairsBySplit[split.rawValue, default: 0] += 1
        try shards[split, default: newShards(of: split)].append(line, metadata: metadata, stage: stage)
    }

    private func newShards(of split: DataSplit) -> Shards {
        Shards(
            of: split, in: directory.path, format: recipe.format,
            metadataDirectory: recipe.metadata == .sidecar ? metadataPath : nil, limit: limit)
    }

    /// Lists the pairs that are not kept beside the others, one line of JSON for each; without any there is no list.
    /// - Throws: `JSONLinesError` from the disk.
    public func report(dropped lines: some Sequence<[UInt8]>) throws {
        let writer = try AtomicLinesWriter(
            path: "\(directory.path)/\(ExportReport.fileName)", compression: .gzip)
        for line in lines { try writer.append(line) }
        guard writer.lineCount > 0 else { return }
        report = ExportReport(try writer.finish())
    }

    /// Completes the export and puts it in its place, an earlier one giving way.
    ///
    /// - Parameters:
    ///   - trajectories: how many were decomposed.
    ///   - dropped: answers that yielded no pair, by reason.
    ///   - truncated: rows whose variables' values were cut.
    ///   - controlTokens: those that were found; `nil` where the export did not look for them.
    ///   - tokens: those of the rows; `nil` where they were not counted.
    ///   - leakage: what the leakage gate said of the trajectories.
    ///   - funnel: what each stage on the way left; `nil` where nobody counted.
    /// - Returns: the manifest, as written.
    /// - Throws: `JSONLinesError` from the disk; ``ExportError`` when something foreign has appeared in its place.
    public func finish(
        trajectories: Int, dropped: [String: Int], truncated: Int = 0,
        controlTokens: ControlTokenCounts? = nil, tokens: ExportTokens? = nil,
        leakage: ExportLeakage, funnel: ExportFunnel? = nil
    ) throws -> ExportManifest {
        let stages = try spool?.drain { split, stage, line, metadata in
            try write(line, metadata, in: split, stage: stage)
        }
        spool = nil
        // Loaders want a file, even where there is no row whose split could name it.
        if shards.isEmpty { try shards[.train, default: newShards(of: .train)].openFirst() }
        for split in DataSplit.allCases { try shards[split]?.close() }
        let counts = ExportCounts(
            trajectories: trajectories, pairs: seen.count, dropped: dropped, truncated: truncated,
            controlTokens: controlTokens, pairsBySplit: pairsBySplit, funnel: funnel)
        var manifest = ExportManifest(
            recipe: recipe, counts: counts, tokens: tokens, leakage: leakage, shards: try nameShards(),
            stages: stages.flatMap { $0.isEmpty ? nil : $0 }, report: report)
        manifest.files = try TrainerRecipes.write(for: manifest, in: directory.path)
        try AtomicFile.write(
            Array(try DatasetCard.text(for: manifest).utf8), to: directory.path + "/" + DatasetCard.fileName)
        try AtomicFile.write(
            try CanonicalJSON.encodePretty(manifest), to: directory.path + "/" + ExportManifest.fileName)
        // What lies there may have changed while the pairs were made.
        try ExportedDirectory.checkReplaceable(directory.destination)
        try directory.publish()
        return manifest
    }

    private func check(_ pair: Pair) throws {
        guard pair.agent == recipe.method, pair.style == recipe.style else {
            throw ExportError(
                .mixedPairs,
                "cannot export node \(pair.nodeID) of trajectory \(pair.trajectoryID): it is a "
                    + "\(pair.agent.rawValue) pair in style \(pair.style.rawValue), and this export holds "
                    + "\(recipe.method.rawValue) pairs in style \(recipe.style.rawValue). Export each by itself."
            )
        }
        guard (pair.rejected != nil) == (recipe.failures == .preference) else {
            throw ExportError(
                .mixedPairs,
                "cannot export node \(pair.nodeID) of trajectory \(pair.trajectoryID): rows with a rejected answer and "
                    + "rows without one have different keys. Export each by itself.")
        }
        guard seen.insert(pair.id).inserted else {
            throw ExportError(
                .duplicatePair,
                "cannot export node \(pair.nodeID) of trajectory \(pair.trajectoryID) (\(pair.taskID)): it is in "
                    + "this export already. Name each run once, and no two runs of the same recipe.")
        }
    }

    /// Gives the data files their names, which hold how many there are of their split.
    private func nameShards() throws -> [ExportShard] {
        var named: [ExportShard] = []
        for split in DataSplit.allCases {
            let complete = shards[split]?.complete ?? []
            for (index, shard) in complete.enumerated() {
                let place = "\(split.rawValue)-\(fiveDigits(index))-of-\(fiveDigits(complete.count))"
                let name = "\(place).\(recipe.format.fileExtension)"
                let digest = try publish(shard, as: name)
                let metadataName = "\(place).jsonl.gz"
                try shard.metadata?.writer.publish(as: metadataName)
                named.append(
                    ExportShard(
                        path: name, split: split, stage: shard.stage, digest: digest,
                        metadata: shard.metadata.map {
                            ExportFile(
                                path: "\(ExportShard.metadataFolder)/\(metadataName)", digest: $0.digest)
                        }))
            }
        }
        shards = [:]
        return named
    }

    /// Gives a data file its name, made Parquet first where that is the format.
    private func publish(_ shard: Shards.Complete, as name: String) throws -> FileDigest {
        guard let converter else {
            try shard.rows.publish(as: name)
            return shard.rowsDigest
        }
        let (lines, file) = ("\(directory.path)/\(name).lines", "\(directory.path)/\(name)")
        try shard.rows.publish(as: "\(name).lines")
        try converter.convert(lines: lines, to: file)
        try Directory.removeFile(lines)
        return try FileDigest.ofFile(file, lineCount: shard.rowsDigest.lineCount)
    }

    private func fiveDigits(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
    }
}

/// Makes a data file of a file of lines of JSON.
public protocol ShardConverter {
    /// Reads the rows from one file and writes the other, which is not there yet; whole, or not at all.
    func convert(lines: String, to file: String) throws
}
