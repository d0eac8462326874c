import JSONLines
import Trajectories

/// Writes pairs as a directory that `datasets.load_dataset` opens: gzipped shards, a card and a manifest.
///
/// Each split of the environment has shards of its own, named after it: rows of test tasks never lie in `train-…`.
/// Everything stands under a temporary name until ``finish(trajectories:dropped:leakage:)``; letting go of the exporter
/// before that leaves nothing. The same pairs give the same bytes.
public final class PairExporter {
    private let recipe: ExportRecipe
    private let limit: ShardLimit
    private let directory: StagedDirectory
    private var shards: [Split: SplitShards] = [:]
    private var seen: Set<String> = []
    private var pairsBySplit: [String: Int] = [:]
    private var line = JSONText()
    private var report: ExportReport?

    /// The shards of one split.
    private struct SplitShards {
        var complete: [(writer: AtomicLinesWriter, digest: FileDigest)] = []
        var current: (writer: AtomicLinesWriter, byteCount: Int)?

        mutating func closeCurrent() throws {
            guard let shard = current else { return }
            complete.append((shard.writer, try shard.writer.complete()))
            current = nil
        }
    }

    /// Begins an export.
    /// - Throws: ``ExportError`` (`foreignDirectory`) when `directory` holds anything but an earlier export, which
    ///   will be replaced; `JSONLinesError` when it cannot be written.
    public init(directory: String, recipe: ExportRecipe, limit: ShardLimit = ShardLimit()) throws {
        self.recipe = recipe
        self.limit = limit
        try ExportedDirectory.checkReplaceable(directory)
        self.directory = try StagedDirectory(for: directory)
    }

    /// Appends a row.
    /// - Throws: ``ExportError`` (`duplicatePair`, `mixedPairs`), or `JSONLinesError` from the disk.
    public func append(_ pair: Pair) throws {
        try check(pair)
        line.removeAll()
        pair.appendLine(to: &line)
        var shard = try openShard(of: pair.split, for: line.bytes.count)
        try shard.writer.append(line.bytes)
        shard.byteCount += line.bytes.count + 1
        shards[pair.split]?.current = shard
        pairsBySplit[pair.split.rawValue, default: 0] += 1
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
    ///   - tokens: those of the rows; `nil` where they were not counted.
    ///   - leakage: what the leakage gate said of the trajectories.
    /// - Returns: the manifest, as written.
    /// - Throws: `JSONLinesError` from the disk; ``ExportError`` when something foreign has appeared in its place.
    public func finish(
        trajectories: Int, dropped: [String: Int], tokens: ExportTokens? = nil, leakage: ExportLeakage
    ) throws -> ExportManifest {
        // Loaders want a file, even where there is no row whose split could name it.
        if shards.isEmpty { _ = try openShard(of: .train, for: 0) }
        for split in Split.allCases { try shards[split]?.closeCurrent() }
        let counts = ExportCounts(
            trajectories: trajectories, pairs: seen.count, dropped: dropped, pairsBySplit: pairsBySplit)
        let manifest = ExportManifest(
            recipe: recipe, counts: counts, tokens: tokens, leakage: leakage, shards: try nameShards(),
            report: report)
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
        guard seen.insert(pair.id).inserted else {
            throw ExportError(
                .duplicatePair,
                "cannot export node \(pair.nodeID) of trajectory \(pair.trajectoryID) (\(pair.taskID)): it is in "
                    + "this export already. Name each run once, and no two runs of the same recipe.")
        }
    }

    private func openShard(
        of split: Split, for byteCount: Int
    ) throws -> (writer: AtomicLinesWriter, byteCount: Int) {
        var own = shards[split] ?? SplitShards()
        if let current = own.current {
            let isFull =
                current.writer.lineCount >= limit.rowCount || current.byteCount + byteCount > limit.byteCount
            if !isFull { return current }
            try own.closeCurrent()
        }
        let name = "\(split.rawValue)-\(own.complete.count).jsonl.gz"
        let shard = (writer: try AtomicLinesWriter(path: directory.path + "/" + name, compression: .gzip), 0)
        own.current = shard
        shards[split] = own
        return shard
    }

    /// Gives the shards their names, which hold how many there are of their split.
    private func nameShards() throws -> [ExportShard] {
        var named: [ExportShard] = []
        for split in Split.allCases {
            let complete = shards[split]?.complete ?? []
            for (index, shard) in complete.enumerated() {
                let place = "\(fiveDigits(index))-of-\(fiveDigits(complete.count))"
                let name = "\(split.rawValue)-\(place).jsonl.gz"
                try shard.writer.publish(as: name)
                named.append(ExportShard(path: name, split: split, digest: shard.digest))
            }
        }
        shards = [:]
        return named
    }

    private func fiveDigits(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
    }
}
