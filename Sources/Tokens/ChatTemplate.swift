import Trajectories

/// How a trainer renders a conversation before it is encoded.
public enum ChatTemplate: String, Sendable, Hashable, CaseIterable {
    /// ChatML as Qwen2.5's template has it: its default system message comes first where none is given.
    case qwen25 = "qwen2.5"
    /// The contents alone, one after the other.
    case none

    /// The system message of Qwen2.5's template.
    private static let defaultSystem =
        "You are Qwen, created by Alibaba Cloud. You are a helpful assistant."

    /// The text a trainer encodes.
    public func rendered(_ messages: [Message]) -> String {
        switch self {
        case .none: return messages.map(\.content).joined()
        case .qwen25:
            let system = messages.first?.role == .system ? [] : [Message(.system, Self.defaultSystem)]
            return (system + messages).map { message in
                "<|im_start|>\(message.role.rawValue)\n\(message.content)<|im_end|>\n"
            }.joined()
        }
    }
}
