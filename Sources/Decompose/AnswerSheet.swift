import Prompts
import Trajectories

/// An answer that was asked for: where it stands, what it says, and what failed before it.
struct AskedAnswer {
    /// What it was asked about.
    enum Place {
        /// A call to expand.
        case call(signature: String, variables: [Variable])
        /// The turn after this many others.
        case turn(Int)
    }

    /// What it was asked about.
    var place: Place
    /// The node that holds it; of a flattened turn, the node of its first action.
    var nodeID: Int
    /// What ids of its pairs are derived from: the node of an expansion, the turn of a flat answer.
    var index: Int
    /// Which answer of its trajectory it is, from 0.
    var turn: Int
    /// The node's depth.
    var depth: Int
    /// How many levels of expansions lie below it.
    var height = 0
    /// The thought; empty where no answer stood.
    var thought: String
    /// What it says to do; empty where no answer stood.
    var code: String
    /// The answers before it that did not stand, oldest first.
    var attempts: [Attempt]
    /// Why it teaches nothing; `nil` where it does.
    var dropped: DropReason?
}

/// Every answer that a trajectory's policy was asked for by a method, in execution order.
struct AnswerSheet {
    /// The answers; turns that the policy never gave one for stand at the end.
    let answers: [AskedAnswer]
    /// The turns of a flat method; none for `recode`.
    let turns: [Flattening.Turn]

    /// Looks through a trajectory.
    /// - Throws: ``DecomposeError`` (`unsupportedMethod`, `malformedTree`).
    /// - Complexity: O(*n* · *d*) in nodes and actions and the depth of the tree.
    init(of trajectory: Trajectory, by method: AgentKind) throws(DecomposeError) {
        if method == .recode {
            turns = []
            answers = Self.expansions(of: try Self.tree(of: trajectory))
        } else {
            let flat = try Flattening(of: trajectory, as: method)
            turns = flat.turns
            answers = Self.answers(of: flat)
        }
    }

    /// What becomes of the answers where failed ones are no rows.
    var tally: PairTally {
        answers.reduce(into: PairTally()) { $0.count($1.dropped) }
    }

    private static func tree(of trajectory: Trajectory) throws(DecomposeError) -> DecisionTree {
        guard trajectory.agent == .recode else {
            throw DecomposeError(
                .unsupportedMethod,
                "trajectory \(trajectory.id) was acted by \(trajectory.agent.rawValue) and has no recode pairs: it "
                    + "has no tree. Export it with method \(trajectory.agent.rawValue).")
        }
        return try DecisionTree(of: trajectory)
    }

    private static func expansions(of tree: DecisionTree) -> [AskedAnswer] {
        var answers: [AskedAnswer] = []
        for node in tree.nodes where node.kind == .placeholder {
            guard let expansion = node.expansion else { continue }
            let dropped: DropReason? =
                !tree.isAccepted(node) ? .notAccepted : tree.subtreeFailed[node.id] ? .failedSubtree : nil
            answers.append(
                AskedAnswer(
                    place: .call(signature: node.code.trimmed, variables: expansion.variables),
                    nodeID: node.id,
                    index: node.id, turn: answers.count, depth: node.depth, height: tree.height[node.id],
                    thought: expansion.thought.trimmed, code: expansion.code.withoutBlankEdges,
                    attempts: expansion.attempts, dropped: dropped))
        }
        return answers
    }

    private static func answers(of flat: Flattening) -> [AskedAnswer] {
        let answered = flat.turns.enumerated().map { index, turn in
            AskedAnswer(
                place: .turn(index), nodeID: turn.nodeID, index: index, turn: index, depth: turn.depth,
                thought: turn.thought, code: turn.code, attempts: turn.attempts,
                dropped: turn.failed ? .failedSubtree : nil)
        }
        let unanswered = flat.unanswered.enumerated().map { index, turn in
            AskedAnswer(
                place: .turn(answered.count), nodeID: turn.nodeID, index: answered.count + index,
                turn: answered.count + index, depth: turn.depth, thought: "", code: "",
                attempts: turn.attempts,
                dropped: .notAccepted)
        }
        return answered + unanswered
    }
}
