/// What went wrong while selecting, with the facts a message needs.
public struct FilterError: Error, Sendable, Hashable {
    /// The kind of failure; decides the exit code.
    public enum Code: Sendable, Hashable {
        /// A criterion outside its range (exit 64).
        case badCriteria
        /// A file that is no selection (exit 65).
        case badSelectionFile
        /// A file that is no list of held-out tasks (exit 65).
        case badHeldOutFile
        /// A file that cannot be read (exit 65).
        case unreadable
        /// A file that cannot be written (exit 1).
        case unwritable
    }

    /// The kind of failure.
    public var code: Code
    /// What failed, on what, why, and what to do.
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

extension FilterError: CustomStringConvertible {
    /// The message, and the cause on a line of its own.
    public var description: String {
        guard let cause, !cause.isEmpty else { return message }
        return "\(message)\n  \(cause)"
    }
}
