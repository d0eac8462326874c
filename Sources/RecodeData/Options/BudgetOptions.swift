import ArgumentParser

/// When to stop although episodes are missing, as options.
struct BudgetOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Stop when the language model's answers have cost this many US dollars, over the whole run or sweep.",
            valueName: "usd"))
    var maxCost: Double?

    @Option(
        help: ArgumentHelp(
            "Stop when prompts and answers have used this many tokens, over the whole run or sweep.",
            valueName: "n"))
    var maxTokens: Int?

    @Option(help: ArgumentHelp("Stop when the run, or sweep, holds this many episodes.", valueName: "n"))
    var maxEpisodes: Int?

    mutating func validate() throws {
        if let maxCost, !(maxCost > 0 && maxCost.isFinite) {
            throw ValidationError("--max-cost is \(maxCost), expected US dollars, more than 0.")
        }
        for (option, value) in [("max-tokens", maxTokens ?? 1), ("max-episodes", maxEpisodes ?? 1)]
        where value < 1 {
            throw ValidationError("--\(option) is \(value), expected 1 or more.")
        }
    }

    /// What the options describe.
    var budget: CollectBudget {
        CollectBudget(maxCost: maxCost, maxTokens: maxTokens, maxEpisodes: maxEpisodes)
    }
}
