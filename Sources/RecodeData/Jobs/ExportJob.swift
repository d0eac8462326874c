import Decompose
import Export
import Filter
import Prompts
import Trajectories

/// Writes trajectories as pairs, into any number of exports, in one pass over the sources.
struct ExportJob: Sendable {
    /// One export: a method and what is kept.
    struct Target: Sendable {
        /// Where it goes.
        var directory: String
        /// The method the pairs teach.
        var method: AgentKind
        /// What is kept; `nil` for every trajectory.
        var selection: Selection?
        /// SHA-256 of the file the selection stands in; `nil` where it stands in none.
        var selectionSHA256: String?
    }

    /// Where trajectories come from.
    var sources: TrajectorySources
    /// What rows look like and in which order they stand.
    var shape = ExportShape()
    /// How prompts are rendered.
    var style: PromptStyle
    /// The texts prompts are made of.
    var prompts: PromptLibrary
    /// What the pairs' tokens are counted with; `nil` where they are not.
    var tokens: TokenCounting?
    /// What conversations are rendered with, where they are.
    var template = ConversationTemplate.builtIn(.qwen25)
    /// The Python that makes Parquet files.
    var python = Machine.defaultPython
    /// Which pairs are kept.
    var pairCriteria: PairCriteria
    /// What must not be among the trajectories.
    var gate: ExportGate
    /// The pipeline whose stage this is; `nil` for none.
    var pipeline: ExportProvenance.Pipeline?
    /// Whether a target without any row is refused, or without one to hold out where that is asked for; a pipeline's may have
    /// none, and its summary says so.
    var refusesEmpty = false
    /// What is written.
    var targets: [Target]

    /// Passes the gate, then reads the sources once, once more where pairs are chosen and twice more where answers of other
    /// trajectories are rejected, and writes every target.
    ///
    /// - Returns: the manifests, in the targets' order.
    /// - Throws: ``CommandFailure`` where a trajectory must not be trained on, or a selection lists what the sources do not
    ///   have; `ExportError`, `DecomposeError`, `TrajectoriesError`. Then no target is changed.
    func run() throws -> [ExportManifest] {
        let screen = try screen()
        try screen?.check(namesOfRuns: sources.names)
        let survey = try passGate()
        let siblings = try shape.failures == .preference ? siblingAnswers() : [:]
        let choices = try pairCriteria.keepsAll ? nil : chosenPairs(rejecting: siblings, screen)
        let writers = try targets.indices.map { index in
            TargetWriter(
                targets[index], tokens: tokens?.total, screen, dropping: choices?[index].finish() ?? [],
                into: try exporter(to: targets[index], survey.sights[index], screen))
        }
        let fitter = try PairFitter(tokens, shape: shape, screen: screen)
        try decompose(writers.map(\.taking), style: style, prompts: prompts, rejecting: siblings) {
            targets, trajectory, origin, pairs, builder in
            let fitted = try pairs.pairs.map { pair in
                try Self.naming(pair) { try fitter.fit(pair, of: trajectory, by: builder) }
            }
            for index in targets {
                try writers[index].take(fitted, pairs.tally, of: trajectory, in: origin.name)
            }
        }
        for writer in writers {
            try writer.checkNothingIsMissing()
            if refusesEmpty {
                try writer.checkThereAreRows()
                if shape.holdout != nil { try writer.checkTasksCanBeHeldOut() }
            }
        }
        return try zip(writers, survey.leakage).map { try $0.finish($1, read: survey.read) }
    }

    /// What looks for control tokens; `nil` where nothing is to.
    private func screen() throws -> PairScreen? {
        try shape.controlTokens.map { policy in
            PairScreen(
                tokens: try PairScreen.tokens(tokens, template), policy: policy,
                writesMetadata: (shape.metadata ?? shape.format.metadataPlaces[0]) != .none)
        }
    }

