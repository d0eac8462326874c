import Trajectories

/// What is collected: who acts where, on what, how often. A run directory belongs to one recipe and one seed.
struct CollectRecipe: Encodable, Sendable, Hashable {
    /// The environment's name.
    var environment: String
    /// What else shapes the world, of an environment that is a program of its own; `nil` for one of ours.
    var environmentOptions: [String: JSONValue]?
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
    /// How often an answer that breaks the format is asked for again; `nil` for the default.
    var maxRewrite: Int?
    /// How often a placeholder whose code raised is expanded again; `nil` for the default.
    var maxRetry: Int?
    /// The most primitive actions of an episode, where that is fewer than the environment's own limit.
    var maxSteps: Int?
    /// How much a language model's prompts say; `nil` for few-shot.
    var promptStyle: PromptStyle?
    /// How many successes of an instance are enough to leave its other repeats out; `nil` to play all.
    var untilSuccesses: Int?

    /// The paper's depth limit (section 4.4).
    static let defaultMaxDepth = 10

    enum CodingKeys: String, CodingKey {
        case agent, policy, slip, split, tasks, variations, repeats, limit
        case environment = "env"
        case environmentOptions = "env_options"
        case maxDepth = "max_depth"
        case maxRewrite = "max_rewrite"
        case maxRetry = "max_retry"
        case maxSteps = "max_steps"
        case promptStyle = "prompt_style"
        case untilSuccesses = "until_successes"
    }

    /// The styles that prompts are rendered in while collecting: none where nobody reads them.
    var collectedStyles: [PromptStyle] {
        PolicyChoice(policy) == .expert ? [] : [promptStyle ?? .fewShot]
    }

    /// The bounds of an episode whose environment takes so many steps.
    func limits(stepLimit: Int) -> EpisodeLimits {
        let standard = EpisodeLimits(maxDepth: maxDepth, stepLimit: min(stepLimit, maxSteps ?? stepLimit))
        return EpisodeLimits(
            maxDepth: maxDepth, maxRetry: maxRetry ?? standard.maxRetry,
            maxRewrite: maxRewrite ?? standard.maxRewrite, stepLimit: standard.stepLimit)
    }
}
