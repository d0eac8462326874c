import Prompts
import Trajectories

/// A trajectory's nodes with what pairs need to know of their tree: which attempt stood, and where it failed.
struct DecisionTree {
    /// The nodes, in pre-order.
    let nodes: [Node]
    /// For each node, the last attempt its children come from; -1 without children.
    let lastAttempt: [Int]
    /// For each node, whether one below it failed, looking at the last attempt of every placeholder only.
    let subtreeFailed: [Bool]

    /// For each node, how many levels of accepted expansions lie below it, looking at last attempts only.
    let height: [Int]

    /// Looks through a trajectory's nodes once in each direction.
    /// - Throws: ``DecomposeError`` (`malformedTree`) when an id is no position or a parent does not come first.
    /// - Complexity: O(*n*) in the number of nodes.
    init(of trajectory: Trajectory) throws(DecomposeError) {
        nodes = trajectory.nodes
        var lastAttempt = [Int](repeating: -1, count: nodes.count)
        for (position, node) in nodes.enumerated() {
            guard node.id == position, node.parent.map({ (0..<position).contains($0) }) ?? true else {
                throw DecomposeError(
                    .malformedTree,
                    "trajectory \(trajectory.id): the node at position \(position) has id \(node.id) and parent "
                        + "\(node.parent.map(String.init) ?? "null"); ids must be positions and parents come before "
                        + "their children. Collect the episode again.")
            }
            if let parent = node.parent { lastAttempt[parent] = max(lastAttempt[parent], node.attempt) }
        }
        self.lastAttempt = lastAttempt
        subtreeFailed = Self.failures(in: nodes, lastAttempt: lastAttempt)
        height = Self.heights(of: nodes, lastAttempt: lastAttempt)
    }

    private static func heights(of nodes: [Node], lastAttempt: [Int]) -> [Int] {
        var height = [Int](repeating: 0, count: nodes.count)
        for node in nodes.reversed() where node.kind == .placeholder && node.status == .expanded {
            guard let parent = node.parent, node.attempt == lastAttempt[parent] else { continue }
            height[parent] = max(height[parent], height[node.id] + 1)
        }
        return height
    }

    private static func failures(in nodes: [Node], lastAttempt: [Int]) -> [Bool] {
        var failed = [Bool](repeating: false, count: nodes.count)
        for node in nodes.reversed() {
            guard let parent = node.parent, node.attempt == lastAttempt[parent] else { continue }
            if node.status == .failed || failed[node.id] { failed[parent] = true }
        }
        return failed
    }

    /// Whether the node's last answer stood.
    func isAccepted(_ node: Node) -> Bool {
        guard let expansion = node.expansion, !expansion.response.isEmpty else { return false }
        return node.kind == .turn || node.status == .expanded
    }

    /// The thought nearest above a statement: that of the answer it was written in, else of the next one up.
    ///
    /// - Complexity: O(*d*) in the node's depth, times the attempts of a placeholder that was retried.
    func thought(above node: Node) -> String {
        var child = node
        while let parent = child.parent.map({ nodes[$0] }) {
            let thought = self.thought(of: parent, attempt: child.attempt)
            if !thought.isEmpty { return thought }
            child = parent
        }
        return ""
    }

    /// The thought of one of a placeholder's answers.
    ///
    /// Answers that broke the format have no children, so the attempts its children come from are, in order, those
    /// that ran and failed, and last the accepted one.
    private func thought(of parent: Node, attempt: Int) -> String {
        guard let expansion = parent.expansion else { return "" }
        if attempt == lastAttempt[parent.id], !expansion.response.isEmpty { return expansion.thought.trimmed }
        let ran = expansion.attempts.filter { $0.problem != .format }
        let earlier = Set(children(of: parent).map(\.attempt)).filter { $0 < attempt }.count
        return ran.indices.contains(earlier)
            ? String(AnswerText.parts(of: ran[earlier].response).thought).trimmed : ""
    }

    private func children(of parent: Node) -> [Node] {
        nodes[(parent.id + 1)...].prefix { $0.depth > parent.depth }.filter { $0.parent == parent.id }
    }
}
