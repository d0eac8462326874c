import Prompts
import Trajectories

/// Cuts a trajectory into training pairs: one for every accepted expansion, or for every turn of a flat method.
///
/// A placeholder that was retried yields its accepted answer only, asked for as if it were the first. Placeholders
/// inside an abandoned attempt that succeeded themselves yield pairs like any other.
public struct PairBuilder: Sendable, Hashable {
    /// The method the pairs teach.
    public let method: AgentKind
    /// How prompts are rendered.
    public let style: PromptStyle
    /// The texts prompts are made of.
    public let prompts: PromptLibrary

    /// Makes a builder.
    public init(method: AgentKind, style: PromptStyle = .zeroShot, prompts: PromptLibrary = .none) {
        self.method = method
        self.style = style
        self.prompts = prompts
    }

    /// Cuts a trajectory into its pairs, in execution order, and says what became of every answer asked for.
    ///
    /// - Parameters:
    ///   - trajectory: the episode.
    ///   - rank: its rank in its selection group, from 1; `nil` when nothing was selected.
    /// - Returns: the pairs, and kept and dropped answers counted.
    /// - Throws: ``DecomposeError`` for an environment without prompts, a method the trajectory has no data for, or
    ///   nodes that are no tree. A dropped answer is counted, never thrown.
    /// - Complexity: O(*n*) in nodes for `recode`. A flat method's prompts hold the history, so their number of
    ///   messages is quadratic in turns; the texts themselves are shared.
    public func pairs(of trajectory: Trajectory, rank: Int? = nil) throws(DecomposeError) -> Decomposition {
        let renderer = try renderer(for: trajectory.environment.name)
        guard method == .recode else { return try flatPairs(of: trajectory, rank: rank, renderer: renderer) }
        let tree = try Self.tree(of: trajectory)
        let answers = Self.answers(of: tree)
        var pairs: [Pair] = []
        for (turn, answer) in answers.enumerated() where answer.dropped == nil {
            guard let expansion = answer.node.expansion else { continue }
            pairs.append(
                Pair(
                    of: trajectory, method: method, index: answer.node.id, nodeID: answer.node.id, turn: turn,
                    depth: answer.node.depth, height: tree.height[answer.node.id],
                    prompt: renderer.messages(
                        signature: answer.node.code.trimmed, variables: expansion.variables),
                    completion: [
                        renderer.answer(
                            thought: expansion.thought.trimmed, code: expansion.code.withoutBlankEdges)
                    ],
                    rank: rank, style: style))
        }
        return Decomposition(pairs: pairs, tally: Self.tally(of: answers))
    }

    /// How many pairs the trajectory yields and how many it does not, without rendering any.
    /// - Throws: ``DecomposeError`` as ``pairs(of:rank:)``, but for prompts.
    /// - Complexity: O(*n* · *d*) in nodes and actions and the depth of the tree.
    public func tally(of trajectory: Trajectory) throws(DecomposeError) -> PairTally {
        guard method != .recode else {
            return Self.tally(of: Self.answers(of: try Self.tree(of: trajectory)))
        }
        return Self.tally(of: try Flattening(of: trajectory, as: method))
    }

    private func renderer(for environment: String) throws(DecomposeError) -> PromptRenderer {
        do {
            return try PromptRenderer(
                library: prompts, environment: environment, method: method, style: style)
        } catch {
            throw DecomposeError(.unknownEnvironment, error.message, cause: error.cause)
        }
    }

    private func flatPairs(
        of trajectory: Trajectory, rank: Int?, renderer: PromptRenderer
    ) throws(DecomposeError) -> Decomposition {
        let flat = try Flattening(of: trajectory, as: method)
        var history = renderer.opening(
            instruction: trajectory.instruction, observation: trajectory.initialObservation)
        var pairs: [Pair] = []
        for (index, turn) in flat.turns.enumerated() {
            let answer = renderer.answer(thought: turn.thought, code: turn.code)
            if !turn.failed {
                pairs.append(
                    Pair(
                        of: trajectory, method: method, index: index, nodeID: turn.nodeID, turn: index,
                        depth: turn.depth, prompt: history, completion: [answer], rank: rank, style: style))
            }
            history.append(answer)
            history.append(renderer.observation(turn.observation))
        }
        return Decomposition(pairs: pairs, tally: Self.tally(of: flat))
    }
}

extension PairBuilder {
    /// A placeholder the policy was asked about, and why it yields no pair.
    private struct Answer {
        var node: Node
        var dropped: DropReason?
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

    private static func answers(of tree: DecisionTree) -> [Answer] {
        tree.nodes.filter { $0.kind == .placeholder && $0.expansion != nil }.map { node in
            guard tree.isAccepted(node) else { return Answer(node: node, dropped: .notAccepted) }
            return Answer(node: node, dropped: tree.subtreeFailed[node.id] ? .failedSubtree : nil)
        }
    }

    private static func tally(of answers: [Answer]) -> PairTally {
        var tally = PairTally()
        for answer in answers {
            if let reason = answer.dropped {
                tally.dropped[reason, default: 0] += 1
            } else {
                tally.kept += 1
            }
        }
        return tally
    }

    private static func tally(of flat: Flattening) -> PairTally {
        let failed = flat.turns.count(where: \.failed)
        var tally = PairTally(kept: flat.turns.count - failed)
        if flat.unanswered > 0 { tally.dropped[.notAccepted] = flat.unanswered }
        if failed > 0 { tally.dropped[.failedSubtree] = failed }
        return tally
    }
}
