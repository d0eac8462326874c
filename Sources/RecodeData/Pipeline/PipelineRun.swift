import Export
import Filter
import JSONLines
import Prompts
import Study
import Trajectories

/// Runs a pipeline in a directory: collect, filter, export, count. What is done already is recognised.
struct PipelineRun: Sendable {
    /// What is run.
    var pipeline: Pipeline
    /// The pipeline file's text.
    var text: String
    /// Where the results go.
    var directory: String
    /// What episodes run on.
    var machine: Machine
    /// Where language models and the texts of prompts come from.
    var models: ModelSources
    /// When to stop although episodes are missing; counts for each collect stage of the file.
    var budget = CollectBudget()

    /// Does what is not done yet, and prints the table of counts.
    func run() async throws {
        // A policy that is not there, and what the machine lacks, are said before anything is collected or the directory
        // claimed.
        try requirePolicies()
        let template = try ConversationTemplate.read(pipeline.export.chatTemplate, python: machine.python)
        let tokens = try TokenCounting.read(
            pipeline.export.tokens, template: template, python: machine.python)
        try pipeline.export.shape.requirePrograms(python: machine.python)
        try PipelineDirectory.requireFree(directory, for: pipeline)
        var gate = try gate()
        let counting = tokens.map {
            StudyCounting(tokens: $0, style: pipeline.export.style, prompts: models.prompts)
        }
        let screen = try pipeline.export.shape.controlTokens.map {
            PairScreen(tokens: try PairScreen.tokens(tokens, template), policy: $0)
        }
        var worlds = try await PipelineWorlds(of: pipeline.collect, on: machine)
        try Directory.create(directory)
        // Held to the end: two programs in one directory would take each other's stages for their own.
        let lock = try DirectoryLock(on: directory)
        defer { withExtendedLifetime(lock) {} }
        let place = try PipelineDirectory(takenAt: directory, for: pipeline, text: text)
        var ledger = StageLedger(directory: directory)
        try await worlds.openRest(in: place)
        if !gate.isLifted {
            gate = try self.gate(also: try await worlds.listHeldOut(beside: gate.gate, in: place, &ledger))
        }
        var stages: [CollectedStage] = []
        for stage in pipeline.collect {
            let collected = try await collect(
                stage, in: place, worlds.site(of: stage), gate, counting, screen)
            if let reason = collected.result.stopped {
                StandardError.say(
                    "collect/\(stage.name) stopped: \(reason). Run the same command with more budget to go on."
                )
                return
            }
            stages.append(collected)
        }
        var pairCount = 0
        for index in stages.indices {
            try select(from: &stages[index], in: place, &ledger)
            pairCount += try export(stages[index], tokens, template, past: gate, in: place, &ledger)
        }
        let table = try count(stages, in: place, &ledger)
        for coverage in table.coverage { coverage.say() }
        try StandardOutput.write(try table.rendered(as: .text))
        var summary = RunSummary(of: stages.map { ($0.result, $0.survey) })
        summary.pairs = (pairCount, stages.count * pipeline.export.methods.count * pipeline.export.top.count)
        StandardError.say("\(pipeline.name) is done in \(directory): \(summary.words)")
    }
}

/// A collect stage whose run is sealed, with what later stages learn of it.
private struct CollectedStage {
    var name: String
    var environment: String
    var result: CollectResult
    var sources: TrajectorySources
    /// The checksums of the run's shards.
    var checksum: String
    var survey: Survey
    /// What is kept at each p that is selected.
    var selections: [Selection] = []
}

// MARK: - Stages

extension PipelineRun {
    /// The leakage gate.
    /// - Parameter lists: held-out instances beside those that the file and the program have.
    private func gate(also lists: [String] = []) throws -> ExportGate {
        try ExportGate(
            exclude: pipeline.leakage.exclude, heldOut: pipeline.leakage.heldOut + lists,
            isLifted: pipeline.leakage.allow)
    }

    private func requirePolicies() throws {
        let stages = try pipeline.collect.map { stage in
            (stage, try PolicyPlan(stage.recipe, sources(of: stage)).record)
        }
        for sweep in Set(stages.compactMap(\.0.sweep)).sorted() {
            try CollectSweep.requireDifferent(
                stages.filter { $0.0.sweep == sweep }.map { ($0.0.name, $0.0.recipe, $0.1) })
        }
    }

    private func sources(of stage: CollectStage) throws -> ModelSources {
        try models.reading(prompts: stage.prompts, for: stage.recipe)
    }

    /// What a stage may use up: a sweep's stages have one budget together.
    private func budget(of stage: CollectStage, in place: PipelineDirectory) throws -> CollectBudget {
        guard let sweep = stage.sweep else { return budget }
        let others = pipeline.collect.filter { $0.sweep == sweep && $0.name != stage.name }
        return try budget.counting(others.map { place.path(of: "collect/\($0.name)") })
    }

    private func collect(
        _ stage: CollectStage, in place: PipelineDirectory, _ site: Site, _ gate: ExportGate,
        _ counting: StudyCounting?, _ screen: PairScreen?
    ) async throws -> CollectedStage {
        var recipe = stage.recipe
        recipe.environmentOptions = site.environment.recipeOptions
        let job = CollectJob(
            name: stage.name, recipe: recipe, seed: pipeline.seed,
            directory: place.path(of: "collect/\(stage.name)"), unfinished: .resume,
            concurrency: machine.concurrency, models: try sources(of: stage),
            budget: try budget(of: stage, in: place))
        let result = try await job.run(at: site)
        guard result.stopped == nil else {
            return CollectedStage(
                name: stage.name, environment: stage.recipe.environment, result: result,
                sources: TrajectorySources(result.run), checksum: "", survey: Survey())
        }
        if result.played == 0 { say("collect/\(stage.name)", "collected before") }
        let sources = TrajectorySources(result.run)
        return CollectedStage(
            name: stage.name, environment: stage.recipe.environment, result: result, sources: sources,
            checksum: try sources.provenance().map(\.sha256).joined(separator: "\n"),
            survey: try Survey(of: sources, gate: gate, counting: counting, screen: screen))
    }

