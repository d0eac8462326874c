/// What went wrong while reading or writing a file of lines.
public struct JSONLinesError: Error, Sendable, Hashable {
    /// The kind of failure; decides the exit code.
    public enum Code: Sendable, Hashable {
        /// There is no such file or directory.
        case notFound
        /// The file is there and cannot be read.
        case cannotRead
        /// The file cannot be created, written, synced or renamed.
        case cannotWrite
        /// The file ends inside a gzip member: it was cut off while being written or copied.
        case truncated
        /// The bytes are damaged: no gzip, or a checksum that does not fit.
        case corrupt
        /// A line is longer than the reader takes.
        case lineTooLong
        /// Another process works on the same directory.
        case busy
        /// The task that reads was cancelled.
        case cancelled
    }

    /// The kind of failure.
    public var code: Code
    /// What failed, on which path and line, why, and what to do.
    public var message: String
    /// The underlying error's own words: the system's or zlib's.
    public var cause: String?

    /// Makes an error from its parts.
    public init(_ code: Code, _ message: String, cause: String? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }
}

extension JSONLinesError: CustomStringConvertible {
    /// The message, and the cause on a line of its own.
    public var description: String {
        guard let cause, !cause.isEmpty else { return message }
        return "\(message)\n  \(cause)"
    }
}

extension JSONLinesError {
    /// Ends reading where the task was told to stop.
    static func checkCancellation() throws(JSONLinesError) {
        if Task.isCancelled { throw JSONLinesError(.cancelled, "reading was interrupted.") }
    }
}
