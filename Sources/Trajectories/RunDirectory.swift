import JSONLines

/// A run on disk, finished or not, for reading.
///
/// ```
/// RUN/run.json                          the manifest
/// RUN/trajectories/part-00000.jsonl.gz  the records
/// RUN/calls/part-00000.jsonl.gz         calls of a language model, where one answered
/// RUN/timings.jsonl                     durations
/// ```
public struct RunDirectory: Sendable, Hashable {
    /// The directory's path as given.
    public let path: String
    /// What `run.json` says.
    public let manifest: RunManifest

    /// Opens a run.
    /// - Throws: `notFound` where there is nothing, `badRun` where there is something else.
    public static func open(_ path: String) throws(TrajectoriesError) -> RunDirectory {
        let files = RunFiles(path: path)
        guard Directory.isPresent(path) else {
            throw TrajectoriesError(.notFound, "\(path): there is no such run directory. Check the path.")
        }
        guard Directory.isPresent(files.manifest) else {
            throw TrajectoriesError(
                .badRun,
                "\(path): no run directory, for it holds no run.json. "
                    + "Name a directory made by recode-data collect.")
        }
        return RunDirectory(path: path, manifest: try RunManifest.read(files.manifest))
    }

    /// Whether all episodes are in.
    public var isComplete: Bool { manifest.state == .complete }

    /// Looks through the calls of the language model that answered.
    /// - Returns: where they stand; `nil` where the policy was no language model.
    /// - Throws: `unreadable`, `truncated`, `corrupt` or `badRecord`, naming file and line; `badRun` where a sealed run's
    ///   calls are not the ones that were sealed.
    public func calls() throws(TrajectoriesError) -> CallIndex? {
        let file = RunFiles(path: path).calls
        if let sealed = manifest.calls {
            try SealedShard(path: file, digest: sealed.digest).verify()
        } else if !Directory.isPresent(file) {
            return nil
        }
        return try CallIndex(path: file)
    }

    /// Reads the records: in canonical order where the run is complete, else as they were appended.
    ///
    /// - Parameter tornTail: what to do about a last record that was cut off; a complete run has none.
    /// - Returns: a reader at the first record.
    /// - Throws: `unreadable` where the directory cannot be listed.
    public func trajectories(tornTail: TornTail = .refuse) throws(TrajectoriesError) -> TrajectoryReader {
        if isComplete {
            let parts = manifest.shards.map { shard in
                TrajectoryReader.Part(path: "\(path)/\(shard.name)", digest: shard.digest)
            }
            return TrajectoryReader(parts: parts, tornTail: .refuse, repeats: .give)
        }
        let parts = try RunFiles(path: path).parts().map { TrajectoryReader.Part(path: $0, digest: nil) }
        return TrajectoryReader(parts: parts, tornTail: tornTail, repeats: .skipIdentical)
    }
}

/// Where a run directory keeps what.
struct RunFiles: Sendable {
    let path: String

    static let manifestName = "run.json"
    var manifest: String { "\(path)/\(Self.manifestName)" }
    static let timingsName = "timings.jsonl"
    var timings: String { "\(path)/\(Self.timingsName)" }
    static let callsName = "calls/part-00000.jsonl.gz"
    var calls: String { "\(path)/\(Self.callsName)" }
    private static let folders = ["calls", "trajectories"]
    var callsDirectory: String { path + "/calls" }
    var partsDirectory: String { path + "/trajectories" }

    /// The name of a shard inside the run directory.
    static func partName(_ index: Int) -> String {
        let digits = String(index)
        return
            "trajectories/part-\(String(repeating: "0", count: max(0, 5 - digits.count)))\(digits).jsonl.gz"
    }

    func part(_ index: Int) -> String { "\(path)/\(Self.partName(index))" }

    /// Removes what a crash left under temporary names; for who has the directory's lock.
    func removeLeftovers() throws(JSONLinesError) {
        try Leftovers.removeAll(of: Self.manifestName, in: path)
        for directory in [partsDirectory, callsDirectory] { try Leftovers.removeAll(in: directory) }
    }

    /// Makes sure that what a run writes to is there as a run leaves it: no links, and nobody else's files.
    /// - Throws: `badRun` naming the first that is something else.
    func requireOwn() throws(TrajectoriesError) {
        do {
            try OwnFile.require(files: [], folders: Self.folders, in: path)
            let files =
                [Self.manifestName, Self.timingsName, Self.callsName]
                + (Directory.isPresent(partsDirectory)
                    ? try Directory.names(in: partsDirectory).map { "trajectories/\($0)" } : [])
            try OwnFile.require(files: files, folders: Self.folders, in: path)
        } catch {
            throw TrajectoriesError(.badRun, error.message)
        }
    }

    /// Cuts a file of the run to its first `byteCount` bytes.
    /// - Returns: how many it had.
    @discardableResult
    func cut(_ file: String, toByteCount byteCount: Int) throws(JSONLinesError) -> Int {
        let name = String(file.dropFirst(path.count + 1))
        return try AppendingFile.cut(name, in: path, toByteCount: byteCount)
    }

    /// The shards that are there, sorted.
    func parts() throws(TrajectoriesError) -> [String] {
        guard Directory.isPresent(partsDirectory) else { return [] }
        let names = try TrajectoriesError.translating { () throws(JSONLinesError) in
            try Directory.names(in: partsDirectory)
        }
        return names.filter { $0.hasPrefix("part-") && $0.hasSuffix(".jsonl.gz") }.map {
            "\(partsDirectory)/\($0)"
        }
    }
}

/// What a reader does about a last record that was cut off.
public enum TornTail: Sendable, Hashable {
    /// Throws `truncated`.
    case refuse
    /// Ends before it.
    case endBefore
}

/// A path of the command line that trajectories come from: a run directory, or a file of records.
public enum TrajectorySource: Sendable, Hashable {
    /// A directory made by collecting.
    case run(RunDirectory)
    /// A `.jsonl` or `.jsonl.gz` file of records.
    case file(String)

    /// Looks what is at a path.
    /// - Throws: `notFound` where there is nothing, `badRun` for a directory that is no run.
    public static func open(_ path: String) throws(TrajectoriesError) -> TrajectorySource {
        guard Directory.isPresent(path) else {
            throw TrajectoriesError(
                .notFound, "\(path): there is no such run directory or file. Check the path.")
        }
        return Directory.isDirectory(path) ? .run(try RunDirectory.open(path)) : .file(path)
    }

    /// Reads the records in their order.
    ///
    /// - Parameter tornTail: what to do about a last record that was cut off.
    /// - Returns: a reader at the first record.
    /// - Throws: `unreadable` where a directory cannot be listed.
    public func trajectories(tornTail: TornTail = .refuse) throws(TrajectoriesError) -> TrajectoryReader {
        switch self {
        case .run(let run): try run.trajectories(tornTail: tornTail)
        case .file(let path):
            TrajectoryReader(parts: [.init(path: path, digest: nil)], tornTail: tornTail, repeats: .give)
        }
    }
}
