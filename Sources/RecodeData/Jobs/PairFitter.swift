import Decompose
import Export
import Tokens
import Trajectories

/// A pair with its tokens, held against a limit.
struct FittedPair {
    /// What became of it.
    enum Length {
        /// It is as it was.
        case whole
        /// Values of its variables were cut.
        case truncated
        /// It is too long, and is left out.
        case tooLong
    }

    /// The pair, as it is written.
    var pair: Pair
    /// Its tokens; of a preference those of the longer of its two conversations. `nil` where they are not counted.
    var tokens: PairTokens?
    /// What became of it.
    var length: Length
}

/// Counts the tokens of pairs, and makes those fit that are too long, where that is asked for.
struct PairFitter {
    private let counter: ConversationCounter?
    private let limit: LengthLimit?

    /// - Parameters:
    ///   - tokens: what they are counted with; `nil` where they are not, and then there is no limit.
    ///   - limit: how long pairs may be; `nil` without a limit.
    /// - Throws: `TokensError` where the vocabulary has not the tokens that the chat template writes.
    init(_ tokens: TokenCounting?, limit: LengthLimit?) throws {
        counter = try tokens?.counter()
        self.limit = limit
    }

    /// Counts a pair, and cuts it where it is too long and is to be cut.
    /// - Parameters:
    ///   - trajectory: what the pair was made of.
    ///   - builder: what made it.
    /// - Throws: `DecomposeError` as the builder; ``CommandFailure`` where a chat template of the user's raises.
    func fit(_ pair: Pair, of trajectory: Trajectory, by builder: PairBuilder) throws -> FittedPair {
        guard let counter else { return FittedPair(pair: pair, tokens: nil, length: .whole) }
        let tokens = try Self.tokens(of: pair, counter)
        guard let limit, limit.policy != .keep, tokens.chat > limit.maxTokens else {
            return FittedPair(pair: pair, tokens: tokens, length: .whole)
        }
        guard limit.policy == .truncateVariables,
            let cut = try builder.truncated(
                pair, of: trajectory, fits: { try Self.tokens(of: $0, counter).chat <= limit.maxTokens })
        else { return FittedPair(pair: pair, tokens: tokens, length: .tooLong) }
        return FittedPair(pair: cut, tokens: try Self.tokens(of: cut, counter), length: .truncated)
    }

    private static func tokens(of pair: Pair, _ counter: ConversationCounter) throws -> PairTokens {
        let tokens = try counter.count(prompt: pair.prompt, completion: pair.completion)
        guard let rejected = pair.rejected else { return tokens }
        let other = try counter.count(prompt: pair.prompt, completion: rejected)
        return other.chat > tokens.chat ? other : tokens
    }
}