    private func select(
        from stage: inout CollectedStage, in place: PipelineDirectory, _ ledger: inout StageLedger
    ) throws {
        var recognised = 0
        for top in pipeline.select.top {
            let selection = stage.survey.select(by: criteria(top))
            let name = "selection/\(stage.name)-top\(top).json"
            let inputs = try StageLedger.fingerprint([
                "run": stage.checksum, "criteria": try text(selection.criteria),
                "lists": try text(selection.leakageLists), "program": Version.current,
            ])
            stage.selections.append(selection)
            if ledger.isCurrent(name, inputs: inputs) {
                recognised += 1
                continue
            }
            try SelectionFile.write(selection, to: place.path(of: name))
            try ledger.record(name, inputs: inputs)
            say(name, selection.summary)
        }
        sayRecognised("selection/\(stage.name)-*", recognised)
    }

    /// - Returns: how many pairs the stage's exports hold.
    private func export(
        _ stage: CollectedStage, _ tokens: TokenCounting?, _ template: ConversationTemplate,
        past gate: ExportGate, in place: PipelineDirectory, _ ledger: inout StageLedger
    ) throws -> Int {
        var stale: [(name: String, inputs: String, target: ExportJob.Target)] = []
        var pairCount = 0
        let control = try PairScreen.tokens(tokens, template).sha256
        for selection in stage.selections where pipeline.export.top.contains(selection.criteria.top) {
            for method in pipeline.export.methods {
                let name = "export/\(stage.name)-\(method.rawValue)-top\(selection.criteria.top)"
                let inputs = try StageLedger.fingerprint([
                    "run": stage.checksum, "selection": try text(selection), "method": method.rawValue,
                    "shape": try text(pipeline.export.shape), "style": pipeline.export.style.rawValue,
                    "pairs": try text(pipeline.export.pairs), "gate": try text(gate.lists),
                    "lifted": "\(gate.isLifted)", "tokens": try tokens.map { try text($0.total) } ?? "none",
                    "prompts": try promptSHA256(of: method, in: stage.environment),
                    "template": try text(template.record),
                    "control": control,
                    "program": Version.current,
                ])
                if ledger.isCurrent(name, inputs: inputs) {
                    pairCount += try ExportManifest.read(from: place.path(of: name)).counts.pairs
                } else {
                    let target = ExportJob.Target(
                        directory: place.path(of: name), method: method, selection: selection,
                        selectionSHA256: try FileDigest.ofFile(
                            place.path(of: "selection/\(stage.name)-top\(selection.criteria.top).json"),
                            lineCount: 0
                        ).sha256)
                    stale.append((name, inputs, target))
                }
            }
        }
        sayRecognised(
            "export/\(stage.name)-*", pipeline.export.methods.count * pipeline.export.top.count - stale.count)
        let job = ExportJob(
            sources: stage.sources, shape: pipeline.export.shape, style: pipeline.export.style,
            prompts: models.prompts, tokens: tokens, template: template, python: machine.python,
            pairCriteria: pipeline.export.pairs, gate: gate,
            pipeline: ExportProvenance.Pipeline(
                name: pipeline.name, sha256: Digest.sha256Hex(of: try CanonicalJSON.encode(pipeline))),
            targets: stale.map(\.target))
        for (export, manifest) in zip(stale, try stale.isEmpty ? [] : job.run()) {
            try ledger.record(export.name, inputs: export.inputs)
            pairCount += manifest.counts.pairs
            say(export.name, manifest.summary)
        }
        return pairCount
    }

    /// The checksum of the texts that exported prompts are made of.
    private func promptSHA256(of method: AgentKind, in environment: String) throws -> String {
        try PromptRenderer(
            library: models.prompts, environment: environment, method: method, style: pipeline.export.style
        ).promptSHA256
    }

    private func count(
        _ stages: [CollectedStage], in place: PipelineDirectory, _ ledger: inout StageLedger
    ) throws -> StudyTable {
        // Each stage by itself, as its selection files and exports are.
        let table = StudyJob(
            parts: stages.map { StudyJob.Part(run: $0.name, survey: $0.survey) },
            criteria: pipeline.count.top.map(criteria)
        ).table()
        for (name, format) in [("count.json", StudyFormat.json), ("count.md", .markdown)] {
            let rendered = try table.rendered(as: format)
            let inputs = try StageLedger.fingerprint(["content": rendered])
            guard !ledger.isCurrent(name, inputs: inputs) else { continue }
            try AtomicFile.write(Array(rendered.utf8), to: place.path(of: name), links: .refused)
            try ledger.record(name, inputs: inputs)
        }
        return table
    }

    private func criteria(_ top: TopPercentage) -> SelectionCriteria {
        var criteria = pipeline.select.criteria
        criteria.top = top
        return criteria
    }

    private func text(_ value: some Encodable) throws -> String {
        String(decoding: try CanonicalJSON.encode(value), as: UTF8.self)
    }

    private func sayRecognised(_ names: String, _ count: Int) {
        if count > 0 { say(names, "\(count) made before") }
    }

    private func say(_ name: String, _ words: String) {
        StandardError.say("\(name): \(words)")
    }
}
