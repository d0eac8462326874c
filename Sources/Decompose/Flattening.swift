import Prompts
import Trajectories

/// A trajectory as a flat agent would have lived it: one thought, what was done on it, what was seen then.
///
/// A hierarchical trajectory's primitive actions are taken in execution order, which is the pre-order of its nodes,
/// each with the nearest thought above it. Those of attempts that were abandoned did happen, so they are in it too.
public struct Flattening: Sendable, Hashable {
    /// One turn of the flat agent.
    public struct Turn: Sendable, Hashable {
        /// The node that holds the turn's first action.
        public var nodeID: Int
        /// That node's depth.
        public var depth: Int
        /// The thought the turn acts on.
        public var thought: String
        /// What the agent says to do: one primitive action, or Python.
        public var code: String
        /// What it is shown then.
        public var observation: String
        /// Whether the turn's block failed: it stays in the history of later turns and is no answer to learn.
        public var failed = false
        /// The answers before this one that did not stand, oldest first; none where a tree was flattened.
        public var attempts: [Attempt] = []
    }

    /// A turn of a flat episode that the policy never gave an acceptable answer for.
    public struct UnansweredTurn: Sendable, Hashable {
        /// The turn's node.
        public var nodeID: Int
        /// That node's depth.
        public var depth: Int
        /// The answers that did not stand, oldest first.
        public var attempts: [Attempt]
    }

    /// The turns, in execution order.
    public var turns: [Turn]
    /// Turns of a flat episode that the policy never gave an acceptable answer for.
    public var unanswered: [UnansweredTurn]

    /// Flattens a trajectory: as `react` with one action a turn, as `codeact` with one block a turn that plays the
    /// consecutive actions of one answer.
    ///
    /// - Throws: ``DecomposeError`` (`unsupportedMethod`) when a flat trajectory is to become another method's, or
    ///   any is to become a tree; `malformedTree` as every decomposition.
    /// - Complexity: O(*n* · *d*) in the number of nodes and actions and the depth of the tree.
    public init(of trajectory: Trajectory, as method: AgentKind) throws(DecomposeError) {
        let tree = try DecisionTree(of: trajectory)
        unanswered = []
        turns = []
        switch (trajectory.agent, method) {
        case (.recode, .react): turns = Self.actionTurns(tree)
        case (.recode, .codeact): turns = Self.blockTurns(tree)
        case (.react, .react), (.codeact, .codeact):
            let answers = tree.nodes.filter { $0.kind == .turn && $0.expansion != nil }
            turns = answers.filter(tree.isAccepted).map { Self.nativeTurn($0, method) }
            unanswered = answers.filter { !tree.isAccepted($0) }.map {
                UnansweredTurn(nodeID: $0.id, depth: $0.depth, attempts: $0.expansion?.attempts ?? [])
            }
        default:
            throw DecomposeError(
                .unsupportedMethod,
                "trajectory \(trajectory.id) was acted by \(trajectory.agent.rawValue) and has no "
                    + "\(method.rawValue) pairs: only hierarchical (recode) trajectories can be flattened, and only "
                    + "to react or codeact. Export it with method \(trajectory.agent.rawValue).")
        }
    }

    private static func actionTurns(_ tree: DecisionTree) -> [Turn] {
        tree.nodes.flatMap { node in
            let thought = node.actions.isEmpty ? "" : tree.thought(above: node)
            return node.actions.map { action in
                Turn(
                    nodeID: node.id, depth: node.depth, thought: thought, code: action.action,
                    observation: action.observation)
            }
        }
    }

    /// Joins neighbours in execution order that stem from one answer: the same parent and the same attempt.
    private static func blockTurns(_ tree: DecisionTree) -> [Turn] {
        var turns: [Turn] = []
        var block: [Node] = []
        for node in tree.nodes where !node.actions.isEmpty {
            if let last = block.last, last.parent != node.parent || last.attempt != node.attempt {
                turns.append(blockTurn(block, tree))
                block = []
            }
            block.append(node)
        }
        if !block.isEmpty { turns.append(blockTurn(block, tree)) }
        return turns
    }

    private static func blockTurn(_ block: [Node], _ tree: DecisionTree) -> Turn {
        let actions = block.flatMap(\.actions)
        return Turn(
            nodeID: block[0].id, depth: block[0].depth, thought: tree.thought(above: block[0]),
            code: python(playing: actions.map(\.action)),
            observation: actions.map(\.observation).joined(separator: "\n"))
    }

    /// Python that plays the actions and prints each observation; three or more of the same become a loop.
    static func python(playing actions: [String]) -> String {
        var lines: [String] = []
        var index = 0
        while index < actions.count {
            let action = actions[index]
            let count = actions[index...].prefix { $0 == action }.count
            let line = "print(run(\(PythonLiteral.string(action))))"
            if count >= 3 {
                lines += ["for _ in range(\(count)):", "    \(line)"]
            } else {
                lines += [String](repeating: line, count: count)
            }
            index += count
        }
        return lines.joined(separator: "\n")
    }

    private static func nativeTurn(_ node: Node, _ method: AgentKind) -> Turn {
        let expansion = node.expansion ?? Expansion(variables: [])
        let isReact = method == .react
        return Turn(
            nodeID: node.id, depth: node.depth, thought: expansion.thought.trimmed,
            code: isReact ? expansion.code.trimmed : expansion.code.withoutBlankEdges,
            observation: node.observation(for: method), failed: node.status == .failed,
            attempts: expansion.attempts)
    }
}
