import LanguageModels

/// Counts calls that failed one after the other: a server that answers nobody must not use up all the episodes of a run.
actor FailureStreak {
    /// So many failures in a row end the run.
    static let limit = 5

    private var count = 0

    /// A call was answered.
    func end() {
        count = 0
    }

    /// A call failed.
    ///
    /// - Parameter failure: why.
    /// - Returns: the failure; one that ends the run, and says why, where it is the last of a streak.
    func extend(by failure: ModelFailure) -> ModelFailure {
        switch failure.code {
        case .noCompletion, .timedOut: count += 1
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
