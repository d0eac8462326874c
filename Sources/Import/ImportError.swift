/// Why an import ends without a run, with the facts a message needs.
public struct ImportError: Error, Sendable, Hashable {
    /// The kind of failure; decides the exit code.
    public enum Code: Sendable, Hashable, CaseIterable {
        /// Something has to be stated that the files do not say (exit 64).
        case notStated
        /// The files are not what was said, or nothing in them can be imported (exit 65).
        case badData
        /// The reward scale cannot be told, or the stated one does not fit (exit 65).
        case rewardScale
        /// A record may have several logs (exit 65).
        case ambiguousLog
        /// A file is not there (exit 65).
        case notFound
        /// A file cannot be read (exit 1).
        case unreadable
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

extension ImportError: CustomStringConvertible {
    /// The message, then the cause where there is one.
    public var description: String { cause.map { "\(message)\n  \($0)" } ?? message }
}
