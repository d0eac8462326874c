import JSONLines

/// What went wrong with a record or a run directory, with the facts a message needs.
public struct TrajectoriesError: Error, Sendable, Hashable {
    /// The kind of failure; decides the exit code.
    public enum Code: Sendable, Hashable, CaseIterable {
        /// A line is not a trajectory (exit 65).
        case badRecord
        /// A run directory whose files do not fit together (exit 65).
        case badRun
        /// A file ends inside a gzip member (exit 65, or resume the run).
        case truncated
        /// A file's bytes are damaged (exit 65).
        case corrupt
        /// There is no such run or file (exit 65).
        case notFound
        /// The run directory holds a run and resuming was not asked for (exit 64).
        case alreadyThere
        /// The run directory belongs to another recipe (exit 64).
        case otherRecipe
        /// Another process works in the run directory (exit 1).
        case busy
        /// Episodes are missing, so the run cannot be sealed.
        case incomplete
        /// A file cannot be read (exit 1).
        case unreadable
        /// A file cannot be written (exit 1).
        case unwritable
    }

    /// The kind of failure.
    public var code: Code
    /// What failed, on which file and line or key, why, and what to do.
    public var message: String
    /// The underlying error's own words, cut to a few lines.
    public var cause: String?

    /// Makes an error from its parts.
    public init(_ code: Code, _ message: String, cause: String? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// Takes over a failure of the layer below; its message names path and line already.
    init(_ error: JSONLinesError) {
        let code: Code =
            switch error.code {
            case .notFound: .notFound
            case .cannotRead: .unreadable
            case .cannotWrite: .unwritable
            case .truncated: .truncated
            case .corrupt: .corrupt
            case .lineTooLong: .badRecord
            case .busy: .busy
            case .cancelled: .unreadable
            }
        self.init(code, error.message, cause: error.cause)
    }

    /// Runs a call of the layer below and takes over its failure.
    static func translating<Result>(
        _ body: () throws(JSONLinesError) -> Result
    ) throws(TrajectoriesError) -> Result {
        do {
            return try body()
        } catch {
            throw TrajectoriesError(error)
        }
    }
}

extension TrajectoriesError: CustomStringConvertible {
    /// The message, and the cause on a line of its own.
    public var description: String {
        guard let cause, !cause.isEmpty else { return message }
        return "\(message)\n  \(cause)"
    }
}
