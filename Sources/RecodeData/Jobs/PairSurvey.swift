import Decompose
import Study
import Trajectories

/// What a study asks of a trajectory's pairs by one method, which only their texts tell; small, for it is kept.
struct PairFacts: Sendable {
    /// Tells each pair from others.
    var keys: [UInt64] = []
    /// The tokens of all of them; `nil` when they were not counted.
    var tokens: StudyTokens?
}

/// Renders trajectories as pairs to learn what only their texts tell; the one place where a study does.
///
/// The texts are those of the bare style: what varies from pair to pair. What prompts of other styles say beside that is
/// the same in all pairs of an environment and a method, so it makes no two of them differ.
struct PairSurvey {
    private var keys = PairKeys()

    /// Cuts a trajectory into its pairs by a method and looks at each.
    /// - Throws: `DecomposeError` as `PairBuilder` does.
    /// - Complexity: O(*n*) in the size of the trajectory for its texts; O(*t*²) in the turns of a flat method.
    mutating func facts(of trajectory: Trajectory, by method: AgentKind) throws -> PairFacts {
        var facts = PairFacts()
        for pair in try PairBuilder(method: method, style: .bare).pairs(of: trajectory).pairs {
            facts.keys.append(keys.key(prompt: pair.prompt, completion: pair.completion))
        }
        return facts
    }
}

/// What only a study asks of an episode; small, for it is kept.
struct EpisodeFacts: Sendable {
    /// `environment/task/variation`.
    var taskID: String
    /// The shape of its tree, where it has one.
    var shape: TreeShape?
    /// What became of its structure.
    var structure: EpisodeStructure
    /// What only the texts of its pairs tell, by each method.
    var pairs: [AgentKind: PairFacts]
}
