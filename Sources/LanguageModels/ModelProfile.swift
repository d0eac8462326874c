import Trajectories

/// How a language model is reached and asked: one entry of a profile file.
///
/// The defaults are those of docs/models.md; `nil` means that the key is left out of the request, so that the server's
/// own default holds.
public struct ModelProfile: Sendable, Hashable {
    /// The profile's name, which is how records name the policy.
    public var name: String
    /// Where `/chat/completions` is, without a slash at the end: `https://host/v1`.
    public var baseURL: String
    /// The model as the server names it.
    public var model: String
    /// The key; `nil` for servers that want none.
    public var apiKey: Secret?
    /// Sampling temperature, 0 or more.
    public var temperature: Double?
    /// Nucleus sampling, above 0, up to 1.
    public var topP: Double?
    /// The longest answer, in tokens.
    public var maxTokens: Int?
    /// The seed sent with an episode's calls is this plus the episode's repeat.
    public var seed: Int?
    /// More keys of the request body, as they are; they win over ours but for `messages` and `stream`.
    public var extraBody: [String: JSONValue]
    /// What tokens cost; `nil` where it is not known.
    public var price: TokenPrice?
    /// How many requests may be under way at a time.
    public var concurrency: Int
    /// How many requests may begin within any minute; no limit when `nil`.
    public var requestsPerMinute: Int?
    /// How many tokens, prompts and answers together, may be used within any minute; no limit when `nil`.
    public var tokensPerMinute: Int?
    /// How long one try may take, from connecting to the last byte.
    public var timeout: Duration
    /// How often a try that failed for a passing reason is repeated.
    public var maxRetries: Int
    /// How long the first wait between tries is; every further one is twice the one before.
    public var retryBaseDelay: Duration

    /// Makes a profile; what is not given has its default.
    public init(
        name: String, baseURL: String, model: String, apiKey: Secret? = nil, temperature: Double? = nil,
        topP: Double? = nil, maxTokens: Int? = nil, seed: Int? = nil, extraBody: [String: JSONValue] = [:],
        price: TokenPrice? = nil, concurrency: Int = 8, requestsPerMinute: Int? = nil,
        tokensPerMinute: Int? = nil, timeout: Duration = .seconds(120), maxRetries: Int = 6,
        retryBaseDelay: Duration = .seconds(1)
    ) {
        self.name = name
        self.baseURL = baseURL
        self.model = model
        self.apiKey = apiKey
        self.temperature = temperature
        self.topP = topP
        self.maxTokens = maxTokens
        self.seed = seed
        self.extraBody = extraBody
        self.price = price
        self.concurrency = concurrency
        self.requestsPerMinute = requestsPerMinute
        self.tokensPerMinute = tokensPerMinute
        self.timeout = timeout
        self.maxRetries = maxRetries
        self.retryBaseDelay = retryBaseDelay
    }
}

extension ModelProfile {
    /// What decides answers in addition to the prompt, for records: temperature, top_p, max_tokens, seed and the extra body,
    /// in which secrets are replaced.
    public var sampling: [String: JSONValue] {
        var sampling = settings
        if !extraBody.isEmpty { sampling["extra_body"] = .object(recordableExtraBody) }
        return sampling
    }

    private var settings: [String: JSONValue] {
        var sampling: [String: JSONValue] = [:]
        sampling["temperature"] = temperature.map(JSONValue.double)
        sampling["top_p"] = topP.map(JSONValue.double)
        sampling["max_tokens"] = maxTokens.map(JSONValue.int)
        sampling["seed"] = seed.map(JSONValue.int)
        return sampling
    }

    private var recordableExtraBody: [String: JSONValue] {
        guard case .object(let body) = KnownSecrets(self).recordable(.object(extraBody)) else { return [:] }
        return body
    }

    /// The longest answer that requests allow, in tokens; `nil` where the server decides.
    public var longestAnswer: Int? {
        for key in ["max_completion_tokens", "max_tokens"] {
            if case .int(let tokens)? = extraBody[key] { return min(max(tokens, 0), 1 << 30) }
        }
        return maxTokens
    }

    /// The body of a request, whole, as it is sent.
    ///
    /// - Parameters:
    ///   - messages: the prompt, the last message the user's.
    ///   - seed: the seed to send; none when `nil`.
    /// - Returns: an object with the keys of the chat-completions interface.
    public func requestBody(_ messages: [Message], seed: Int? = nil) -> JSONValue {
        requestBody(messages, seed: seed, extraBody)
    }

    /// The same as it is recorded: without the secrets of the extra body.
    public func recordedRequestBody(_ messages: [Message], seed: Int? = nil) -> JSONValue {
        requestBody(messages, seed: seed, recordableExtraBody)
    }

    private func requestBody(
        _ messages: [Message], seed: Int?, _ extraBody: [String: JSONValue]
    ) -> JSONValue {
        var body = settings
        body["seed"] = seed.map(JSONValue.int)
        body["model"] = .string(model)
        body.merge(extraBody) { _, extra in extra }
        body["messages"] = .array(
            messages.map {
                .object(["role": .string($0.role.rawValue), "content": .string($0.content)])
            })
        body["stream"] = .bool(false)
        return .object(body)
    }
}

/// What tokens cost, in US dollars per million.
public struct TokenPrice: Sendable, Hashable {
    /// Tokens sent.
    public var promptPerMillion: Double
    /// Tokens received.
    public var completionPerMillion: Double

    /// Makes a price from its parts.
    public init(promptPerMillion: Double, completionPerMillion: Double) {
        self.promptPerMillion = promptPerMillion
        self.completionPerMillion = completionPerMillion
    }

    /// What so many tokens cost, in US dollars.
    public func cost(promptTokens: Int, completionTokens: Int) -> Double {
        (Double(promptTokens) * promptPerMillion + Double(completionTokens) * completionPerMillion) / 1e6
    }
}

/// A text that must never be shown: printing, logging or reflecting it gives `[secret]`.
public struct Secret: Sendable, Hashable {
    /// The text itself; for the request's header and for finding it in what a server sends back.
    let text: String

    /// Keeps a text; `nil` for an empty one.
    public init?(_ text: String) {
        guard !text.isEmpty else { return nil }
        self.text = text
    }

    /// The text with every occurrence of the secret replaced by `[secret]`.
    public func redacted(from text: String) -> String {
        // By bytes: to a comparison of characters, a key with a combining mark behind it is another text.
        let bytes = Array(text.utf8)
        let redacted = bytes.replacing(Array(self.text.utf8), with: Array("[secret]".utf8))
        return redacted.count == bytes.count && redacted == bytes
            ? text : String(decoding: redacted, as: UTF8.self)
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Always `[secret]`.
    public var description: String { "[secret]" }
    /// Always `[secret]`.
    public var debugDescription: String { "[secret]" }
    /// A mirror without children.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
