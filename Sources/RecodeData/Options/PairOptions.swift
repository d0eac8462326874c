import ArgumentParser
import Filter

/// Which pairs are kept, as options.
struct PairOptions: ParsableArguments {
    @Option(help: "Which pairs count as repeated, of which the first is kept.")
    var duplicates = DuplicateRule.keep

    @Option(
        help: ArgumentHelp(
            "How alike near duplicates are at least: the Jaccard similarity of their runs of five words, up to 1.",
            valueName: "s"))
    var similarity = PairCriteria.usualSimilarity

    @Option(help: ArgumentHelp("At most n pairs of each depth, chosen by a hash of --seed.", valueName: "n"))
    var maxPerDepth: Int?

    mutating func validate() throws {
        do {
            _ = try criteria(seed: 0)
        } catch {
            throw ValidationError("--\(error.message).")
        }
    }

    /// The criteria that the options describe.
    func criteria(seed: Int) throws(FilterError) -> PairCriteria {
        try PairCriteria(
            duplicates: duplicates, similarity: similarity, maxPerDepth: maxPerDepth, seed: seed)
    }
}

extension DuplicateRule: ExpressibleByArgument {}
