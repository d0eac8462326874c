/// What kept an export from being written, with the facts a message needs; the command line words it.
///
/// A disk that refuses is a `JSONLinesError` and passes through as it is.
public struct ExportError: Error, Sendable, Hashable {
    /// The kind of failure; decides the exit code.
    public enum Code: Sendable, Hashable {
        /// The directory holds something that is no export of ours (exit 64).
        case foreignDirectory
        /// The same pair came twice (exit 65).
        case duplicatePair
        /// A pair of another method or style came (our bug or a mixed selection; exit 65).
        case mixedPairs
        /// The list of control tokens is not one (exit 65).
        case badControlTokens
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

extension ExportError: CustomStringConvertible {
    /// The message, then the cause where there is one.
    public var description: String { cause.map { "\(message)\n  \($0)" } ?? message }
}
