/// What becomes of rows that hold control tokens of chat templates.
public enum ControlTokenPolicy: String, Codable, Sendable, Hashable, CaseIterable {
    /// They are left out, and counted.
    case drop
    /// The tokens are written so that no tokenizer takes them for some, and the rows are counted.
    case escape
    /// They stay as they are, and are counted.
    case keep

    /// The name under which rows that are left out are counted.
    public static let dropReason = "control_tokens"
}

/// What was looked for in an export's rows, and what became of those that held it.
public struct ControlTokenRule: Codable, Sendable, Hashable {
    /// What became of rows that held any.
    public var policy: ControlTokenPolicy
    /// How many tokens were looked for.
    public var tokens: Int
    /// SHA-256 of them, in the order of their bytes, one a line.
    public var sha256: String

    /// Says what is looked for.
    public init(_ policy: ControlTokenPolicy, _ tokens: ControlTokens) {
        self.policy = policy
        self.tokens = tokens.names.count
        sha256 = tokens.sha256
    }
}

/// What was found of control tokens in an export's rows. Rows that are left out for them are among the
/// dropped ones.
public struct ControlTokenCounts: Codable, Sendable, Hashable {
    /// How many tokens are counted by name.
    public static let namedCount = 100

    /// Rows in which tokens were escaped.
    public var escaped = 0
    /// Rows that hold tokens as they are.
    public var kept = 0
    /// The rows in which each token was found, whatever became of them: of the ``namedCount`` tokens found in
    /// most rows.
    public var tokens: [String: Int] = [:]
    /// How many further tokens were found.
    public var more = 0
}

/// Counts rows with control tokens.
public struct ControlTokenTally: Sendable {
    /// What becomes of a row.
    public enum Fate: Sendable, Hashable {
        case dropped, escaped, kept
    }

    private var rows: [Fate: Int] = [:]
    private var tokens: [String: Int] = [:]

    /// Begins with none.
    public init() {}

    /// Takes a row.
    public mutating func add(_ found: Set<String>, _ fate: Fate) {
        rows[fate, default: 0] += 1
        for token in found { tokens[token, default: 0] += 1 }
    }

    /// The counts, the tokens that came in most rows by name.
    public var counts: ControlTokenCounts {
        let most = tokens.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .prefix(ControlTokenCounts.namedCount)
        return ControlTokenCounts(
            escaped: rows[.escaped] ?? 0, kept: rows[.kept] ?? 0,
            tokens: Dictionary(uniqueKeysWithValues: most.map { ($0.key, $0.value) }),
            more: tokens.count - most.count)
    }
}
