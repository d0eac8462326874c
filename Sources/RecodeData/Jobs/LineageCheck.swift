import Decompose
import Export
import Filter
import JSONLines
import Prompts
import Trajectories

/// Follows the rows of an export back to the trajectories they were cut from, and cuts them again.
///
/// Memory: about 400 bytes a row.
struct LineageCheck {
    /// What came of it.
    struct Summary: Encodable, Sendable {
        /// Trajectories that rows were found to come from.
        var trajectories = 0
        /// Rows whose trajectory is there.
        var rows = 0
        /// Rows that cutting the trajectory again gives, to the byte.
        var same = 0
        /// Rows that were not cut again, by reason.
        var notCompared: [String: Int] = [:]

        enum CodingKeys: String, CodingKey {
            case trajectories, rows, same
            case notCompared = "not_compared"
        }

        /// `42 rows lead back to 5 trajectories, 42 the same when decomposed again`.
        var words: String {
            let left = notCompared.isEmpty ? "" : " (not compared: \(reasonWords(notCompared)))"
            let sources = Wording.count(trajectories, "trajectory", plural: "trajectories")
            return
                "\(Wording.count(rows, "row")) lead back to \(sources), \(same) the same when decomposed again"
                + left
        }
    }

    /// A row that is followed back.
    private struct Row {
        var file: String
        var number: Int
        var origin: ExportedRow.Origin
        var digest: [UInt8]
        var metadataDigest: [UInt8]?
        /// Whether it holds the mark that stands where a variable's value was cut.
        var holdsMark: Bool
    }

    private let directory: String
    private var rows: [String: [Row]] = [:]
    private var undescribed = 0
    /// What escapes control tokens as the export did; `nil` where it did not, or that is not known here.
    private var screen: PairScreen?
    /// Whether rows hold tokens that were escaped in a way that is not known here.
    private var mayBeEscaped = false
    private(set) var summary = Summary()

    /// Begins with no rows.
    /// - Parameter directory: the export.
    init(_ directory: String) {
        self.directory = directory
    }

    /// Whether rows of a trajectory were taken.
    func takes(_ trajectoryID: String) -> Bool { rows[trajectoryID] != nil }

    /// Takes a row.
    mutating func add(_ row: ExportedRow) {
        guard let origin = row.origin else {
            undescribed += 1
            return
        }
        rows[origin.trajectoryID, default: []].append(
            Row(
                file: row.file, number: row.number, origin: origin, digest: SHA256Hash.digest(of: row.line),
                metadataDigest: row.metadata.map { SHA256Hash.digest(of: $0) },
                holdsMark: String(decoding: row.line, as: UTF8.self).contains(ValueLimit.markEnding)))
    }

    /// Follows all rows back.
    ///
    /// - Parameters:
    ///   - sources: the runs the export was made from.
    ///   - screen: what escapes control tokens as the export did; `nil` where that is not known here, or it did not.
    ///   - gate: what says whether a trajectory leaks; `nil` where the export's gate is lifted.
    ///   - visit: is given every trajectory that rows come from, with its run.
    /// - Throws: `DecomposeError`, `PromptsError`; ``CommandFailure`` where the prompts here are not the export's.
    mutating func check(
        _ manifest: ExportManifest, against sources: TrajectorySources, escapingBy screen: PairScreen?,
        gate: LeakageGate?, folder: String?,
        _ findings: inout CheckFindings, _ visit: (Trajectory, TrajectoryOrigin) -> Void
    ) throws {
        guard undescribed == 0 else {
            summary.notCompared["no_metadata"] = undescribed
            return
        }
        requireSources(manifest, sources, &findings)
        let sources = try sources.asListed(in: manifest.recipe.sources) ?? sources
        let builder = try builder(for: manifest, folder: folder)
        let rendering = RowRendering(manifest.recipe)
        let isCut = manifest.recipe.overLength?.policy == .truncateVariables
        mayBeEscaped = screen == nil && (manifest.counts.controlTokens?.escaped ?? 0) > 0
        self.screen = screen
        var isPartial = false
        do {
            try sources.forEach { trajectory, origin in
                guard let own = rows.removeValue(forKey: trajectory.id) else { return }
                summary.trajectories += 1
                summary.rows += own.count
                visit(trajectory, origin)
                compare(own, with: trajectory, in: origin.name, gate, &findings)
                let comparable = own.filter { isComparable($0, rendering, mayBeCut: isCut) }
                try cutAgain(comparable, from: trajectory, in: origin.name, builder, rendering, &findings)
            }
        } catch let error as TrajectoriesError {
            findings.add(error.description)
            isPartial = true
        }
        guard !isPartial else { return }
        let missing = rows.values.compactMap(\.first).sorted {
            ($0.file, $0.number) < ($1.file, $1.number)
        }
        for row in missing {
            findings.add(
                place(row),
                "trajectory_id: \(row.origin.trajectoryID) is in none of the runs given. Name all runs the export was "
                    + "made from, as they were then.")
        }
    }

    private func place(_ row: Row) -> String { "\(directory)/\(row.file):\(row.number)" }

    private func requireSources(
        _ manifest: ExportManifest, _ sources: TrajectorySources, _ findings: inout CheckFindings
    ) {
        let here = (try? sources.provenance()) ?? []
        for (index, source) in manifest.recipe.sources.enumerated()
        where !here.contains(where: { $0.sha256 == source.sha256 }) {
            let other = here.first { $0.name == source.name }
            let found = other.map { "; the one given is another (\($0.sha256.prefix(12))…)" } ?? ""
            findings.add(
                "\(directory)/\(ExportManifest.fileName)",
                "sources[\(index)]: the export was made from trajectories of \(source.name) with sha256 "
                    + "\(source.sha256.prefix(12))…, which are not among the runs given\(found). Name the run as it was, "
                    + "or export anew.")
        }
    }

