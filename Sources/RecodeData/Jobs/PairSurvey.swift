import Decompose
import Prompts
import Study
import Tokens
import Trajectories

/// What the tokens of pairs are counted with in a study: a vocabulary, and how an export would render the pairs.
struct StudyCounting: Sendable {
    var tokens: TokenCounting
    var style: PromptStyle
    var prompts: PromptLibrary
}

/// What a study asks of a trajectory's pairs by one method, which only their texts tell; small, for it is kept.
struct PairFacts: Sendable {
    /// Tells each pair from others; as many as there are pairs.
    var keys: [UInt64] = []
    /// Pairs that an export would leave out for their control tokens; they are neither among the keys nor counted.
    var screened = 0
    /// The tokens of all of them; `nil` when they were not counted.
    var tokens: PairTokens?
}

/// Renders trajectories as pairs to learn what only their texts tell; the one place where a study does.
///
/// The keys are made of the texts of the bare style: what varies from pair to pair. What prompts of other styles say beside
/// that is the same in all pairs of an environment and a method, so it makes no two of them differ. Tokens are those of the
/// style that is exported.
struct PairSurvey {
    private var keys = PairKeys()
    private let counting: StudyCounting?
    private let counter: ConversationCounter?
    private let screen: PairScreen?

    /// - Parameters:
    ///   - counting: what tokens are counted with; `nil` where they are not.
    ///   - screen: what looks for control tokens; `nil` where nothing does.
    /// - Throws: `TokensError` where the vocabulary has not the tokens that the chat template writes; ``CommandFailure`` where a
    ///   Jinja template cannot be rendered.
    init(counting: StudyCounting?, screen: PairScreen?) throws {
        self.counting = counting
        self.screen = screen
        counter = try counting.map { try $0.tokens.counter() }
    }

    /// Cuts a trajectory into its pairs by a method and looks at each.
    /// - Throws: `DecomposeError` as `PairBuilder` does; ``CommandFailure`` where a Jinja template fails.
    /// - Complexity: O(*n*) in the size of the trajectory for its texts; O(*t*²) in the turns of a flat method.
    mutating func facts(of trajectory: Trajectory, by method: AgentKind) throws -> PairFacts {
        var facts = PairFacts()
        let bare = try PairBuilder(method: method, style: .bare).pairs(of: trajectory).pairs
        var kept = bare.map { _ in true }
        if let screen { kept = bare.map { screen.verdict(on: $0).fate != .dropped } }
        for (pair, isKept) in zip(bare, kept) where isKept {
            facts.keys.append(keys.key(prompt: pair.prompt, completion: pair.completion))
        }
        facts.screened = bare.count - facts.keys.count
        guard let counting, let counter else { return facts }
        // The same answers in another style.
        let builder = PairBuilder(method: method, style: counting.style, prompts: counting.prompts)
        var sum = PairTokens()
        for (pair, isKept) in zip(try builder.pairs(of: trajectory).pairs, kept) where isKept {
            let written = screen?.written(pair) ?? pair
            sum += try counter.count(prompt: written.prompt, completion: written.completion)
        }
        facts.tokens = sum
        return facts
    }
}

/// What only a study asks of an episode; small, for it is kept.
struct EpisodeFacts: Sendable {
    /// The shape of its tree, where it has one.
    var shape: TreeShape?
    /// What became of its structure.
    var structure: EpisodeStructure
    /// What only the texts of its pairs tell, by each method.
    var pairs: [AgentKind: PairFacts]
}
