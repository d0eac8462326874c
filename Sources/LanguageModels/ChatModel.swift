import Trajectories

/// What answers chat prompts.
public protocol ChatModel: Sendable {
    /// Asks for the completion of a request body (``ModelProfile/requestBody(_:seed:)``).
    /// - Throws: ``ModelFailure``, and `CancellationError`.
    func complete(_ body: JSONValue) async throws -> ChatCompletion
}

/// Why a model gave no answer.
public struct ModelFailure: Error, Sendable, Hashable {
    /// What it is about, and so how far it reaches.
    public enum Code: Sendable, Hashable, CaseIterable {
        /// The prompt is longer than the model takes. Ends the episode.
        case contextTooLong
        /// The server answered, but never with a completion: errors of its own, broken or oversized bodies, no choices,
        /// no content. Ends the episode.
        case noCompletion
        /// Every try ran out of time. Ends the episode.
        case timedOut
        /// The key is missing, wrong, expired or not allowed, or the account has no credit. Ends the run.
        case refusedKey
        /// There is no such model or no such address at the server. Ends the run.
        case notFound
        /// The server will not take such a request, whatever the prompt. Ends the run.
        case badRequest
        /// The server cannot be reached, or asks to wait for longer than we are willing to. Ends the run, which can be
        /// resumed.
        case unavailable
    }

    /// What it is about.
    public var code: Code
    /// What failed, on what, why, and what to do; no secrets.
    public var message: String
    /// What its tries were charged with all the same, where the server said so.
    public var usage: Usage

    /// Makes a failure from its parts.
    public init(_ code: Code, _ message: String, usage: Usage = .zero) {
        self.code = code
        self.message = message
        self.usage = usage
    }

    /// Whether going on with other episodes would only meet the same failure.
    public var endsRun: Bool {
        switch code {
        case .contextTooLong, .noCompletion, .timedOut: false
        case .refusedKey, .notFound, .badRequest, .unavailable: true
        }
    }
}

extension ModelFailure: CustomStringConvertible {
    /// The message.
    public var description: String { message }
}
