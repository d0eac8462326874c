import JSONLines

/// How collecting into a directory begins.
public enum RunStart {
    /// Episodes may be appended; what was there already counts.
    case collecting(RunCollector)
    /// The directory holds this very run, complete; nothing is left to do.
    case complete(RunDirectory)
}

/// What to do about a run of the same recipe that is there already.
public enum UnfinishedRun: Sendable, Hashable {
    /// Throws `alreadyThere`.
    case refuse
    /// Goes on where it stopped.
    case resume
}

/// A last record that was cut off when the run stopped, and has been removed.
public struct CutTail: Sendable, Hashable {
    /// The shard.
    public var file: String
    /// The line the record would have been.
    public var line: Int
    /// How many stored bytes were removed.
    public var byteCount: Int
}

/// Adds episodes to a run directory, each whole and synced or not at all, and seals the run when all are in.
///
/// One process at a time: the directory is locked for as long as the collector lives.
public final class RunCollector {
    /// The directory.
    public let path: String
    /// What `run.json` says while collecting.
    public let manifest: RunManifest
    /// What resuming removed; empty for a new run.
    public let cutTails: [CutTail]
    /// Totals over the episodes that are in.
    public private(set) var counts: RunCounts

    /// The calls of the language model that answers, where one does.
    public let calls: CallLog

    let files: RunFiles
    var isSealed = false
    private(set) var places: [String: RecordPlace]
    private let lock: DirectoryLock
    private let records: AppendingFile
    private let timings: AppendingFile
    private let compressor = GzipCompressor()
    private let secrets: SecretFilter

    /// Starts or goes on collecting.
    ///
    /// - Parameters:
    ///   - path: the directory; made where it is missing.
    ///   - recipe: what is asked for. A directory belongs to one recipe.
    ///   - versions: versions of what takes part, by name; they must be the same when a run goes on.
    ///   - platform: versions of what that runs on, by name; they are only noted.
    ///   - unfinished: what to do about a run of the same recipe that is there, unfinished.
    ///   - durability: whether each episode waits for the disk. One that cost nothing to get need not.
    ///   - secrets: what no byte of the directory may hold. Everything that is written goes through it.
    /// - Returns: a collector, or the run where it is complete.
    /// - Throws: `otherRecipe` naming the first key that differs, `alreadyThere`, `busy`, `unwritable`; `corrupt` or
    ///   `badRecord` where a record before the last is damaged.
    public static func begin(
        at path: String, recipe: some Encodable, versions: [String: String],
        platform: [String: String] = [:], unfinished: UnfinishedRun,
        durability: AppendingFile.Durability = .synced, secrets: SecretFilter = .none
    ) throws(TrajectoriesError) -> RunStart {
        let wanted = try RunManifest(
            recipe: try jsonValue(of: recipe), versions: versions, platform: platform
        ).redacted(by: secrets)
        let files = RunFiles(path: path)
        let lock = try TrajectoriesError.translating { () throws(JSONLinesError) in
            try Directory.create(path)
            return try DirectoryLock(on: path)
        }
        try files.requireOwn()
        guard Directory.isPresent(files.manifest) else {
            try requireEmpty(path)
            try TrajectoriesError.translating { () throws(JSONLinesError) in try files.removeLeftovers() }
            try wanted.write(to: files.manifest)
            return .collecting(
                try RunCollector(
                    manifest: wanted, contents: RunContents(), files: files, lock: lock,
                    durability: durability, secrets: secrets))
        }
        var found = try RunManifest.read(files.manifest)
        try require(found, at: path, matches: wanted)
        if found.state == .complete { return .complete(RunDirectory(path: path, manifest: found)) }
        try requireMayGoOn(found, at: path, unfinished)
        let contents = try RunContents.recover(files)
        let before = found
        found.add(platform: wanted.platform ?? [:])
        if found != before { try found.write(to: files.manifest) }
        return .collecting(
            try RunCollector(
                manifest: found, contents: contents, files: files, lock: lock, durability: durability,
                secrets: secrets))
    }

    /// Looks whether ``begin(at:recipe:versions:platform:unfinished:)`` could start or go on, and changes nothing.
    /// - Throws: `otherRecipe` and `alreadyThere` as that does; `badRun` where `run.json` cannot be read.
    public static func requireFree(
        _ path: String, recipe: some Encodable, versions: [String: String], unfinished: UnfinishedRun,
        secrets: SecretFilter = .none
    ) throws(TrajectoriesError) {
        guard Directory.isPresent(path) else { return }
        let files = RunFiles(path: path)
        try files.requireOwn()
        guard Directory.isPresent(files.manifest) else { return try requireEmpty(path) }
        let found = try RunManifest.read(files.manifest)
        let wanted = try RunManifest(recipe: try jsonValue(of: recipe), versions: versions)
            .redacted(by: secrets)
        try require(found, at: path, matches: wanted)
        try requireMayGoOn(found, at: path, unfinished)
    }

