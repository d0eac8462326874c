/// What is wrong with a vocabulary, with the facts a message needs.
public struct TokensError: Error, Sendable, Hashable {
    /// The kind of failure; decides the exit code.
    public enum Code: Sendable, Hashable {
        /// A file that is missing or cannot be read.
        case unreadable
        /// A file that is no vocabulary, is torn, or contradicts itself (exit 65).
        case badVocabulary
        /// A vocabulary that asks for something not done here, which would give other ids (exit 65).
        case unsupported
    }

    /// The kind of failure.
    public var code: Code
    /// What failed, on which file and line or key, why, and what to do.
    public var message: String
    /// The underlying error's own words.
    public var cause: String?

    /// Makes an error from its parts.
    public init(_ code: Code, _ message: String, cause: String? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }
}

extension TokensError: CustomStringConvertible {
    /// The message, and the cause on a line of its own.
    public var description: String {
        guard let cause, !cause.isEmpty else { return message }
        return "\(message)\n  \(cause)"
    }
}
