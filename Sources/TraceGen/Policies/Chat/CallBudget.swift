import Trajectories

/// How much may be spent on answers, over a whole run.
public actor CallBudget {
    /// The most US dollars; no limit when `nil`.
    public let maxCost: Double?
    /// The most tokens, prompts and answers together; no limit when `nil`.
    public let maxTokens: Int?
    /// What was spent so far.
    public private(set) var spent: Usage
    /// What of it is known in US dollars: an answer without a price must not lift the limit.
    private var knownCost: Double
    private var reserved = Usage.zero
    /// Calls under way.
    private var underWay = 0
    private var waiting: [AsyncStream<Void>.Continuation] = []
    /// Whether a reservation waits for calls under way.
    var isWaitedFor: Bool { !waiting.isEmpty }

    /// Makes a budget.
    /// - Parameters:
    ///   - spent: what earlier calls of the run cost.
    ///   - knownCost: what those of them cost whose price is known; `nil` where that is in `spent`.
    public init(
        maxCost: Double? = nil, maxTokens: Int? = nil, spent: Usage = .zero, knownCost: Double? = nil
    ) {
        self.maxCost = maxCost
        self.maxTokens = maxTokens
        self.spent = spent
        self.knownCost = knownCost ?? spent.costUSD ?? 0
    }

    /// Sets aside what a call may cost.
    ///
    /// What calls under way may cost counts as spent: where that leaves nothing, this waits for them. Only when the budget
    /// is used up by calls that have ended, and no other is under way whose answer would be lost, does it throw. Every
    /// reservation must be settled.
    ///
    /// - Throws: ``BudgetReached``; `CancellationError`.
    public func reserve(_ estimate: Usage) async throws {
        while !isWithin(
            cost: knownCost + (reserved.costUSD ?? 0), tokens: spent.tokenCount + reserved.tokenCount)
        {
            guard underWay > 0 else { throw BudgetReached(spent: spent) }
            let (signal, continuation) = AsyncStream.makeStream(of: Void.self)
            waiting.append(continuation)
            for await _ in signal {}
            try Task.checkCancellation()
        }
        reserved.add(estimate)
        underWay += 1
    }

    /// Replaces what was set aside by what the call did cost; by nothing where it failed without being charged.
    ///
    /// Call it when the answer is kept: whoever waits may end the run. Where the server did not say what an answer used, the
    /// estimate stands for it.
    public func settle(_ estimate: Usage, as usage: Usage?) {
        underWay -= 1
        reserved.promptTokens -= estimate.promptTokens
        reserved.completionTokens -= estimate.completionTokens
        reserved.costUSD = (reserved.costUSD ?? 0) - (estimate.costUSD ?? 0)
        if let usage {
            let charged = usage == Usage() ? estimate : usage
            spent.add(charged)
            knownCost += charged.costUSD ?? 0
        }
        for continuation in waiting { continuation.finish() }
        waiting = []
    }

    private func isWithin(cost: Double, tokens: Int) -> Bool {
        if let maxCost, cost >= maxCost { return false }
        if let maxTokens, tokens >= maxTokens { return false }
        return true
    }
}

/// The budget is used up. Nothing went wrong: the run stops where it is and can be resumed.
public struct BudgetReached: Error, Sendable, Hashable {
    /// What was spent by then.
    public var spent: Usage
}

extension Usage {
    /// Tokens sent and received.
    public var tokenCount: Int { promptTokens + completionTokens }
}
