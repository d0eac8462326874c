/// Why a prompt could not be made, with the facts a message needs; the command line words it.
public struct PromptsError: Error, Sendable, Hashable {
    /// The kind of failure; decides the exit code.
    public enum Code: Sendable, Hashable {
        /// The library has no texts for the environment (exit 64).
        case unknownEnvironment
        /// A file of the library is not there (exit 69).
        case missingText
        /// A file of the library is not what it should be (exit 65).
        case badText
    }

    /// The kind of failure.
    public var code: Code
    /// What failed, on which file, why, and what to do.
    public var message: String
    /// The underlying error's own words, where there is one.
    public var cause: String?

    /// Makes an error from its parts.
    public init(_ code: Code, _ message: String, cause: String? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }
}

extension PromptsError: CustomStringConvertible {
    /// The message, then the cause where there is one.
    public var description: String { cause.map { "\(message)\n  \($0)" } ?? message }
}
