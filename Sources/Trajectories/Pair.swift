/// A training example: a prompt, the answer to learn, and where both come from.
///
/// One JSON object per line. Every row has the same keys: a value that is not known is an explicit `null`.
public struct Pair: Codable, Sendable, Hashable {
    /// What a pair teaches.
    public enum Kind: String, Codable, Sendable, Hashable, CaseIterable {
        /// To answer a call, or a turn, right the first time.
        case answer
        /// To mend an answer that failed, told what was wrong with it.
        case repair
        /// To answer in one way rather than in another: ``Pair/rejected`` is there.
        case preference
    }

    /// What it teaches.
    public var kind = Kind.answer
    /// Hex digits derived from the trajectory, the method and the answer's place (see
    /// ``derivedID(trajectoryID:method:index:kind:)``).
    public var id: String
    /// What the model is given: chat messages, the last of them the user's.
    public var prompt: [Message]
    /// What it is to answer: one assistant message.
    public var completion: [Message]
    /// What it is not to answer, for trainers of preferences; `nil` for every other pair.
    public var rejected: [Message]?
    /// The name of the run the trajectory stands in; `nil` where nobody said.
    public var run: String?
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
    /// How many levels of expansions lie below the node: 0 where its answer is actions and calculation alone, and in flat
    /// trajectories.
    public var height: Int
    /// Primitive actions of the whole trajectory.
    public var steps: Int
    /// The trajectory's final reward, 0…1.
    public var reward: Double
    /// The trajectory's rank by score in its selection group, from 1; `nil` when nothing was selected.
    public var rank: Int?
    /// Tokens of prompt and completion; `nil` when they were not counted.
    public var tokens: Int?
    /// How the prompt was rendered.
    public var style: PromptStyle

    enum CodingKeys: String, CodingKey {
        case id, kind, prompt, completion, rejected, run, turn, environment, agent, policy, split, depth,
            height
        case steps, reward, rank, tokens, style
        case trajectoryID = "trajectory_id"
        case nodeID = "node_id"
        case taskID = "task_id"
        case sourceAgent = "source_agent"
    }

    /// Makes the pair of one answer; everything the trajectory knows is taken from it. The id is derived from
    /// `index` beside trajectory, method and kind: the node of an expansion, the turn of a flat answer.
    public init(
        of trajectory: Trajectory, method: AgentKind, index: Int, nodeID: Int, turn: Int, depth: Int,
        height: Int = 0, kind: Kind = .answer, prompt: [Message], completion: [Message],
        rejected: [Message]? = nil, rank: Int?, style: PromptStyle
    ) {
        id = Self.derivedID(trajectoryID: trajectory.id, method: method, index: index, kind: kind)
        self.kind = kind
        self.prompt = prompt
        self.completion = completion
        self.rejected = rejected
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
        self.height = height
        steps = trajectory.steps
        reward = trajectory.reward
        self.rank = rank
        tokens = nil
        self.style = style
    }

    /// The id of a pair: the first 32 hex digits of the SHA-256 of its trajectory, method and index, one a line, and of
    /// its kind on a fourth where that is not `answer`.
    ///
    /// The prompt style is no part of it, so the same answer can be joined across exports.
    public static func derivedID(
        trajectoryID: String, method: AgentKind, index: Int, kind: Kind = .answer
    ) -> String {
        var place = "\(trajectoryID)\n\(method.rawValue)\n\(index)"
        if kind != .answer { place += "\n\(kind.rawValue)" }
        return String(Digest.sha256Hex(of: Array(place.utf8)).prefix(32))
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
