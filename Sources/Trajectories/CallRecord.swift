/// One call of a language model, as a run remembers it: one JSON object per line, `recode.call.v1`.
///
/// There is no clock in it, and never a key. Replaying an episode needs nothing else.
public struct CallRecord: Sendable, Hashable, SchemaRecord {
    /// Requests and replies are others', whole.
    public static var freeTexts: Set<String>? { nil }
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
    /// What came of it.
    public var outcome: Outcome

    /// What came of a call: the key `response` or `failure`, never both.
    public enum Outcome: Sendable, Hashable {
        /// The model answered.
        case answered(ChatCompletion)
        /// It did not, whatever was tried, and that ended the episode.
        case failed(CallFailure)
    }

    /// The schema this type reads and writes.
    public static let schemaName = "recode.call.v1"

    enum CodingKeys: String, CodingKey {
        case schema, call, subject, request, response, failure
        case trajectoryID = "trajectory_id"
        case taskID = "task_id"
    }

    /// Makes a record from its parts.
    public init(
        trajectoryID: String, taskID: String, call: Int, subject: String, request: JSONValue,
        outcome: Outcome
    ) {
        schema = Self.schemaName
        self.trajectoryID = trajectoryID
        self.taskID = taskID
        self.call = call
        self.subject = subject
        self.request = request
        self.outcome = outcome
    }

    /// The call's place among all others.
    public var key: CallKey { CallKey(trajectoryID: trajectoryID, call: call) }

    /// What the answer came back with; `nil` where there was none.
    public var response: ChatCompletion? {
        guard case .answered(let response) = outcome else { return nil }
        return response
    }

    /// What it cost, answered or not.
    public var usage: Usage {
        switch outcome {
        case .answered(let response): response.usage
        case .failed(let failure): failure.usage
        }
    }
}

extension CallRecord: Codable {
    /// Reads a record.
    /// - Throws: `DecodingError`, also where there is neither a response nor a failure, or both.
    public init(from decoder: any Decoder) throws {
        let keys = try decoder.container(keyedBy: CodingKeys.self)
        schema = try keys.decode(String.self, forKey: .schema)
        trajectoryID = try keys.decode(String.self, forKey: .trajectoryID)
        taskID = try keys.decode(String.self, forKey: .taskID)
        call = try keys.decode(Int.self, forKey: .call)
        subject = try keys.decode(String.self, forKey: .subject)
        request = try keys.decode(JSONValue.self, forKey: .request)
        guard let failure = try keys.decodeIfPresent(CallFailure.self, forKey: .failure) else {
            outcome = .answered(try keys.decode(ChatCompletion.self, forKey: .response))
            return
        }
        guard !keys.contains(.response) else {
            throw DecodingError.dataCorruptedError(
                forKey: .failure, in: keys, debugDescription: "a call has a response or a failure, not both")
        }
        outcome = .failed(failure)
    }

    /// Writes the record.
    public func encode(to encoder: any Encoder) throws {
        var keys = encoder.container(keyedBy: CodingKeys.self)
        try keys.encode(schema, forKey: .schema)
        try keys.encode(trajectoryID, forKey: .trajectoryID)
        try keys.encode(taskID, forKey: .taskID)
        try keys.encode(call, forKey: .call)
        try keys.encode(subject, forKey: .subject)
        try keys.encode(request, forKey: .request)
        switch outcome {
        case .answered(let response): try keys.encode(response, forKey: .response)
        case .failed(let failure): try keys.encode(failure, forKey: .failure)
        }
    }
}

/// Why a call has no answer.
public struct CallFailure: Sendable, Hashable, Codable {
    /// What failed and what to do about it, in the words of the episode's record.
    public var message: String
    /// What its tries were charged with all the same, where the server said so.
    public var usage: Usage

    /// Makes a failure from its parts.
    public init(message: String, usage: Usage = .zero) {
        self.message = message
        self.usage = usage
    }
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