    /// What cuts trajectories as the export did.
    private func builder(for manifest: ExportManifest, folder: String?) throws -> PairBuilder {
        let recipe = manifest.recipe
        let library = try PromptLibrary.read(from: folder, for: [recipe.style])
        for (environment, digest) in (recipe.provenance?.promptSHA256 ?? [:]).sorted(by: { $0.key < $1.key })
        {
            let renderer = try PromptRenderer(
                library: library, environment: environment, method: recipe.method, style: recipe.style)
            guard renderer.promptSHA256 != digest else { continue }
            throw CommandFailure(
                .badData,
                "\(directory)/\(ExportManifest.fileName): provenance.prompt_sha256.\(environment): the export was made "
                    + "with other prompt texts (\(digest.prefix(12))…) than there are here "
                    + "(\(renderer.promptSHA256.prefix(12))…). Name the folder of its texts with --prompts.")
        }
        return PairBuilder(
            method: recipe.method, style: recipe.style, prompts: library, history: recipe.history)
    }
}

// MARK: - Comparing

extension LineageCheck {
    /// What rows say of their trajectory.
    private func compare(
        _ rows: [Row], with trajectory: Trajectory, in run: String, _ gate: LeakageGate?,
        _ findings: inout CheckFindings
    ) {
        for row in rows {
            let origin = row.origin
            let pairs = [
                ("run", origin.run ?? run, run), ("task_id", origin.taskID, trajectory.taskID),
                ("split", origin.split.rawValue, trajectory.environment.split.rawValue),
                ("reward", "\(origin.reward)", "\(trajectory.reward)"),
            ]
            for (key, said, found) in pairs where said != found {
                findings.add(
                    place(row),
                    "\(key): is \(said), and trajectory \(trajectory.id) of \(run) has \(found). Export anew."
                )
            }
            if !trajectory.nodes.indices.contains(origin.nodeID) {
                findings.add(
                    place(row),
                    "node_id: is \(origin.nodeID), and trajectory \(trajectory.id) of \(run) has "
                        + "\(trajectory.nodes.count) nodes. Export anew.")
            }
        }
        if case .leak(let leak)? = gate?.verdict(on: TrajectorySummary(trajectory)), let first = rows.first {
            findings.add(
                place(first),
                "trajectory \(leak.trajectoryID): \(leak.taskID) \(leak.detail), and must not be trained on "
                    + "(\(leak.reason.rawValue)). Export anew without it.")
        }
    }

    /// Cuts a trajectory again and compares rows to the byte.
    private mutating func cutAgain(
        _ answers: [Row], from trajectory: Trajectory, in run: String, _ builder: PairBuilder,
        _ rendering: RowRendering?, _ findings: inout CheckFindings
    ) throws {
        guard let rendering, !answers.isEmpty else { return }
        let pairs = Dictionary(
            try builder.pairs(of: trajectory).pairs.map { ($0.id, $0) },
            uniquingKeysWith: { first, _ in first })
        for row in answers {
            guard var pair = pairs[row.origin.id] else {
                findings.add(
                    place(row),
                    "id: decomposing trajectory \(trajectory.id) of \(run) gives no pair \(row.origin.id). Export anew."
                )
                continue
            }
            pair = screen?.written(pair) ?? pair
            pair.run = row.origin.run
            pair.rank = row.origin.rank
            pair.tokens = row.origin.tokens
            let line = try rendering.line(of: pair)
            let metadata = rendering.metadataLine(of: pair)
            if SHA256Hash.digest(of: line) == row.digest,
                metadata.map({ SHA256Hash.digest(of: $0) }) == row.metadataDigest
            {
                summary.same += 1
                continue
            }
            findings.add(
                place(row),
                "\(difference(of: row, from: line)), which is not what decomposing trajectory \(trajectory.id) of "
                    + "\(run) gives. Export anew.")
        }
    }

    /// Whether cutting again gives the row; counted with the reason where it does not.
    private mutating func isComparable(_ row: Row, _ rendering: RowRendering?, mayBeCut: Bool) -> Bool {
        let reason: String? =
            if rendering == nil {
                "format"
            } else if row.origin.kind != .answer {
                row.origin.kind.rawValue
            } else if mayBeCut, row.holdsMark {
                "truncated"
            } else {
                mayBeEscaped ? ControlTokenPolicy.dropReason : nil
            }
        guard let reason else { return true }
        summary.notCompared[reason, default: 0] += 1
        return false
    }

    /// The first key of a row that differs from what it should be; the row is read again for it.
    private func difference(of row: Row, from line: [UInt8]) -> String {
        guard let reader = try? JSONLinesReader(path: "\(directory)/\(row.file)") else { return "the row" }
        while let found = try? reader.next() {
            guard found.number == row.number else { continue }
            let values = [found.bytes, line].map { try? CanonicalJSON.decode(JSONValue.self, from: $0) }
            guard let difference = JSONDifference(values[0], values[1], at: "") else {
                return row.metadataDigest == nil
                    ? "the row is written in other bytes" : "what its metadata say of the row"
            }
            return "\(difference.keyPath.dropFirst()): is \(difference.first)"
        }
        return "the row"
    }
}
