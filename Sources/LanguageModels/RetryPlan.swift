import Trajectories

/// How long to wait between tries.
struct RetryPace: Sendable {
    /// The wait after the first try; every further one is twice the one before.
    var firstWait = Duration.seconds(1)
    /// The longest wait that is our own choice.
    var longestWait = Duration.seconds(60)
    /// The longest wait that a server may ask for.
    var longestAsked = Duration.seconds(300)
}

/// Decides what follows a try. It neither waits nor asks: it is told verdicts.
struct RetryPlan: Sendable {
    /// What follows.
    enum Step: Sendable, Hashable {
        case answer(ChatCompletion)
        case retry(after: Duration, Setback)
        case fail(Setback)
    }

    /// How many tries there are at most.
    let tryLimit: Int
    /// How many were made.
    private(set) var tries = 0
    private let pace: RetryPace
    private var random: SeededGenerator

    /// Begins before the first try.
    /// - Parameters:
    ///   - maxRetries: how many tries may follow the first.
    ///   - random: spreads the waits of callers that failed together.
    init(maxRetries: Int, pace: RetryPace, random: SeededGenerator) {
        tryLimit = maxRetries + 1
        self.pace = pace
        self.random = random
    }

    /// Counts a try and says what follows it.
    mutating func step(after verdict: TryVerdict) -> Step {
        tries += 1
        switch verdict {
        case .answer(let completion): return .answer(completion)
        case .permanent(let setback): return .fail(setback)
        case .passing(let setback): return step(after: setback)
        }
    }

    private mutating func step(after setback: Setback) -> Step {
        if let asked = setback.askedWait, asked > pace.longestAsked {
            return .fail(setback.asksForTooLong(asked))
        }
        guard tries < tryLimit else { return .fail(setback) }
        return .retry(after: wait(atLeast: setback.askedWait ?? .zero), setback)
    }

    /// The wait after try *n* is 2ⁿ⁻¹ first waits, or what the server asked for if that is longer, and up to half
    /// of the former on top.
    private mutating func wait(atLeast asked: Duration) -> Duration {
        let own = min(pace.longestWait, pace.firstWait * (1 << min(tries - 1, 20)))
        return max(own, asked) + own * (random.nextUnit() / 2)
    }
}
