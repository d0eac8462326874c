import Decompose
import Export
import Filter
import JSONLines
import Trajectories

/// The runs and files a command takes its trajectories from, in the order they were named.
struct TrajectorySources: Sendable {
    /// A run or a file of trajectories.
    private struct Entry {
        /// What manifests and rows call it: see ``SourceNames``.
        var name: String
        var source: TrajectorySource
    }

    private var sources: [Entry]

    /// Opens every path; a folder of runs stands for those in it.
    /// - Throws: `TrajectoriesError` for a path that holds no trajectories; ``CommandFailure`` for a run that is still
    ///   being collected, or was stopped.
    init(paths: [String]) throws {
        let paths = try paths.flatMap(Self.runs)
        sources = try zip(SourceNames.names(of: paths), paths).map { name, path in
            let source = try TrajectorySource.open(path)
            if case .run(let run) = source, !run.isComplete {
                throw CommandFailure(
                    .badData,
                    "\(path): this run is not finished. Finish it: run the command that collected it again, "
                        + "with --resume.")
            }
            return Entry(name: name, source: source)
        }
    }

    /// Takes one sealed run.
    init(_ run: RunDirectory) {
        sources = [Entry(name: SourceNames.names(of: [run.path])[0], source: .run(run))]
    }

    /// The runs a path of the command line stands for: itself, or, where it is a folder of runs such as a sweep's, those
    /// in it, by their names.
    static func runs(at path: String) throws -> [String] {
        guard Directory.isDirectory(path), !Directory.isPresent("\(path)/run.json") else { return [path] }
        let folder = path.hasSuffix("/") ? path : "\(path)/"
        let runs = try Directory.names(in: path).filter { Directory.isPresent("\(folder)\($0)/run.json") }
        return runs.isEmpty ? [path] : runs.map { folder + $0 }
    }

    /// Reads every trajectory in order, one at a time.
    func forEach(_ body: (Trajectory) throws -> Void) throws {
        try forEach { trajectory, _ in try body(trajectory) }
    }

    /// Reads every trajectory in order, one at a time, with where it comes from.
    func forEach(_ body: (Trajectory, TrajectoryOrigin) throws -> Void) throws {
        for entry in sources {
            let reader = try entry.source.trajectories()
            let origin = TrajectoryOrigin(name: entry.name, entry.source)
            while let trajectory = try reader.next() {
                try Task.checkCancellation()
                try body(trajectory, origin)
            }
        }
    }

    /// Reads what every trajectory says beside its nodes, in order, one at a time.
    func forEachSummary(_ body: (TrajectorySummary) throws -> Void) throws {
        for entry in sources {
            let reader = try entry.source.trajectories()
            while let summary = try reader.nextSummary() {
                try Task.checkCancellation()
                try body(summary)
            }
        }
    }

    /// Selects among them, of each of which a few words are kept in memory (see `Selector`). Trees are decomposed only where a
    /// criterion counts pairs.
    /// - Parameter gate: what says which of them must not be trained on; `nil` where the criteria do not ask.
    func select(by criteria: SelectionCriteria, gate: ExportGate?) throws -> Selection {
        var selector = Selector(criteria)
        func add(_ summary: TrajectorySummary, pairCount: Int = 0) {
            let leaks = gate?.gate.holdsBack(summary) ?? false
            selector.add(Candidate(summary, leaks: leaks, pairCount: pairCount))
        }
        if criteria.needsPairCounts {
            try forEach { trajectory in
                let pairCount = try PairBuilder(method: trajectory.agent).tally(of: trajectory).kept
                add(TrajectorySummary(trajectory), pairCount: pairCount)
            }
        } else {
            try forEachSummary { add($0) }
        }
        var selection = selector.selection(from: try selectionSources())
        selection.leakageLists = gate?.lists ?? []
        return selection
    }

    /// What manifests and rows call them.
    var names: [String] { sources.map(\.name) }

    /// What an export's manifest says of them: names and checksums, no paths.
    func provenance() throws -> [ExportSource] {
        try sources.map { entry in
            ExportSource(
                name: entry.name, sha256: try Self.checksum(of: entry.source),
                seed: Self.seed(of: entry.source))
        }
    }

    /// Those among them that an export was made from, in its order and by the names it has for them: they may lie in folders of
    /// other names now, and be given in another order.
    /// - Returns: `nil` where one is not among them.
    func asListed(in listed: [ExportSource]) throws -> TrajectorySources? {
        let given = try sources.map { ($0, try Self.checksum(of: $0.source)) }
        var own = self
        own.sources = []
        for source in listed {
            guard var entry = given.first(where: { $0.1 == source.sha256 })?.0 else { return nil }
            entry.name = source.name
            own.sources.append(entry)
        }
        return own
    }

    /// What a selection made from them says of them.
    func selectionSources() throws -> [SelectionSource] {
        try provenance().map { SelectionSource(name: $0.name, sha256: $0.sha256) }
    }

    /// Makes sure that a selection was made from these trajectories, as they are now.
    /// - Parameter file: how messages name the selection.
    /// - Throws: ``CommandFailure`` (`badData`) naming the first run that is another one now, is missing, or is too many.
    func require(_ selection: Selection, in file: String) throws {
        let here = try selectionSources()
        let advice = "Filter again: recode-data filter, with the same runs."
        for source in selection.sources where !here.contains(where: { $0.sha256 == source.sha256 }) {
            guard let other = here.first(where: { $0.name == source.name }) else {
                throw CommandFailure(
                    .badData,
                    "\(file): sources: the selection was made from \(source.name) (sha256 \(source.sha256.prefix(12))…) "
                        + "too, which is not among the runs given. Name it as well, or filter again without it."
                )
            }
            throw CommandFailure(
                .badData,
                "\(file): sources: the selection was made from other trajectories of \(source.name) (sha256 "
                    + "\(source.sha256.prefix(12))…) than it holds now (\(other.sha256.prefix(12))…). \(advice)"
            )
        }
        for source in here where !selection.sources.contains(where: { $0.sha256 == source.sha256 }) {
            throw CommandFailure(
                .badData,
                "\(file): sources: the selection was not made from \(source.name) (sha256 "
                    + "\(source.sha256.prefix(12))…). Leave it out, or filter again with it.")
        }
    }

    /// The versions that the runs record.
    var versions: [String: String] {
        sources.reduce(into: [:]) { versions, entry in
            guard case .run(let run) = entry.source else { return }
            versions.merge(run.manifest.versions) { first, _ in first }
        }
    }

    /// The seed a run was collected with.
    private static func seed(of source: TrajectorySource) -> Int? {
        guard case .run(let run) = source, case .object(let recipe) = run.manifest.recipe,
            case .int(let seed)? = recipe["seed"]
        else { return nil }
        return seed
    }

    /// A file's checksum; of a run with several shards, the checksum of theirs, one a line.
    private static func checksum(of source: TrajectorySource) throws -> String {
        switch source {
        case .file(let path): return try FileDigest.ofFile(path, lineCount: 0).sha256
        case .run(let run):
            let checksums = run.manifest.shards.map(\.digest.sha256)
            if let only = checksums.first, checksums.count == 1 { return only }
            return Digest.sha256Hex(of: checksums.joined(separator: "\n").utf8)
        }
    }
}

/// Where a trajectory comes from.
struct TrajectoryOrigin: Sendable {
    /// The name of its run or file.
    var name: String
    /// The recipe it was collected by; `null` where it comes from a file.
    var recipe: JSONValue

    init(name: String, _ source: TrajectorySource) {
        self.name = name
        recipe = .null
        if case .run(let run) = source { recipe = run.manifest.recipe }
    }
}
