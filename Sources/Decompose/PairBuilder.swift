import Prompts
import Trajectories

/// Cuts a trajectory into training pairs: one for every accepted expansion, or for every turn of a flat method.
///
/// A placeholder that was retried yields its accepted answer only, asked for as if it were the first, unless ``failures`` are
/// to be repaired or rejected (docs/export.md). Placeholders inside an abandoned attempt that succeeded themselves yield
/// pairs like any other.
public struct PairBuilder: Sendable, Hashable {
    /// The method the pairs teach.
    public let method: AgentKind
    /// How prompts are rendered.
    public let style: PromptStyle
    /// The texts prompts are made of.
    public let prompts: PromptLibrary

    /// What becomes of answers that failed.
    public let failures: FailurePolicy
    /// How many earlier turns a flat method's prompts hold, at most; `nil` for all.
    public let history: Int?

    /// Makes a builder.
    public init(
        method: AgentKind, style: PromptStyle = .zeroShot, prompts: PromptLibrary = .none,
        failures: FailurePolicy = .drop, history: Int? = nil
    ) {
        self.method = method
        self.style = style
        self.prompts = prompts
        self.failures = failures
        self.history = history
    }

    /// Cuts a trajectory into its pairs, in execution order, and says what became of every answer asked for.
    ///
    /// - Parameters:
    ///   - trajectory: the episode.
    ///   - rank: its rank in its selection group, from 1; `nil` when nothing was selected.
    ///   - siblings: answers of other trajectories to reject, where failures are made preferences.
    /// - Returns: the pairs, and kept and dropped answers counted.
    /// - Throws: ``DecomposeError`` for an environment without prompts, a method the trajectory has no data for, or
    ///   nodes that are no tree. A dropped answer is counted, never thrown.
    /// - Complexity: O(*n*) in nodes for `recode`. A flat method's prompts hold the history, so their number of
    ///   messages is quadratic in turns; the texts themselves are shared.
    public func pairs(
        of trajectory: Trajectory, rank: Int? = nil, siblings: SiblingAnswers? = nil
    ) throws(DecomposeError) -> Decomposition {
        let renderer = try renderer(for: trajectory.environment)
        let sheet = try AnswerSheet(of: trajectory, by: method)
        var maker = PairMaker(
            self, of: trajectory, sheet, rank: rank, siblings: siblings, renderer: renderer)
        for answer in sheet.answers { maker.take(answer) }
        return maker.made
    }

    /// How many answers of the trajectory teach and how many do not, those that failed aside, without rendering any.
    /// - Throws: ``DecomposeError`` as ``pairs(of:rank:)``, but for prompts.
    /// - Complexity: O(*n* · *d*) in nodes and actions and the depth of the tree.
    public func tally(of trajectory: Trajectory) throws(DecomposeError) -> PairTally {
        try AnswerSheet(of: trajectory, by: method).tally
    }

    /// What pairs are made of.
    func sheets(
        of trajectory: Trajectory
    ) throws(DecomposeError) -> (AnswerSheet, PromptSheet, PromptRenderer) {
        let renderer = try renderer(for: trajectory.environment)
        let sheet = try AnswerSheet(of: trajectory, by: method)
        return (sheet, PromptSheet(of: trajectory, sheet, history: history, renderer: renderer), renderer)
    }

    /// What renders the prompts of a recorded episode, in the words of its grammar.
    func renderer(for environment: EnvironmentRecord) throws(DecomposeError) -> PromptRenderer {
        do {
            return try PromptRenderer(
                library: prompts, environment: environment.name, method: method, style: style
            ).speaking(environment.grammar)
        } catch {
            throw DecomposeError(.unknownEnvironment, error.message, cause: error.cause)
        }
    }
}
