import Decompose
import Export
import Filter
import Prompts
import Tokens
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
    /// What is written.
    var targets: [Target]

    /// Passes the gate, then reads the sources once, twice where pairs are chosen, and writes every target.
    ///
    /// - Returns: the manifests, in the targets' order.
    /// - Throws: ``CommandFailure`` where a trajectory must not be trained on, or a selection lists what the sources do not
    ///   have; `ExportError`, `DecomposeError`, `TrajectoriesError`. Then no target is changed.
    func run() throws -> [ExportManifest] {
        let (leakage, taskIDs) = try passGate()
        let choices = try pairCriteria.keepsAll ? nil : chosenPairs()
        let writers = try targets.indices.map { index in
            TargetWriter(
                targets[index], tokens: tokens?.total, dropping: choices?[index].finish() ?? [],
                into: try exporter(to: targets[index], heldOut: shape.holdout?.chosen(of: taskIDs[index])))
        }
        let counter = try tokens?.counter()
        try decompose(writers.map(\.taking), style: style, prompts: prompts) {
            targets, trajectory, origin, pairs in
            let lengths = try counter.map { counter in
                try pairs.pairs.map { pair in
                    try Self.naming(pair) {
                        try counter.count(prompt: pair.prompt, completion: pair.completion)
                    }
                }
            }
            for index in targets { try writers[index].take(pairs, lengths, of: trajectory, in: origin.name) }
        }
        for writer in writers { try writer.checkNothingIsMissing() }
        return try zip(writers, leakage).map { try $0.finish($1) }
    }

    /// What the gate says of each target's trajectories, and the task instances of their train split.
    /// - Throws: ``CommandFailure`` where a target has one that leaks and the gate is not lifted.
    private func passGate() throws -> ([ExportLeakage], [Set<String>]) {
        let takers = targets.map(TakenOnce.init)
        var tallies = targets.map { _ in GateTally() }
        var taskIDs = targets.map { _ in Set<String>() }
        try sources.forEachSummary { trajectory in
            let chosen = takers.indices.filter { takers[$0].takes(trajectory.id) }
            guard !chosen.isEmpty else { return }
            let verdict = gate.gate.verdict(on: trajectory)
            for index in chosen {
                tallies[index].add(verdict)
                if trajectory.environment.split == .train { taskIDs[index].insert(trajectory.taskID) }
            }
        }
        let accounts = try zip(targets, tallies).map { target, tally in
            if !gate.isLifted, !tally.leaks.isEmpty { throw tally.refusal(of: target.directory) }
            return tally.account(of: gate)
        }
        return (accounts, taskIDs)
    }

    /// Which pairs of each target are kept. They are told apart by what is their own: the call, its variables and the answer,
    /// or the history and the answer, without the instructions that every prompt has.
    private func chosenPairs() throws -> [PairSelector] {
        var selectors = targets.map { _ in PairSelector(pairCriteria) }
        var keys = PairKeys()
        try decompose(targets.map(TakenOnce.init), style: .bare, prompts: .none) {
            targets, trajectory, _, pairs in
            for pair in pairs.pairs {
                let own = [pair.prompt.last?.content ?? ""] + pair.completion.map(\.content)
                let candidate = PairCandidate(
                    id: pair.id, depth: pair.depth, environment: trajectory.environment.name,
                    key: keys.key(prompt: pair.prompt, completion: pair.completion),
                    text: own.joined(separator: "\n"))
                for index in targets { selectors[index].add(candidate) }
            }
        }
        return selectors
    }

    /// Cuts every trajectory into the pairs of the targets that take it, once for each method.
    private func decompose(
        _ takers: [TakenOnce], style: PromptStyle, prompts: PromptLibrary,
        _ body: (_ targets: [Int], Trajectory, TrajectoryOrigin, Decomposition) throws -> Void
    ) throws {
        let builders = Set(targets.map(\.method)).sorted { $0.rawValue < $1.rawValue }.map {
            PairBuilder(method: $0, style: style, prompts: prompts)
        }
        try sources.forEach { trajectory, origin in
            for builder in builders {
                let chosen = takers.indices.filter { index in
                    targets[index].method == builder.method && takers[index].takes(trajectory.id)
                }
                guard !chosen.isEmpty else { continue }
                let decomposition = try builder.pairs(of: trajectory)
                try body(chosen, trajectory, origin, decomposition)
            }
        }
    }

    /// What writes a target, with what its format needs.
    private func exporter(to target: Target, heldOut: Set<String>?) throws -> PairExporter {
        var recipe = try recipe(of: target)
        var converter: ParquetConverter?
        if shape.format == .parquet {
            converter = try ParquetConverter(columns: recipe.columns, python: python)
            recipe.versions["pyarrow"] = converter?.version
        }
        return try PairExporter(
            directory: target.directory, recipe: recipe, heldOut: heldOut ?? [],
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

    private func recipe(of target: Target) throws -> ExportRecipe {
        let criteria = try target.selection.map { try JSONValue(encoding: $0.criteria) }
        let pairs = try pairCriteria.keepsAll ? nil : JSONValue(encoding: pairCriteria)
        let versions = sources.versions.merging([Version.program: Version.current]) { _, own in own }
        return ExportRecipe(
            format: shape.format, metadata: shape.metadata, method: target.method, style: style,
            failures: shape.failures, order: shape.order, holdout: shape.holdout,
            selection: criteria ?? .null, pairSelection: pairs ?? .null, sources: try sources.provenance(),
            versions: versions, license: shape.license,
            chatTemplate: tokens == nil && shape.format != .text ? nil : template.record)
    }
}

/// Which trajectories an export takes: those of its selection, each once, however often it is read.
private final class TakenOnce {
    let ranks: [String: Int]?
    private(set) var ids: Set<String> = []

    init(_ target: ExportJob.Target) {
        ranks = target.selection?.ranks
    }

    /// Whether a trajectory that is read now is taken. Without a selection every one is: the exporter refuses what comes twice.
    func takes(_ id: String) -> Bool {
        guard let ranks else {
            ids.insert(id)
            return true
        }
        return ranks[id] != nil && ids.insert(id).inserted
    }
}

/// One export while it is being written.
private final class TargetWriter {
    let taking: TakenOnce
    private let target: ExportJob.Target
    private let exporter: PairExporter
    private let droppedPairs: [DroppedPair]
    private let droppedIDs: Set<String>
    private var dropped: [String: Int]
    private var tokens: ExportTokens?

    init(
        _ target: ExportJob.Target, tokens: ExportTokens?, dropping pairs: [DroppedPair],
        into exporter: PairExporter
    ) {
        self.target = target
        self.tokens = tokens
        self.exporter = exporter
        taking = TakenOnce(target)
        droppedPairs = pairs
        droppedIDs = Set(pairs.map(\.id))
        dropped = Dictionary(pairs.map { ($0.reason.rawValue, 1) }, uniquingKeysWith: +)
    }

    /// Takes a trajectory's pairs.
    /// - Parameter lengths: their tokens, in the same order; `nil` where they were not counted.
    func take(
        _ decomposition: Decomposition, _ lengths: [PairTokens]?, of trajectory: Trajectory, in run: String
    ) throws {
        for (index, pair) in decomposition.pairs.enumerated() where !droppedIDs.contains(pair.id) {
            var pair = pair
            pair.run = run
            pair.rank = taking.ranks?[trajectory.id]
            if let length = lengths?[index] {
                pair.tokens = length.chat
                tokens?.add(length)
            }
            try ExportJob.naming(pair) { try exporter.append(pair) }
        }
        dropped.merge(decomposition.tally.droppedByName, uniquingKeysWith: +)
    }

    func checkNothingIsMissing() throws {
        let missing = (target.selection?.kept ?? []).filter { !taking.ids.contains($0.id) }
        guard let first = missing.first else { return }
        throw CommandFailure(
            .badData,
            "the selection keeps \(Wording.count(missing.count, "trajectory", plural: "trajectories")) that the runs "
                + "do not have (first: \(first.id)). Name the runs it was made from, or make it anew with "
                + "recode-data filter.")
    }

    func finish(_ leakage: ExportLeakage) throws -> ExportManifest {
        try exporter.report(dropped: try droppedPairs.map { try CanonicalJSON.encode($0) })
        return try exporter.finish(
            trajectories: taking.ids.count, dropped: dropped, tokens: tokens,
            leakage: leakage)
    }
}

extension JSONValue {
    /// A value as it stands in JSON.
    fileprivate init(encoding value: some Encodable) throws {
        self = try CanonicalJSON.decode(JSONValue.self, from: CanonicalJSON.encode(value))
    }
}
