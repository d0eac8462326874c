import Trajectories

/// The episodes one line of the table of structure is about: all that one agent played with one policy in one
/// environment, whatever is kept of them.
public struct StructureGroup: Sendable, Hashable {
    /// What a line says of one episode.
    public struct Episode: Sendable, Hashable {
        /// Its final reward, 0…1.
        public var reward: Double
        /// Why it ended.
        public var ended: EndReason
        /// What became of its structure.
        public var structure: EpisodeStructure

        /// Makes an episode from its parts.
        public init(reward: Double, ended: EndReason, structure: EpisodeStructure) {
            self.reward = reward
            self.ended = ended
            self.structure = structure
        }
    }

    /// The environment's name.
    public var environment: String
    /// The policy, as the study names it.
    public var policy: String
    /// The run, where each is counted by itself.
    public var run: String?
    /// The options that differ, each with its value; empty where nothing of it does.
    public var options: [String: JSONValue]
    /// The loop that acted.
    public var agent: AgentKind
    /// The episodes, in any order.
    public var episodes: [Episode]

    /// Makes a group from its parts.
    public init(
        environment: String, policy: String, run: String? = nil, options: [String: JSONValue] = [:],
        agent: AgentKind, episodes: [Episode]
    ) {
        self.environment = environment
        self.policy = policy
        self.run = run
        self.options = options
        self.agent = agent
        self.episodes = episodes
    }
}
