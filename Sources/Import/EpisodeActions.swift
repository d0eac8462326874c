import Trajectories

/// The primitive actions of an episode, where all of them can be told; a part of them would falsify every history made
/// of it.
///
/// A tree keeps what was printed, not what was sent. The action is read from a statement that is nothing but
/// `run('…')` with a literal text (or from the environment's own log lines), and the number of actions must be that of
/// the steps taken.
struct EpisodeActions: Sendable, Hashable {
    /// By the node's position.
    private(set) var byNode: [Int: Action] = [:]
    /// Whether the actions' rewards are known.
    private(set) var hasRewards = false

    /// Reads them.
    /// - Throws: `actionsNotRecovered`, saying why.
    init(
        _ tree: PlanTree, log: ExpansionLog, steps: Int?, reward: Double, scale: RewardScale
    ) throws(ImportIssue) {
        let executions = try Self.executions(of: tree, in: log)
        var scores: [Int: [Double]] = [:]
        for (position, execution) in executions {
            let node = tree.nodes[position]
            guard let text = try Self.action(of: node, execution) else { continue }
            byNode[position] = Action(
                action: text, observation: node.observations.joined(separator: "\n"), reward: 0)
            scores[position] = execution.scores
        }
        guard let steps else { throw Self.unknown("the record does not say how many steps were taken") }
        guard byNode.count == steps else {
            throw Self.unknown("the statements send \(byNode.count) actions, and \(steps) steps were taken")
        }
        addRewards(scores, native: reward, scale: scale)
    }

    private static func unknown(_ why: String) -> ImportIssue {
        ImportIssue(.actionsNotRecovered, why)
    }

    /// Each statement that was run is logged once, in pre-order.
    private static func executions(
        of tree: PlanTree, in log: ExpansionLog
    ) throws(ImportIssue) -> [(Int, ExpansionLog.Execution)] {
        let run = tree.nodes.indices.filter { tree.nodes[$0].status != .pending }
        guard run.count == log.executions.count else {
            throw unknown(
                "the tree has \(run.count) statements that ran, and the log \(log.executions.count)")
        }
        for (position, execution) in zip(run, log.executions)
        where CodeLines(tree.nodes[position].code) != CodeLines(execution.code) {
            throw unknown("the log runs \(execution.code.shown()) where the tree has another statement")
        }
        return Array(zip(run, log.executions))
    }

    private static func action(
        of node: PlanTree.PlanNode, _ execution: ExpansionLog.Execution
    ) throws(ImportIssue) -> String? {
        if execution.actions.count == 1 { return execution.actions[0] }
        guard execution.actions.isEmpty else {
            throw unknown("\(node.code.shown()) sends several actions, whose observations are not apart")
        }
        guard PythonText.callsRun(node.code) else { return nil }
        guard let literal = LiteralAction(node.code) else {
            throw unknown("what \(node.code.shown()) sends is not said")
        }
        // An action beyond the limit was never sent.
        return node.status == .completed ? literal.text : nil
    }

    private mutating func addRewards(_ scores: [Int: [Double]], native: Double, scale: RewardScale) {
        let each = byNode.keys.sorted().map { (position: $0, scores: scores[$0] ?? []) }
        guard each.allSatisfy({ $0.scores.count == 1 }),
            max(0, each.compactMap { $0.scores.first }.max() ?? 0) == max(0, native)
        else { return }
        var before = 0.0
        for (position, scores) in each {
            let after = scale.reward(of: scores[0])
            byNode[position]?.reward = ((after - before) * 100).rounded() / 100
            before = after
        }
        hasRewards = true
    }
}
