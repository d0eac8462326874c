import Export
import Filter
import Trajectories

/// What `recode-data run` does, as a pipeline file says it; docs/pipeline.md describes every key.
struct Pipeline: Encodable, Sendable, Hashable {
    /// What the pipeline is called, in messages.
    var name: String
    /// Where every random draw comes from.
    var seed: Int
    /// What is collected, each into a run directory of its own.
    var collect: [CollectStage]
    /// Which trajectories are kept, at each p.
    var select: SelectStage
    /// What must not be trained on.
    var leakage: LeakageStage
    /// What the kept ones are written as.
    var export: ExportStage
    /// Which p the table of counts has rows for.
    var count: CountStage
}

/// A collection of the pipeline, with the name of its run directory.
///
/// A stage of the file whose keys have several values is several of these.
struct CollectStage: Encodable, Sendable, Hashable {
    /// Names the run directory and everything made from it.
    var name: String
    /// What is collected.
    var recipe: CollectRecipe
    /// Where.
    var world = WorldChoice.scienceWorld
    /// The folder of the texts of its prompts; `nil` for the pipeline's.
    var prompts: String?
    /// The name of the file's stage where that is several: they have one budget.
    var sweep: String?

    enum CodingKeys: CodingKey {
        case name, prompts
    }

    /// Encodes the name beside the recipe's keys, as the file has them.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encodeIfPresent(prompts, forKey: .prompts)
        try recipe.encode(to: encoder)
        try world.encode(to: encoder)
    }
}

/// Which trajectories are kept, at each p.
struct SelectStage: Encodable, Sendable, Hashable {
    /// The percentages kept, in ascending order.
    var top: [TopPercentage]
    /// What is asked for beside: the criteria of the highest p.
    var criteria: SelectionCriteria

    /// Encodes the percentages beside the keys of the criteria, as the file has them.
    func encode(to encoder: any Encoder) throws {
        try criteria.encode(to: encoder)
        var container = encoder.container(keyedBy: SelectionCriteria.CodingKeys.self)
        try container.encode(top, forKey: .top)
    }
}

/// What kept trajectories are written as.
struct ExportStage: Encodable, Sendable, Hashable {
    /// The methods the pairs teach; trees are flattened for `react` and `codeact`.
    var methods: [AgentKind]
    /// The percentages exported, all of them selected, in ascending order.
    var top: [TopPercentage]
    /// What rows look like and in which order they stand.
    var shape: ExportShape
    /// How prompts are rendered.
    var style: PromptStyle
    /// What the pairs' tokens are counted with.
    var tokens: VocabularyChoice
    /// How a pair is rendered before its tokens are counted.
    var chatTemplate: TemplateChoice
    /// Which pairs are kept.
    var pairs: PairCriteria

    enum CodingKeys: String, CodingKey {
        case methods, top, shape, style, tokens, pairs
        case chatTemplate = "chat_template"
    }
}

/// What must not be trained on, and what becomes of it.
struct LeakageStage: Encodable, Sendable, Hashable {
    /// A file of task ids that must not be trained on.
    var exclude: String?
    /// Lists of held-out task instances beside the program's own.
    var heldOut: [String]
    /// Whether what leaks is exported all the same.
    var allow: Bool

    enum CodingKeys: String, CodingKey {
        case exclude, allow
        case heldOut = "held_out"
    }
}

/// What is counted.
struct CountStage: Encodable, Sendable, Hashable {
    /// The percentages counted, in ascending order.
    var top: [TopPercentage]
}

extension Pipeline {
    /// Every style that prompts are rendered in with the pipeline's own texts.
    var promptStyles: [PromptStyle] {
        [export.style] + collect.filter { $0.prompts == nil }.flatMap(\.recipe.collectedStyles)
    }

    /// The first key whose value differs in `other`, with both values, in the order of their paths.
    func firstDifference(from other: Pipeline) throws -> (key: String, here: String, there: String)? {
        let here = try flattened()
        let there = try other.flattened()
        let keys = Set(here.keys).union(there.keys).sorted()
        guard let key = keys.first(where: { here[$0] != there[$0] }) else { return nil }
        return (key, here[key] ?? "nothing", there[key] ?? "nothing")
    }

    /// Every scalar by its key's path, such as `collect[0].slip`; absent where a key means "all".
    private func flattened() throws -> [String: String] {
        let value = try CanonicalJSON.decode(JSONValue.self, from: CanonicalJSON.encode(self))
        var scalars: [String: String] = [:]
        try Self.flatten(value, at: "", into: &scalars)
        return scalars
    }

    private static func flatten(_ value: JSONValue, at path: String, into scalars: inout [String: String])
        throws
    {
        switch value {
        case .object(let members):
            for (key, member) in members {
                try flatten(member, at: path.isEmpty ? key : "\(path).\(key)", into: &scalars)
            }
        case .array(let members):
            for (index, member) in members.enumerated() {
                try flatten(member, at: "\(path)[\(index)]", into: &scalars)
            }
        case .string(let text): scalars[path] = text
        default: scalars[path] = String(decoding: try CanonicalJSON.encode(value), as: UTF8.self)
        }
    }
}
