/// How long rows may be, and what becomes of longer ones.
public struct LengthLimit: Codable, Sendable, Hashable {
    /// The most tokens a row may have under the chat template, 1 or more.
    public var maxTokens: Int
    /// What becomes of longer ones.
    public var policy: OverLengthPolicy

    enum CodingKeys: String, CodingKey {
        case policy
        case maxTokens = "max_tokens"
    }

    /// Makes a limit; longer rows are dropped where nothing is said.
    public init(maxTokens: Int, policy: OverLengthPolicy = .drop) {
        self.maxTokens = maxTokens
        self.policy = policy
    }
}

/// What becomes of rows that are longer than a limit.
public enum OverLengthPolicy: String, Codable, Sendable, Hashable, CaseIterable {
    /// They are left out, and counted.
    case drop
    /// Values of variables are cut until the row fits; one that cannot fit is left out, and counted.
    case truncateVariables = "truncate-variables"
    /// They stay as they are.
    case keep

    /// The name under which rows that are left out are counted.
    public static let dropReason = "over_length"
}
