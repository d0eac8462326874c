/// What kept a trajectory from becoming pairs, with the facts a message needs; the command line words it.
public struct DecomposeError: Error, Sendable, Hashable {
    /// The kind of failure; decides the exit code.
    public enum Code: Sendable, Hashable {
        /// The environment has no prompts in this build (exit 64).
        case unknownEnvironment
        /// A flat trajectory was asked for another method's pairs (exit 64).
        case unsupportedMethod
        /// The nodes are no tree in pre-order (exit 65).
        case malformedTree
    }

    /// The kind of failure.
    public var code: Code
    /// What failed, on what, why, and what to do.
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

extension DecomposeError: CustomStringConvertible {
    /// The message, then the cause where there is one.
    public var description: String { cause.map { "\(message)\n  \($0)" } ?? message }
}
