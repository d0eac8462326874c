import LanguageModels

/// Counts calls that failed one after the other: a server that answers nobody must not use up all the episodes of a run.
///
/// It also knows whether any call was answered: a request that is refused after that (a content filter, say) is refused
/// for what it asks, and ends its episode; before, it is refused for how it asks, as every other would be.
actor FailureStreak {
    /// So many failures in a row end the run.
    static let limit = 5

    private var count = 0
    private var wasAnswered = false

    /// A call was answered.
    func end() {
        count = 0
        wasAnswered = true
    }

    /// A call failed.
    ///
    /// - Parameter failure: why.
    /// - Returns: the failure; one that ends the run, and says why, where it is the last of a streak.
    func extend(by failure: ModelFailure) -> ModelFailure {
        var failure = failure
        switch failure.code {
        case .noCompletion, .timedOut: count += 1
        case .badRequest where wasAnswered:
            failure.code = .noCompletion
            count += 1
        // The prompt's own fault, or the end of the run already.
        case .contextTooLong, .refusedKey, .notFound, .badRequest, .unavailable: return failure
        }
        guard count >= Self.limit else { return failure }
        return ModelFailure(
            .unavailable,
            "\(failure.message) No call was answered since \(count) failed, so the run stops here; it goes on with --resume.",
            usage: failure.usage)
    }
}
