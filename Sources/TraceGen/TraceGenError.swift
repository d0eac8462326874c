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
        /// An environment refused an action, and is as it was.
        case stepRefused
        /// An executor was lost by the machine's doing, not by that of the code it ran.
        case executorLost
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
    /// Whether it ends one episode, whose outcome says so, and not the run: the environment or the executor failed.
    public var endsEpisode: Bool {
        switch code {
        case .workerFailed, .workerLost, .badData, .stepRefused, .executorLost: true
        case .badRequest, .missingProgram, .workerUnavailable, .badReplay: false
        }
    }

    /// Whether a worker that answered so can be asked again.
    var leavesWorkerUsable: Bool {
        switch code {
        case .badRequest, .badData, .missingProgram, .stepRefused: true
        case .workerFailed, .workerLost, .workerUnavailable, .badReplay, .executorLost: false
        }
    }
}

extension TraceGenError {
    /// The same, where an action was answered with it. The run is not at fault where an environment refuses what a policy
    /// sends; a world that cannot be loaded concerns what the user asked for.
    func asAnswerToAction(_ what: String, of environment: String) -> TraceGenError {
        guard code == .badRequest || code == .missingProgram else { return self }
        return TraceGenError(.stepRefused, "The \(environment) worker refused to \(what).", cause: message)
    }
}

extension TraceGenError: CustomStringConvertible {
    /// The message, with the cause on a line of its own.
    public var description: String {
        guard let cause, !cause.isEmpty else { return message }
        return "\(message)\n  \(cause)"
    }
}
