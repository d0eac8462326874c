import Trajectories

/// What a try means for the call.
enum TryVerdict: Sendable, Hashable {
    case answer(ChatCompletion)
    /// Asking again may help.
    case passing(Setback)
    /// Asking again is of no use.
    case permanent(Setback)
}

/// Why a try gave no answer.
struct Setback: Sendable, Hashable {
    /// What can be done about it.
    enum Advice: Sendable, Hashable {
        case checkKey, topUp, checkAddress, checkCertificate, checkModel, checkRequest, shorten,
            raiseMaxTokens
        case limitAnswer, allowMoreTime, checkServer, waitForServer, seeServerLog, slowDown, resumeLater
    }

    /// What the call fails with when this is its last try.
    var code: ModelFailure.Code
    /// What happened, for messages and logs: without the key, cut, one line.
    var reason: String
    /// What can be done about it.
    var advice: Advice
    /// How long the server asks to be left alone.
    var askedWait: Duration?
    /// What the try was charged with although it gave no answer, where the server said so.
    var usage: Usage?

    init(
        _ code: ModelFailure.Code, _ reason: String, _ advice: Advice, askedWait: Duration? = nil,
        usage: Usage? = nil
    ) {
        self.code = code
        self.reason = reason
        self.advice = advice
        self.askedWait = askedWait
        self.usage = usage
    }

    /// Whether other callers would only meet the same: the server wants fewer requests, or none for a while.
    var concernsAllCallers: Bool { askedWait != nil || advice == .slowDown }

    /// The end of a call whose server asks for more patience than we have.
    func asksForTooLong(_ wait: Duration) -> Setback {
        Setback(.unavailable, "\(reason), and it asks to wait for \(wait.inSeconds)", .resumeLater)
    }
}