    /// What the gate says of each target's trajectories, and what else is seen of them.
    /// - Throws: ``CommandFailure`` where a target has one that leaks and the gate is not lifted.
    private func passGate() throws -> (leakage: [ExportLeakage], sights: [TargetSight], read: Int) {
        let takers = targets.map(TakenOnce.init)
        var tallies = targets.map { _ in GateTally() }
        var sights = targets.map { _ in TargetSight() }
        var read = 0
        try sources.forEachSummary { trajectory in
            read += 1
            let chosen = takers.indices.filter { takers[$0].takes(trajectory.id) }
            guard !chosen.isEmpty else { return }
            let verdict = gate.gate.verdict(on: trajectory)
            for index in chosen {
                tallies[index].add(verdict)
                sights[index].add(trajectory)
            }
        }
        let accounts = try zip(targets, tallies).map { target, tally in
            if !gate.isLifted, !tally.leaks.isEmpty { throw tally.refusal(of: target.directory) }
            return tally.account(of: gate)
        }
        return (accounts, sights, read)
    }

    /// Which pairs of each target are kept. They are told apart by what is their own: the call, its variables and the answer,
    /// or the history and the answer, without the instructions that every prompt has.
    /// Those that are left out for their control tokens take no other's place.
    private func chosenPairs(
        rejecting siblings: [AgentKind: SiblingAnswers], _ screen: PairScreen?
    ) throws -> [PairSelector] {
        var selectors = targets.map { _ in PairSelector(pairCriteria) }
        var keys = PairKeys()
        try decompose(targets.map(TakenOnce.init), style: .bare, prompts: .none, rejecting: siblings) {
            targets, trajectory, _, pairs, _ in
            for pair in pairs.pairs where screen?.verdict(on: pair).fate != .dropped {
                let candidate = PairCandidate(
                    pair, id: pair.id, environment: trajectory.environment.name,
                    key: keys.key(prompt: pair.prompt, completion: pair.completion + (pair.rejected ?? [])))
                for index in targets { selectors[index].add(candidate) }
            }
        }
        return selectors
    }

    /// The worse answers of other trajectories to what is asked in those that are exported, by each method.
    private func siblingAnswers() throws -> [AgentKind: SiblingAnswers] {
        let builders = builders(style: .bare, prompts: .none)
        var siblings = Dictionary(
            uniqueKeysWithValues: builders.map { ($0.method, SiblingAnswers(margin: shape.rewardMargin)) })
        try forEachTaken(targets.map(TakenOnce.init), by: builders) { _, trajectory, _, builder in
            try siblings[builder.method]?.expect(trajectory, by: builder)
        }
        try sources.forEach { trajectory in
            for builder in builders where trajectory.agent.methods.contains(builder.method) {
                try siblings[builder.method]?.add(trajectory, by: builder)
            }
        }
        return siblings
    }

    /// Cuts every trajectory into the pairs of the targets that take it, once for each method.
    private func decompose(
        _ takers: [TakenOnce], style: PromptStyle, prompts: PromptLibrary,
        rejecting siblings: [AgentKind: SiblingAnswers],
        _ body: (_ targets: [Int], Trajectory, TrajectoryOrigin, Decomposition, PairBuilder) throws -> Void
    ) throws {
        let builders = builders(style: style, prompts: prompts)
        try forEachTaken(takers, by: builders) { targets, trajectory, origin, builder in
            let pairs = try builder.pairs(of: trajectory, siblings: siblings[builder.method])
            try body(targets, trajectory, origin, pairs, builder)
        }
    }

    /// Reads every trajectory that a target takes, once for each method.
    private func forEachTaken(
        _ takers: [TakenOnce], by builders: [PairBuilder],
        _ body: (_ targets: [Int], Trajectory, TrajectoryOrigin, PairBuilder) throws -> Void
    ) throws {
        try sources.forEach { trajectory, origin in
            for builder in builders {
                let chosen = takers.indices.filter { index in
                    targets[index].method == builder.method && takers[index].takes(trajectory.id)
                }
                if !chosen.isEmpty { try body(chosen, trajectory, origin, builder) }
            }
        }
    }

    /// What cuts trajectories into the pairs of each target's method.
    private func builders(style: PromptStyle, prompts: PromptLibrary) -> [PairBuilder] {
        Set(targets.map(\.method)).sorted { $0.rawValue < $1.rawValue }.map {
            PairBuilder(
                method: $0, style: style, prompts: prompts, failures: shape.failures, history: shape.history)
        }
    }

