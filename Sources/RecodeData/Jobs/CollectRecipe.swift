import Trajectories

/// What is collected: who acts where, on what, how often. A run directory belongs to one recipe and one seed.
struct CollectRecipe: Encodable, Sendable, Hashable {
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
        case agent, policy, slip, split, tasks, variations, repeats, limit
        case environment = "env"
        case maxDepth = "max_depth"
    }
}
