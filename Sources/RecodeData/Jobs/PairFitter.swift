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
    /// The control tokens that were found in it.
    var control = PairScreen.Verdict()
}

/// Looks for control tokens in pairs, counts their tokens, and makes those fit that are too long, where that is asked for.
struct PairFitter {
    private let counter: ConversationCounter?
    private let limit: LengthLimit?
    private let screen: PairScreen?

    /// - Parameters:
    ///   - tokens: what they are counted with; `nil` where they are not, and then there is no limit.
    ///   - shape: how long pairs may be, and who reads them.
    ///   - screen: what looks for control tokens; `nil` where nothing does.
    /// - Throws: `TokensError` where the vocabulary has not the tokens that the chat template writes.
    init(_ tokens: TokenCounting?, shape: ExportShape, screen: PairScreen?) throws {
        counter = try tokens?.counter(names: shape.format == .openai ? .characters : .tokens)
        limit = shape.overLength
        self.screen = screen
    }

    /// Looks at a pair, counts it, and cuts it where it is too long and is to be cut.
    ///
    /// Control tokens are looked for in the whole pair: one that would be cut out with the middle of a value counts too.
    /// - Parameters:
    ///   - trajectory: what the pair was made of.
    ///   - builder: what made it.
    /// - Throws: `DecomposeError` as the builder; ``CommandFailure`` where a chat template of the user's raises.
    func fit(_ pair: Pair, of trajectory: Trajectory, by builder: PairBuilder) throws -> FittedPair {
        let control = screen?.verdict(on: pair) ?? PairScreen.Verdict()
        guard control.fate != .dropped else {
            return FittedPair(pair: pair, tokens: nil, length: .whole, control: control)
        }
        let whole = written(pair)
        guard let counter else {
            return FittedPair(pair: whole, tokens: nil, length: .whole, control: control)
        }
        let tokens = try Self.tokens(of: whole, counter)
        guard let limit, limit.policy != .keep, tokens.chat > limit.maxTokens else {
            return FittedPair(pair: whole, tokens: tokens, length: .whole, control: control)
        }
        guard limit.policy == .truncateVariables,
            let cut = try builder.truncated(
                pair, of: trajectory,
                fits: { try Self.tokens(of: written($0), counter).chat <= limit.maxTokens })
        else { return FittedPair(pair: whole, tokens: tokens, length: .tooLong, control: control) }
        let short = written(cut)
        return FittedPair(
            pair: short, tokens: try Self.tokens(of: short, counter), length: .truncated, control: control)
    }

    private func written(_ pair: Pair) -> Pair { screen?.written(pair) ?? pair }

    private static func tokens(of pair: Pair, _ counter: ConversationCounter) throws -> PairTokens {
        let tokens = try counter.count(prompt: pair.prompt, completion: pair.completion)
        guard let rejected = pair.rejected else { return tokens }
        let other = try counter.count(prompt: pair.prompt, completion: rejected)
        return other.chat > tokens.chat ? other : tokens
    }
}
