import ArgumentParser
import Filter

/// Which pairs are kept, as options.
struct PairOptions: ParsableArguments {
    @Option(help: "Which pairs count as repeated, of which the first is kept.")
    var duplicates = DuplicateRule.keep

    @Option(
        help: ArgumentHelp(
            "With --duplicates near: how alike they are at least, the Jaccard similarity of their runs of five words, 0.1 to 1. "
                + "(default: 0.85)",
            valueName: "s"))
    var similarity: Double?

    @Option(help: ArgumentHelp("At most n pairs of each depth, chosen by a hash of --seed.", valueName: "n"))
    var maxPerDepth: Int?

    mutating func validate() throws {
        guard similarity == nil || duplicates == .near else {
            throw ValidationError("--similarity goes with --duplicates near.")
        }
        do {
            _ = try criteria(seed: 0)
        } catch {
            throw ValidationError("--\(error.message).")
        }
    }

    /// The criteria that the options describe.
    func criteria(seed: Int) throws(FilterError) -> PairCriteria {
        try PairCriteria(
            duplicates: duplicates, similarity: similarity ?? PairCriteria.usualSimilarity,
            maxPerDepth: maxPerDepth, seed: seed)
    }
}

extension DuplicateRule: ExpressibleByArgument {}
