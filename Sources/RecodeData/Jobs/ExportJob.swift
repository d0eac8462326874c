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
    /// How prompts are rendered.
    var style: PromptStyle
    /// The texts prompts are made of.
    var prompts: PromptLibrary
    /// What the pairs' tokens are counted with; `nil` where they are not.
    var tokens: TokenCounting?
    /// What is written.
    var targets: [Target]

    /// Reads the sources once and writes every target.
    ///
    /// - Returns: the manifests, in the targets' order.
    /// - Throws: ``CommandFailure`` where a selection lists what the sources do not have; `ExportError`,
    ///   `DecomposeError`, `TrajectoriesError`. Then no target is changed.
    func run() throws -> [ExportManifest] {
        let writers = try targets.map {
            try TargetWriter($0, recipe: try recipe(of: $0), tokens: tokens?.total)
        }
        let counter = try tokens.map { try PairTokenCounter($0.tokenizer, template: $0.template) }
        let builders = Set(targets.map(\.method)).sorted { $0.rawValue < $1.rawValue }.map {
            PairBuilder(method: $0, style: style, prompts: prompts)
        }
        try sources.forEach { trajectory in
            for builder in builders {
                let takers = writers.filter { $0.target.method == builder.method && $0.wants(trajectory.id) }
                guard !takers.isEmpty else { continue }
                let decomposition = try builder.pairs(of: trajectory)
                let lengths = counter.map { counter in
                    decomposition.pairs.map { counter.count(prompt: $0.prompt, completion: $0.completion) }
                }
                for taker in takers { try taker.take(decomposition, lengths, of: trajectory.id) }
            }
        }
        for writer in writers { try writer.checkNothingIsMissing() }
        return try writers.map { try $0.finish() }
    }

    private func recipe(of target: Target) throws -> ExportRecipe {
        let criteria = try target.selection.map {
            try CanonicalJSON.decode(JSONValue.self, from: CanonicalJSON.encode($0.criteria))
        }
        let versions = sources.versions.merging([Version.program: Version.current]) { _, own in own }
        return ExportRecipe(
            method: target.method, style: style, selection: criteria ?? .null,
            sources: try sources.provenance(),
            versions: versions)
    }
}

/// One export while it is being written.
private final class TargetWriter {
    let target: ExportJob.Target
    private let exporter: PairExporter
    private let ranks: [String: Int]?
    private var tokens: ExportTokens?
    private var taken: Set<String> = []
    private var dropped: [String: Int] = [:]

    init(_ target: ExportJob.Target, recipe: ExportRecipe, tokens: ExportTokens?) throws {
        self.target = target
        self.tokens = tokens
        ranks = target.selection?.ranks
        exporter = try PairExporter(directory: target.directory, recipe: recipe)
    }

    /// Whether a trajectory is kept; one that a selection keeps is taken once, however often it is read.
    func wants(_ id: String) -> Bool {
        ranks.map { $0[id] != nil && !taken.contains(id) } ?? true
    }

    /// Takes a trajectory's pairs.
    /// - Parameter lengths: their tokens, in the same order; `nil` where they were not counted.
    func take(_ decomposition: Decomposition, _ lengths: [PairTokens]?, of id: String) throws {
        taken.insert(id)
        for (index, pair) in decomposition.pairs.enumerated() {
            var pair = pair
            pair.rank = ranks?[id]
            if let length = lengths?[index] {
                pair.tokens = length.chat
                tokens?.add(content: length.content, chat: length.chat, trained: length.trained)
            }
            try exporter.append(pair)
        }
        dropped.merge(decomposition.tally.droppedByName, uniquingKeysWith: +)
    }

    func checkNothingIsMissing() throws {
        let missing = (target.selection?.kept ?? []).filter { !taken.contains($0.id) }
        guard let first = missing.first else { return }
        throw CommandFailure(
            .badData,
            "the selection keeps \(Wording.count(missing.count, "trajectory", plural: "trajectories")) that the runs "
                + "do not have (first: \(first.id)). Name the runs it was made from, or make it anew with "
                + "recode-data filter.")
    }

    func finish() throws -> ExportManifest {
        try exporter.finish(trajectories: taken.count, dropped: dropped, tokens: tokens)
    }
}
