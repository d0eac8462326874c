import Export
import Filter
import JSONLines
import Trajectories

/// Re-checks runs and exports, and plays episodes again where that is asked for.
struct VerifyJob: Sendable {
    /// Run directories, exports, and folders of them.
    var paths: [String]
    /// The runs that the exports were made from; none to leave the lineage unchecked.
    var runs: [String]
    /// The folder of prompt texts; `nil` for the program's own.
    var prompts: String?
    /// What must not be trained on; looked at with ``runs``.
    var gate: ExportGate?
    /// The vocabulary and the template that exports are made again with; looked at with ``runs``.
    var vocabulary = VocabularyChoice.qwen25
    var template = TemplateChoice.builtIn(.qwen25)
    /// How many episodes of each run or export are played again.
    var replays: Int
    /// The seed of the hash that chooses them.
    var seed: Int
    /// Where their code runs.
    var machine: Machine
    /// How many problems of each path are kept in words.
    var problemLimit: Int

    /// Checks everything.
    /// - Throws: ``CommandFailure`` for a path that holds neither a run nor an export; `TraceGenError` where episodes are to be
    ///   played and cannot. What is wrong with the data is reported, not thrown.
    func run() async throws -> VerifyReport {
        let found = try paths.flatMap(Self.checkable)
        guard replays == 0 || !runs.isEmpty || found.contains(where: { $0.kind == .run }) else {
            throw CommandFailure(
                .badUsage,
                "--replay with an export needs the runs it was made from: name them with --runs.")
        }
        let executors = replays > 0 ? try await machine.executors() : nil
        var entries: [VerifyReport.Entry] = []
        for (path, kind) in found {
            var sample = ReexecutionSample(count: replays, seed: seed)
            var entry =
                switch kind {
                case .run: try checkRun(path, &sample)
                case .export: try checkExport(path, &sample)
                }
            if let executors {
                entry.reexecution = try await sample.play(in: executors, &entry.findings)
            }
            entries.append(entry)
        }
        return VerifyReport(entries: entries)
    }

    /// The runs and exports at a path: itself, or those in a folder and in the folders of that.
    private static func checkable(at path: String) throws -> [(path: String, kind: VerifyReport.Entry.Kind)] {
        guard Directory.isPresent(path) else {
            throw CommandFailure(.badData, "\(path): there is no such run or export. Check the path.")
        }
        let found = try checkable(at: path, depth: 2)
        guard found.isEmpty else { return found }
        throw CommandFailure(
            .badData,
            "\(path): holds neither a run (run.json) nor an export (\(ExportManifest.fileName)), and no folder with one. "
                + "Name a directory made by recode-data.")
    }

    private static func checkable(
        at path: String, depth: Int
    ) throws -> [(path: String, kind: VerifyReport.Entry.Kind)] {
        if Directory.isPresent("\(path)/run.json") { return [(path, .run)] }
        if Directory.isPresent("\(path)/\(ExportManifest.fileName)") { return [(path, .export)] }
        guard depth > 0, Directory.isDirectory(path) else { return [] }
        let folder = path.hasSuffix("/") ? path : "\(path)/"
        return try Directory.names(in: path).flatMap { try checkable(at: folder + $0, depth: depth - 1) }
    }

    private func checkRun(_ path: String, _ sample: inout ReexecutionSample) throws -> VerifyReport.Entry {
        var check = RunCheck(path, limit: problemLimit)
        // The check opens the run itself; a manifest that cannot be read has no trajectories to be asked about.
        let isImported = (try? RunDirectory.open(path))?.isImported ?? false
        try check.check { trajectory in
            try Task.checkCancellation()
            sample.add(trajectory, in: path, isImported: isImported)
        }
        return VerifyReport.Entry(
            path: path, kind: .run, findings: check.findings, trajectories: check.counts.trajectories,
            calls: check.calls)
    }

    private func checkExport(_ path: String, _ sample: inout ReexecutionSample) throws -> VerifyReport.Entry {
        let parquet = ParquetReading(python: machine.python)
        var check = ExportCheck(path, limit: problemLimit, parquetRows: parquet.rows(of:_:))
        var lineage = LineageCheck(path)
        try check.check { row in
            try Task.checkCancellation()
            if !runs.isEmpty { lineage.add(row) }
        }
        var entry = VerifyReport.Entry(
            path: path, kind: .export, findings: check.findings, rows: check.rows,
            unreadFiles: check.unreadFiles)
        guard !runs.isEmpty, let manifest = check.manifest else { return entry }
        guard let shape = ExportShape(manifest.recipe) else {
            entry.findings.add(
                "\(path)/\(ExportManifest.fileName)",
                "no export can be asked for as this says. Copy the export again, or make it anew.")
            return entry
        }
        let sources = try TrajectorySources(paths: runs)
        do {
            let gate = try self.gate?.adding(listsOf: manifest, beside: path)
            try lineage.check(
                manifest, against: sources, escapingBy: try screen(of: manifest),
                gate: manifest.leakage.gate == .on ? gate?.gate : nil, folder: prompts, &entry.findings
            ) { trajectory, origin in
                sample.add(trajectory, in: origin.name, isImported: origin.isImported)
            }
            entry.lineage = lineage.summary
            // What is wrong already would be said twice.
            if entry.findings.isEmpty, let gate,
                let listed = try sources.asListed(in: manifest.recipe.sources)
            {
                entry.remake = try ExportRemake(
                    directory: path, manifest: manifest, shape: shape, prompts: prompts, gate: gate,
                    vocabulary: vocabulary, template: template, python: machine.python
                ).compare(with: listed, &entry.findings)
            }
        } catch {
            // What an export asks for and cannot have is its own problem: others are checked all the same.
            let failure = CommandFailure(describing: error)
            guard [.badData, .badUsage].contains(failure.code) else { throw error }
            entry.findings.add(failure.message)
        }
        return entry
    }
}

extension VerifyJob {
    /// What escapes control tokens as an export did; `nil` where it did not, or looked for others than there are here.
    private func screen(of manifest: ExportManifest) throws -> PairScreen? {
        guard let rule = manifest.recipe.controlTokens, rule.policy == .escape else { return nil }
        let template = try ConversationTemplate.read(template, python: machine.python)
        let counting =
            manifest.tokens == nil
            ? nil : try TokenCounting.read(vocabulary, template: template, python: machine.python)
        let screen = PairScreen(tokens: try PairScreen.tokens(counting, template), policy: .escape)
        return screen.rule == rule ? screen : nil
    }
}

extension TrajectoryOrigin {
    /// Whether another program recorded the run.
    fileprivate var isImported: Bool {
        guard case .object(let recipe) = recipe else { return false }
        return recipe["import"] != nil
    }
}
