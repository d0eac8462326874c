import Trajectories

/// When to stop collecting although episodes are missing. No part of a recipe: a run stopped by one budget goes on with
/// another.
struct CollectBudget: Sendable, Hashable {
    /// The most US dollars for a language model's answers, over the whole run.
    var maxCost: Double?
    /// The most tokens of prompts and answers together, over the whole run.
    var maxTokens: Int?
    /// The most episodes the run may hold.
    var maxEpisodes: Int?

    /// What is said when answers have used the budget up.
    func words(spent: Usage) -> String {
        var limits: [String] = []
        if let maxCost { limits.append("--max-cost \(Wording.dollars(maxCost))") }
        if let maxTokens { limits.append("--max-tokens \(maxTokens)") }
        return "the budget (\(limits.joined(separator: ", "))) is used up: \(Wording.usage(spent))"
    }

    /// What is said when the run holds as many episodes as it may.
    var episodeWords: String { "the run holds as many episodes as --max-episodes \(maxEpisodes ?? 0) allows" }
}
