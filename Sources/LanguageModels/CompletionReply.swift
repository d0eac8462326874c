import Trajectories

/// The parts of a chat completion that are of use, read leniently: a part of the wrong type counts as missing, unknown
/// keys are passed over.
struct CompletionReply: Decodable {
    var id: String?
    var model: String?
    var choice: Choice?
    var usage: Usage?
    /// What some servers send with status 200 in place of an answer.
    var error: JSONValue?

    struct Choice: Decodable {
        var finishReason: String?
        var text: String?
        var reasoning: String?

        private enum CodingKeys: String, CodingKey {
            case message
            case finishReason = "finish_reason"
        }

        init(from decoder: any Decoder) throws {
            let keys = try decoder.container(keyedBy: CodingKeys.self)
            finishReason = keys.lenient(String.self, .finishReason)
            let message = keys.lenient(ReplyMessage.self, .message)
            text = message?.text
            reasoning = message?.reasoning
        }
    }

    private enum CodingKeys: String, CodingKey {
        case id, model, choices, usage, error
    }

    init(from decoder: any Decoder) throws {
        let keys = try decoder.container(keyedBy: CodingKeys.self)
        id = keys.lenient(String.self, .id)
        model = keys.lenient(String.self, .model)
        usage = keys.lenient(ReportedUsage.self, .usage)?.usage
        error = keys.lenient(JSONValue.self, .error)
        // Only one choice was asked for.
        if var choices = try? keys.nestedUnkeyedContainer(forKey: .choices), !choices.isAtEnd {
            choice = try? choices.decode(Choice.self)
        }
    }
}

/// The message of a choice. Calls of tools are no answers; none were offered.
private struct ReplyMessage: Decodable {
    var text: String?
    var reasoning: String?

    private enum CodingKeys: String, CodingKey {
        case content, refusal, reasoning
        case reasoningContent = "reasoning_content"
    }

    private struct Part: Decodable {
        var type: String?
        var text: String?
    }

    init(from decoder: any Decoder) throws {
        let keys = try decoder.container(keyedBy: CodingKeys.self)
        text =
            keys.lenient(String.self, .content)
            ?? keys.lenient([Part].self, .content).flatMap(Self.joined)
            ?? keys.lenient(String.self, .refusal)
        reasoning = keys.lenient(String.self, .reasoningContent) ?? keys.lenient(String.self, .reasoning)
    }

    private static func joined(_ parts: [Part]) -> String? {
        let texts = parts.filter { ($0.type ?? "text") == "text" }.compactMap(\.text)
        return texts.isEmpty ? nil : texts.joined()
    }
}

/// Token counts as a server tells them; numbers that cannot be make the whole unknown.
private struct ReportedUsage: Decodable {
    var usage: Usage?

    private enum CodingKeys: String, CodingKey {
        case prompt = "prompt_tokens"
        case completion = "completion_tokens"
        case total = "total_tokens"
    }

    init(from decoder: any Decoder) throws {
        let keys = try decoder.container(keyedBy: CodingKeys.self)
        guard let prompt = keys.lenient(Int.self, .prompt) else { return }
        // Some servers leave out the count of an empty answer.
        let completion =
            keys.lenient(Int.self, .completion) ?? keys.lenient(Int.self, .total).map { $0 &- prompt } ?? 0
        // More than a thousand million is no count of tokens, and sums must not overflow.
        let possible = 0...1_000_000_000
        guard possible.contains(prompt), possible.contains(completion) else { return }
        usage = Usage(promptTokens: prompt, completionTokens: completion)
    }
}

extension KeyedDecodingContainer {
    fileprivate func lenient<Value: Decodable>(_ type: Value.Type, _ key: Key) -> Value? {
        (try? decodeIfPresent(type, forKey: key)) ?? nil
    }
}
