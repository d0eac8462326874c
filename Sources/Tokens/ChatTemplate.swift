import Trajectories

/// How a trainer renders a conversation before it is encoded.
public enum ChatTemplate: String, Codable, Sendable, Hashable, CaseIterable {
    /// ChatML as Qwen2.5's template has it: its default system message comes first where none is given.
    case qwen25 = "qwen2.5"
    /// The contents alone, one after the other.
    case none

    /// The system message of Qwen2.5's template.
    private static let defaultSystem =
        "You are Qwen, created by Alibaba Cloud. You are a helpful assistant."

    /// The added tokens that the template writes.
    var markers: [String] {
        switch self {
        case .none: []
        case .qwen25: ["<|im_start|>", "<|im_end|>"]
        }
    }

    /// The text a trainer encodes: what ``rendered(_:)-(Message)`` gives of each message, one after the other.
    public func rendered(_ messages: [Message]) -> String {
        completed(messages).map { rendered($0.message) }.joined()
    }

    /// One message's part of that text. ChatML has an added token at its beginning, so that the counts of the parts add up to
    /// the count of the whole.
    func rendered(_ message: Message) -> String {
        switch self {
        case .none: message.content
        case .qwen25: "\(opening(of: message))\(message.content)<|im_end|>\n"
        }
    }

    /// The same in three parts: of the first and the last, added tokens are the template's.
    func parts(of message: Message) -> (before: String, text: String, after: String) {
        switch self {
        case .none: ("", message.content, "")
        case .qwen25: ("<|im_start|>", "\(message.role.rawValue)\n\(message.content)", "<|im_end|>\n")
        }
    }

    /// What stands before a message's content; a completion's is given to the model, not learnt.
    func opening(of message: Message) -> String {
        switch self {
        case .none: ""
        case .qwen25: "<|im_start|>\(message.role.rawValue)\n"
        }
    }

    /// The conversation with what the template puts in front.
    func completed(_ messages: [Message]) -> [(message: Message, isGiven: Bool)] {
        let given = messages.map { (message: $0, isGiven: true) }
        guard self == .qwen25, messages.first?.role != .system else { return given }
        return [(message: Message(.system, Self.defaultSystem), isGiven: false)] + given
    }
}
