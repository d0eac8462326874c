/// One call of a language model, as a run remembers it: one JSON object per line, `recode.call.v1`.
///
/// There is no clock in it, and never a key. Replaying an episode needs nothing else.
public struct CallRecord: Codable, Sendable, Hashable, SchemaRecord {
    /// Always ``schemaName``.
    public var schema: String
    /// The episode it was made for.
    public var trajectoryID: String
    /// `environment/task/variation`.
    public var taskID: String
    /// Which call of its episode it is, from 0.
    public var call: Int
    /// What was asked about: a placeholder's signature, or `turn 3`.
    public var subject: String
    /// The request's body, whole.
    public var request: JSONValue
    /// What came back.
    public var response: ChatCompletion

    /// The schema this type reads and writes.
    public static let schemaName = "recode.call.v1"

    enum CodingKeys: String, CodingKey {
        case schema, call, subject, request, response
        case trajectoryID = "trajectory_id"
        case taskID = "task_id"
    }

    /// Makes a record from its parts.
    public init(
        trajectoryID: String, taskID: String, call: Int, subject: String, request: JSONValue,
        response: ChatCompletion
    ) {
        schema = Self.schemaName
        self.trajectoryID = trajectoryID
        self.taskID = taskID
        self.call = call
        self.subject = subject
        self.request = request
        self.response = response
    }

    /// The call's place among all others.
    public var key: CallKey { CallKey(trajectoryID: trajectoryID, call: call) }
}

/// Names a call: an episode, and which of its calls.
public struct CallKey: Sendable, Hashable {
    /// The episode.
    public var trajectoryID: String
    /// Which call of the episode, from 0.
    public var call: Int

    /// Makes a key from its parts.
    public init(trajectoryID: String, call: Int) {
        self.trajectoryID = trajectoryID
        self.call = call
    }
}

/// A model's answer.
public struct ChatCompletion: Sendable, Hashable, Codable {
    /// The text, word for word but for an echoed key. Empty is an answer too.
    public var text: String
    /// What a reasoning model said before, where the server tells.
    public var reasoning: String?
    /// Why it ended, as the server says: `stop`, `length`.
    public var finishReason: String?
    /// The model that answered, as the server names it.
    public var model: String?
    /// The server's own id of the completion.
    public var id: String?
    /// Tokens as the server counts them, and what they cost by the profile's price.
    public var usage: Usage

    enum CodingKeys: String, CodingKey {
        case text, reasoning, model, id, usage
        case finishReason = "finish_reason"
    }

    /// Makes an answer from its parts.
    public init(
        text: String, reasoning: String? = nil, finishReason: String? = nil, model: String? = nil,
        id: String? = nil, usage: Usage = Usage()
    ) {
        self.text = text
        self.reasoning = reasoning
        self.finishReason = finishReason
        self.model = model
        self.id = id
        self.usage = usage
    }
}
