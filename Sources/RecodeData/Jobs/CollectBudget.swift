import JSONLines
import Trajectories

/// When to stop collecting although episodes are missing. No part of a recipe: a run stopped by one budget goes on with
/// another.
///
/// The runs of a sweep have one budget together: each counts what the others have used.
struct CollectBudget: Sendable, Hashable {
    /// The most US dollars for a language model's answers, over the whole run or sweep.
    var maxCost: Double?
    /// The most tokens of prompts and answers together, over the whole run or sweep.
    var maxTokens: Int?
    /// The most episodes the run or sweep may hold.
    var maxEpisodes: Int?
    /// What the sweep's other runs have used; `nil` for a run that is alone.
    var elsewhere: RunSpending?

    /// How many episodes the run itself may hold; `nil` for no limit.
    var episodesHere: Int? { maxEpisodes.map { max(0, $0 - (elsewhere?.episodes ?? 0)) } }

    /// The same with what the sweep's other runs have used by now.
    /// - Parameter directories: the run directories of the others; those that are not there have used nothing.
    /// - Throws: `TrajectoriesError` for a run that cannot be read.
    func counting(_ directories: [String]) throws -> CollectBudget {
        var budget = self
        var elsewhere = RunSpending()
        for directory in directories where Directory.isPresent("\(directory)/run.json") {
            elsewhere.add(try RunDirectory.open(directory).spending())
        }
        budget.elsewhere = elsewhere
        return budget
    }

    /// What is said when answers have used the budget up.
    func words(spent: Usage) -> String {
        var limits: [String] = []
        if let maxCost { limits.append("--max-cost \(Wording.dollars(maxCost))") }
        if let maxTokens { limits.append("--max-tokens \(maxTokens)") }
        return "the budget (\(limits.joined(separator: ", "))) is used up: \(Wording.usage(spent))"
    }

    /// What is said when the run holds as many episodes as it may.
    var episodeWords: String {
        let holder = elsewhere == nil ? "the run holds" : "the sweep's runs hold"
        return "\(holder) as many episodes as --max-episodes \(maxEpisodes ?? 0) allows"
    }
}
