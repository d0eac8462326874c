/// A ReAct conversation in the ShareGPT shape, checked.
struct Conversation: Sendable, Hashable {
    /// One answer and what was seen then.
    struct Turn: Sendable, Hashable {
        var answer: String
        /// Whether the source marks the answer as one to learn; `nil` where it does not say.
        var loss: Bool?
        /// What the environment said then; `nil` behind the last answer.
        var observation: String?
    }

    var id: String
    /// A path or name that says which game was played, beside the id.
    var game: String?
    var task: String?
    var reward: Double?
    var success: Bool?
    var split: String?
    /// What the task is, as the first message that is no preamble says it.
    var opening: String
    /// Whether instructions and their acknowledgement stood before it; prompts are rendered from this project's own texts.
    var hasPreamble: Bool
    var turns: [Turn]

    /// More turns than any step limit allows; each prompt holds all turns before it.
    static let turnLimit = 1_000

    /// Reads a record.
    /// - Throws: `notARecord`, `conversationMalformed` or `tooLarge`.
    init(_ value: ForeignValue) throws(ImportIssue) {
        guard let record = value.object else {
            throw ImportIssue(.notARecord, "this is JSON but not an object {…}")
        }
        guard let id = (record["id"] ?? record["item_id"])?.name, !id.isEmpty, id.count <= 500 else {
            throw ImportIssue(.notARecord, "neither id nor item_id is a number or a short text")
        }
        guard let list = record["conversations"]?.list else {
            throw ImportIssue(.notARecord, "conversations is missing, or no list")
        }
        self.id = id
        game = record["game_file"]?.text
        task = (record["task_type"] ?? record["task"])?.text
        reward = record["reward"]?.number
        success = record["success"]?.bool
        split = record["split"]?.text
        guard list.count <= 2 * Self.turnLimit + 2 else {
            throw ImportIssue(.tooLarge, "the conversation has \(list.count) messages")
        }
        var messages = try Self.messages(list)
        hasPreamble = Self.hasPreamble(messages)
        if hasPreamble { messages.removeFirst(2) }
        guard let first = messages.first, !first.isAnswer else {
            throw ImportIssue(.conversationMalformed, "no message of human stands before the first answer")
        }
        opening = first.text
        turns = []
        for message in messages.dropFirst() {
            if message.isAnswer {
                turns.append(Turn(answer: message.text, loss: message.loss))
            } else {
                turns[turns.count - 1].observation = message.text
            }
        }
        guard !turns.isEmpty else { throw ImportIssue(.conversationMalformed, "there is no answer of gpt") }
    }

    private struct Message {
        var isAnswer: Bool
        var text: String
        var loss: Bool?
    }

    /// The messages, human and gpt in turn; a system message goes with the first of human.
    private static func messages(_ list: [ForeignValue]) throws(ImportIssue) -> [Message] {
        var messages: [Message] = []
        for (index, value) in list.enumerated() {
            guard let message = value.object, let speaker = message["from"]?.text,
                let text = message["value"]?.text
            else {
                throw ImportIssue(
                    .conversationMalformed, "conversations[\(index)] has no texts from and value")
            }
            if speaker == "system", index == 0 { continue }
            guard ["human", "gpt"].contains(speaker) else {
                throw ImportIssue(
                    .conversationMalformed,
                    "conversations[\(index)] is from \(speaker.shown(40)), expected human or gpt")
            }
            let isAnswer = speaker == "gpt"
            guard messages.last?.isAnswer != isAnswer else {
                throw ImportIssue(
                    .conversationMalformed, "conversations[\(index)] is from \(speaker), as the one before it"
                )
            }
            messages.append(Message(isAnswer: isAnswer, text: text, loss: message["loss"]?.bool))
        }
        return messages
    }

    /// Instructions and an acknowledgement (“OK”) that takes no action, with the task after them.
    private static func hasPreamble(_ messages: [Message]) -> Bool {
        guard messages.count > 2, !messages[0].isAnswer else { return false }
        let (first, next) = (TaskOpening(messages[0].text), TaskOpening(messages[2].text))
        // What says the task is no preamble, unless it is an example's and the real one comes next.
        if first.isParted, !next.isParted || next.instruction == first.instruction { return false }
        return ReactAnswer(messages[1].text).action == nil
            && !TextLines(messages[1].text).lines.contains {
                $0.hasPrefix("Action:") || $0.hasPrefix("Thought:")
            }
    }
}
