/// A training example: a prompt, the answer to learn, and where both come from.
///
/// One JSON object per line. Every row has the same keys: a value that is not known is an explicit `null`.
public struct Pair: Codable, Sendable, Hashable {
    /// Hex digits derived from the trajectory, the method and the answer's place (see ``derivedID(trajectoryID:method:index:)``).
    public var id: String
    /// What the model is given: chat messages, the last of them the user's.
    public var prompt: [Message]
    /// What it is to answer: one assistant message.
    public var completion: [Message]
    /// The trajectory the pair was cut from.
    public var trajectoryID: String
    /// The node that holds the answer; for a flattened turn, the node of its first action, which turns may share.
    public var nodeID: Int
    /// Which answer of its trajectory it is, from 0, in execution order; dropped answers are counted. Unique among a
    /// trajectory's pairs by one method.
    public var turn: Int
    /// `environment/task/variation`.
    public var taskID: String
    /// The environment's name.
    public var environment: String
    /// The method the pair teaches.
    public var agent: AgentKind
    /// The loop that acted; differs from ``agent`` where a tree was flattened.
    public var sourceAgent: AgentKind
    /// The policy that answered.
    public var policy: String
    /// Where the environment files the task; decides leakage.
    public var split: Split
    /// The node's depth in its tree.
    public var depth: Int
    /// The trajectory's final reward, 0…1.
    public var reward: Double
    /// The trajectory's rank by score in its selection group, from 1; `nil` when nothing was selected.
    public var rank: Int?
    /// Tokens of prompt and completion; `nil` when they were not counted.
    public var tokens: Int?
    /// How the prompt was rendered.
    public var style: PromptStyle

    enum CodingKeys: String, CodingKey {
        case id, prompt, completion, turn, environment, agent, policy, split, depth, reward, rank, tokens,
            style
        case trajectoryID = "trajectory_id"
        case nodeID = "node_id"
        case taskID = "task_id"
        case sourceAgent = "source_agent"
    }

    /// Makes the pair of one answer; everything the trajectory knows is taken from it. The id is derived from
    /// `index` beside trajectory and method: the node of an expansion, the turn of a flat answer.
    public init(
        of trajectory: Trajectory, method: AgentKind, index: Int, nodeID: Int, turn: Int, depth: Int,
        prompt: [Message], completion: [Message], rank: Int?, style: PromptStyle
    ) {
        id = Self.derivedID(trajectoryID: trajectory.id, method: method, index: index)
        self.prompt = prompt
        self.completion = completion
        trajectoryID = trajectory.id
        self.nodeID = nodeID
        self.turn = turn
        taskID = trajectory.taskID
        environment = trajectory.environment.name
        agent = method
        sourceAgent = trajectory.agent
        policy = trajectory.policy.name
        split = trajectory.environment.split
        self.depth = depth
        reward = trajectory.reward
        self.rank = rank
        tokens = nil
        self.style = style
    }

    /// The id of an answer's pair: the first 32 hex digits of the SHA-256 of its trajectory, method and index.
    ///
    /// The prompt style is no part of it, so the same answer can be joined across exports.
    public static func derivedID(trajectoryID: String, method: AgentKind, index: Int) -> String {
        String(Digest.sha256Hex(of: Array("\(trajectoryID)\n\(method.rawValue)\n\(index)".utf8)).prefix(32))
    }
}

extension Pair {
    /// Writes every key, unknown values as `null`: loaders want the same columns in every row.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(prompt, forKey: .prompt)
        try container.encode(completion, forKey: .completion)
        try container.encode(trajectoryID, forKey: .trajectoryID)
        try container.encode(nodeID, forKey: .nodeID)
        try container.encode(turn, forKey: .turn)
        try container.encode(taskID, forKey: .taskID)
        try container.encode(environment, forKey: .environment)
        try container.encode(agent, forKey: .agent)
        try container.encode(sourceAgent, forKey: .sourceAgent)
        try container.encode(policy, forKey: .policy)
        try container.encode(split, forKey: .split)
        try container.encode(depth, forKey: .depth)
        try container.encode(reward, forKey: .reward)
        try container.encode(rank, forKey: .rank)
        try container.encode(tokens, forKey: .tokens)
        try container.encode(style, forKey: .style)
    }
}

/// One chat message.
public struct Message: Codable, Sendable, Hashable {
    /// Who speaks.
    public enum Role: String, Codable, Sendable, Hashable {
        case system, user, assistant
    }

    /// Who speaks.
    public var role: Role
    /// The text.
    public var content: String

    /// Makes a message from its parts.
    public init(_ role: Role, _ content: String) {
        self.role = role
        self.content = content
    }

    /// Whether another message has the same bytes. Texts are equal in Swift where they mean the same characters, such as `é`
    /// in one scalar or in two; their tokens and digests are not.
    public func hasSameBytes(as other: Message) -> Bool {
        role == other.role && content.utf8.elementsEqual(other.content.utf8)
    }
}

/// How much a prompt says beside the call and its variables.
public enum PromptStyle: String, Codable, Sendable, Hashable, CaseIterable {
    /// Instructions and the primitive actions, no examples: the default for training.
    case zeroShot = "zero-shot"
    /// The same with worked examples, as a policy is asked while rolling out.
    case fewShot = "few-shot"
    /// The call and its variables alone.
    case bare
}
