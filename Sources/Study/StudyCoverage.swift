import Trajectories

/// Which task instances of an environment the methods cover: numbers of different tasks do not compare.
public struct StudyCoverage: Codable, Sendable, Hashable {
    /// What one agent played.
    public struct Agent: Codable, Sendable, Hashable {
        /// The agent; methods that its trajectories are flattened to cover the same tasks.
        public var agent: AgentKind
        /// How many task instances it has trajectories of.
        public var tasks: Int
        /// How many of them another agent does not have: left out where the study is paired.
        public var notShared: Int

        enum CodingKeys: String, CodingKey {
            case agent, tasks
            case notShared = "not_shared"
        }
    }

    /// The environment's name.
    public var environment: String
    /// Whether the study is of the shared tasks alone.
    public var isPaired: Bool
    /// Task instances that every agent has.
    public var shared: Int
    /// The agents, in the paper's order.
    public var agents: [Agent]

    enum CodingKeys: String, CodingKey {
        case environment, shared, agents
        case isPaired = "paired"
    }

    /// Compares the tasks of agents that played in one environment.
    ///
    /// - Parameters:
    ///   - environment: the environment's name.
    ///   - tasks: the task ids of each agent.
    ///   - isPaired: whether the study is of the shared ones alone.
    public init(environment: String, tasks: [AgentKind: Set<String>], isPaired: Bool) {
        self.environment = environment
        self.isPaired = isPaired
        let shared = Self.shared(tasks).count
        self.shared = shared
        agents = AgentKind.inOrder.compactMap { agent in
            tasks[agent].map { Agent(agent: agent, tasks: $0.count, notShared: $0.count - shared) }
        }
    }

    /// The tasks that every agent has.
    public static func shared(_ tasks: [AgentKind: Set<String>]) -> Set<String> {
        guard let first = tasks.values.first else { return [] }
        return tasks.values.reduce(first) { $0.intersection($1) }
    }

    /// Whether the agents cover different tasks.
    public var differs: Bool { agents.contains { $0.notShared > 0 } }

    /// The line under a table; `nil` where all agents cover the same tasks and nothing was left out.
    var note: String? {
        words.map { isPaired ? "Paired: \($0)" : "Warning: \($0)" }
    }

    /// What there is to say of it; `nil` where all agents cover the same tasks and nothing was left out.
    public var words: String? {
        let left = agents.map { "\($0.agent.title) \($0.notShared) of \($0.tasks)" }.joined(separator: ", ")
        let tasks = "\(shared) task instance\(shared == 1 ? "" : "s")"
        guard isPaired else {
            return differs
                ? "in \(environment) the methods cover different tasks: \(tasks) in common; not in common: \(left)."
                : nil
        }
        return agents.count > 1
            ? "in \(environment) the \(tasks) that every method has something eligible of; left out: \(left)."
            : "in \(environment) one agent's \(tasks); what it is flattened to is of the very same trajectories."
    }
}
