import Trajectories

/// Where a policy that pays for its answers keeps them: nothing that was answered is asked for again.
public protocol CallJournal: Sendable {
    /// What was answered to a call, where it was made before; an episode that is played again gets the same.
    func find(_ key: CallKey) async throws -> CallRecord?
    /// Keeps a call; when this returns, a crash cannot lose it.
    /// - Parameters:
    ///   - record: the call.
    ///   - duration: how long the answer took; `nil` where nobody was asked.
    func keep(_ record: CallRecord, took duration: Duration?) async throws
}

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

    /// Sets aside what a call may cost. While calls are under way, what they may cost counts as spent.
    /// - Throws: ``BudgetReached``.
    public func reserve(_ estimate: Usage) throws {
        let cost = knownCost + (reserved.costUSD ?? 0)
        let tokens = spent.tokenCount + reserved.tokenCount
        if let maxCost, cost >= maxCost { throw BudgetReached(spent: spent) }
        if let maxTokens, tokens >= maxTokens { throw BudgetReached(spent: spent) }
        reserved.add(estimate)
    }

    /// Replaces what was set aside by what the call did cost; by nothing where it failed.
    public func settle(_ estimate: Usage, as usage: Usage?) {
        reserved.promptTokens -= estimate.promptTokens
        reserved.completionTokens -= estimate.completionTokens
        reserved.costUSD = (reserved.costUSD ?? 0) - (estimate.costUSD ?? 0)
        guard let usage else { return }
        spent.add(usage)
        knownCost += usage.costUSD ?? 0
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