    private init(
        manifest: RunManifest, contents: RunContents, files: RunFiles, lock: DirectoryLock,
        durability: AppendingFile.Durability, secrets: SecretFilter
    ) throws(TrajectoriesError) {
        path = files.path
        self.manifest = manifest
        self.secrets = secrets
        self.files = files
        self.lock = lock
        calls = try CallLog(files, secrets)
        cutTails = contents.cutTails + [calls.cutTail].compactMap(\.self)
        counts = contents.counts
        places = contents.places
        (records, timings) = try TrajectoriesError.translating { () throws(JSONLinesError) in
            try Directory.create(files.partsDirectory)
            return (
                try AppendingFile(RunFiles.partName(0), in: files.path, durability: durability),
                try AppendingFile(RunFiles.timingsName, in: files.path, durability: .buffered)
            )
        }
    }

    /// Whether an episode is in.
    public func contains(_ id: String) -> Bool {
        places[id] != nil
    }

    /// The ids that are in.
    public var ids: Set<String> { Set(places.keys) }

    /// Adds an episode; when the call returns, a crash cannot lose it.
    ///
    /// - Parameters:
    ///   - trajectory: the record.
    ///   - timings: lines for `timings.jsonl`, without newlines.
    /// - Throws: `unwritable`, and then the directory is as before; `badRecord` for a record that breaks the contract.
    public func append(_ trajectory: Trajectory, timings: [[UInt8]] = []) throws(TrajectoriesError) {
        precondition(!isSealed, "a sealed run takes no more episodes")
        precondition(places[trajectory.id] == nil, "an episode is collected once: \(trajectory.id)")
        let record = secrets.redacted(json: try TrajectoryCodec.encode(trajectory))
        let line = record + [UInt8(ascii: "\n")]
        let place = RecordPlace(file: files.part(0), offset: records.byteCount, indexInMember: 0)
        try TrajectoriesError.translating { () throws(JSONLinesError) in
            try records.append(compressor.member(of: line))
        }
        places[trajectory.id] = place
        counts.add(trajectory)
        try appendTimings(timings)
    }

    /// Adds lines to `timings.jsonl`, without newlines; a power failure may lose the last ones.
    public func appendTimings(_ lines: [[UInt8]]) throws(TrajectoriesError) {
        let text = lines.reduce(into: [UInt8]()) {
            $0 += secrets.redacted(json: $1) + [UInt8(ascii: "\n")]
        }
        guard !text.isEmpty else { return }
        try TrajectoriesError.translating { () throws(JSONLinesError) in try timings.append(text) }
    }
}

extension RunCollector {
    private static func jsonValue(of recipe: some Encodable) throws(TrajectoriesError) -> JSONValue {
        do {
            return try CanonicalJSON.decode(JSONValue.self, from: CanonicalJSON.encode(recipe))
        } catch {
            throw TrajectoriesError(.badRun, "the recipe cannot be written as JSON", cause: "\(error)")
        }
    }

    private static func requireMayGoOn(
        _ found: RunManifest, at path: String, _ unfinished: UnfinishedRun
    ) throws(TrajectoriesError) {
        guard found.state != .complete, unfinished == .refuse else { return }
        throw TrajectoriesError(
            .alreadyThere,
            "\(path) holds an unfinished run of this recipe. Add --resume to go on with it, "
                + "or choose another directory with --run.")
    }

    private static func requireEmpty(_ path: String) throws(TrajectoriesError) {
        let names = try TrajectoriesError.translating { () throws(JSONLinesError) in
            try Directory.names(in: path)
        }
        // What a crash left of writing the first run.json does not count.
        guard let name = names.first(where: { !$0.hasSuffix(".partial") }) else { return }
        throw TrajectoriesError(
            .alreadyThere,
            "\(path) is no run directory and not empty (it holds \(name)). Choose another directory with --run."
        )
    }

    private static func require(
        _ found: RunManifest, at path: String, matches wanted: RunManifest
    ) throws(TrajectoriesError) {
        let versions = [found, wanted].map { JSONValue.object($0.versions.mapValues { .string($0) }) }
        guard
            let difference = JSONDifference(found.recipe, wanted.recipe, at: "recipe")
                ?? JSONDifference(versions[0], versions[1], at: "versions")
        else { return }
        throw TrajectoriesError(
            .otherRecipe,
            "\(path)/run.json: the directory belongs to another recipe: \(difference.keyPath) is "
                + "\(difference.first) there and \(difference.second) here. "
                + "Choose another directory with --run, or delete \(path) to start over.")
    }
}
