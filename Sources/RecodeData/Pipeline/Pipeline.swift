import Trajectories

/// What `recode-data run` does, as a pipeline file says it; docs/pipeline.md describes every key.
struct Pipeline: Codable, Sendable, Hashable {
    /// What the pipeline is called, in messages.
    var name: String
    /// Where every random draw comes from.
    var seed: Int
    /// What is collected, each into a run directory of its own.
    var collect: [CollectStage]
    /// Which trajectories are kept, at each p.
    var select: SelectStage
    /// What the kept ones are written as.
    var export: ExportStage
    /// Which p the table of counts has rows for.
    var count: CountStage
}

/// One collection: who acts where, on what, how often.
struct CollectStage: Codable, Sendable, Hashable {
    /// Names the run directory and everything made from it.
    var name: String
    /// The environment's name.
    var environment: String
    /// The loop.
    var agent: AgentKind
    /// What answers the prompts.
    var policy: String
    /// How likely the expert is to drop or swap an action, 0…1.
    var slip: Double
    /// Which part of the environment's instances.
    var split: Split
    /// The tasks; `nil` for all there are.
    var tasks: [String]?
    /// How many variations of each task; `nil` for all there are.
    var variations: Int?
    /// How often each variation is played.
    var repeats: Int
    /// At most this many episodes; `nil` for no limit.
    var limit: Int?
    /// How many expansions may nest.
    var maxDepth: Int

    /// The paper's depth limit (section 4.4).
    static let defaultMaxDepth = 10

    enum CodingKeys: String, CodingKey {
        case name, agent, policy, slip, split, tasks, variations, repeats, limit
        case environment = "env"
        case maxDepth = "max_depth"
    }
}

/// Which trajectories are kept.
struct SelectStage: Codable, Sendable, Hashable {
    /// The percentages kept, in ascending order.
    var top: [Double]
    /// How ties at the cut are broken.
    var ties: String
    /// Only rewards above this are kept.
    var minReward: Double
    /// Whether the environment's own verdict must be success.
    var successfulOnly: Bool

    enum CodingKeys: String, CodingKey {
        case top, ties
        case minReward = "min_reward"
        case successfulOnly = "successful_only"
    }
}

/// What kept trajectories are written as.
struct ExportStage: Codable, Sendable, Hashable {
    /// The methods the pairs teach; trees are flattened for `react` and `codeact`.
    var methods: [AgentKind]
    /// The percentages exported, all of them selected, in ascending order.
    var top: [Double]
    /// The record a trainer reads.
    var format: String
    /// How prompts are rendered.
    var style: String
}

/// What is counted.
struct CountStage: Codable, Sendable, Hashable {
    /// The percentages counted, in ascending order.
    var top: [Double]
}

extension Pipeline {
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
