/// What becomes of answers that failed.
public enum FailurePolicy: String, Codable, Sendable, Hashable, CaseIterable {
    /// They are no rows: only answers that stood are.
    case drop
    /// Beside those, rows that mend: the failed answer and what was wrong with it, then the one that stood.
    case repair
    /// Rows of a chosen and a rejected answer alone, for trainers of preferences.
    case preference
}
