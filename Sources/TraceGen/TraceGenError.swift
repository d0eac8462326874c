/// What went wrong while collecting, with the facts a message needs; the command line words it.
public struct TraceGenError: Error, Sendable, Hashable {
    /// The kind of failure; decides the exit code.
    public enum Code: Sendable, Hashable {
        /// A program or library the machine lacks (exit 69).
        case missingProgram
        /// A name or value the user gave that does not exist (exit 64).
        case badRequest
        /// A worker process crashed, hung or answered nonsense.
        case workerFailed
        /// A worker process crashed or hung over something else that it was asked.
        case workerLost
        /// A worker process cannot even start.
        case workerUnavailable
        /// A file of an environment, such as a game or a catalogue, is damaged (exit 65).
        case badData
        /// A recorded run does not hold what is asked of it (exit 65).
        case badReplay
    }

    /// The kind of failure.
    public var code: Code
    /// What failed, on what, why, and what to do; one to three sentences, no secrets.
    public var message: String
    /// The underlying error's own words, cut to a few lines.
    public var cause: String?

    /// Makes an error from its parts.
    public init(_ code: Code, _ message: String, cause: String? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }
}

extension TraceGenError {
    /// Whether a worker that answered so can be asked again.
    var leavesWorkerUsable: Bool {
        switch code {
        case .badRequest, .badData, .missingProgram: true
        case .workerFailed, .workerLost, .workerUnavailable, .badReplay: false
        }
    }
}

extension TraceGenError: CustomStringConvertible {
    /// The message, with the cause on a line of its own.
    public var description: String {
        guard let cause, !cause.isEmpty else { return message }
        return "\(message)\n  \(cause)"
    }
}