    /// What writes a target, with what its format needs.
    private func exporter(
        to target: Target, _ sight: TargetSight, _ screen: PairScreen?
    ) throws -> PairExporter {
        var recipe = try recipe(of: target, sight)
        recipe.controlTokens = screen?.rule
        var converter: ParquetConverter?
        if shape.format == .parquet {
            converter = try ParquetConverter(columns: recipe.columns, python: python)
            recipe.versions["pyarrow"] = converter?.version
        }
        return try PairExporter(
            directory: target.directory, recipe: recipe,
            render: shape.format == .text ? try template.render() : nil, converter: converter)
    }

    /// Says which row it was where something about a pair fails.
    static func naming<Value>(_ pair: Pair, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let failure as CommandFailure where failure.code == .badData {
            throw CommandFailure(
                failure.code,
                "\(failure.message)\n  It was at node \(pair.nodeID) of trajectory \(pair.trajectoryID) (\(pair.taskID))."
            )
        }
    }

    private func recipe(of target: Target, _ sight: TargetSight) throws -> ExportRecipe {
        let criteria = try target.selection.map { try JSONValue(encoding: $0.criteria) }
        let pairs = try pairCriteria.keepsAll ? nil : JSONValue(encoding: pairCriteria)
        let versions = sources.versions.merging([Version.program: Version.current]) { _, own in own }
        return ExportRecipe(
            format: shape.format, metadata: shape.metadata, method: target.method, style: style,
            failures: shape.failures, rewardMargin: shape.rewardMargin, history: shape.history,
            overLength: shape.overLength, order: shape.order, holdout: shape.holdout,
            selection: criteria ?? .null, pairSelection: pairs ?? .null, sources: try sources.provenance(),
            versions: versions, provenance: try provenance(of: target, sight), license: shape.license,
            chatTemplate: usesTemplate ? template.record : nil)
    }

    /// Whether rows, their tokens or what is looked for in them depend on the template.
    private var usesTemplate: Bool {
        tokens != nil || shape.format == .text
            || shape.controlTokens != nil && !template.controlTokens.isEmpty
    }

    private func provenance(of target: Target, _ sight: TargetSight) throws -> ExportProvenance {
        let digests = try sight.environments.map { name in
            let renderer = try PromptRenderer(
                library: prompts, environment: name, method: target.method, style: style)
            return (name, renderer.promptSHA256)
        }
        let lists = target.selection.map { $0.criteria.leakage == .drop ? $0.leakageLists : [] } ?? []
        return ExportProvenance(
            pipeline: pipeline, selectionSHA256: target.selectionSHA256,
            selectionLists: lists.isEmpty
                ? nil : lists.map { ExportSource(name: $0.name, sha256: $0.sha256) },
            promptSHA256: Dictionary(uniqueKeysWithValues: digests), policies: sight.policies)
    }
}

/// What is seen of the trajectories of a target before they are decomposed.
private struct TargetSight {
    /// The environments.
    private(set) var environments: Set<String> = []
    /// Whose answers they hold.
    private(set) var policies: Set<ExportProvenance.Policy> = []

    mutating func add(_ trajectory: TrajectorySummary) {
        environments.insert(trajectory.environment.name)
        policies.insert(ExportProvenance.Policy(trajectory.policy))
    }
}

extension PairCandidate {
    /// A pair by what tells it from others: what it asks and answers, without what every prompt says. Of a repair that is the
    /// question, the answer that failed, what is wrong with it and the one that stood.
    init(_ pair: Pair, id: String, environment: String, key: UInt64) {
        let own = pair.prompt.suffix(pair.kind == .repair ? 3 : 1) + pair.completion + (pair.rejected ?? [])
        self.init(
            id: id, depth: pair.depth, environment: environment, key: key,
            text: own.map(\.content).joined(separator: "\n"))
    }
}

extension JSONValue {
    /// A value as it stands in JSON.
    fileprivate init(encoding value: some Encodable) throws {
        self = try CanonicalJSON.decode(JSONValue.self, from: CanonicalJSON.encode(value))
    }
}
