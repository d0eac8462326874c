import Trajectories

/// The shape of one episode's decision tree, in the terms of the paper's appendix (arXiv 2510.23564, table 8).
///
/// Counted are the answers that stood: an attempt that was given up, and everything below it, is no part of the tree.
public struct TreeShape: Sendable, Hashable {
    /// How many expansions nest at most, the root's being the first; 0 where nothing was expanded.
    public var depth: Int
    /// Placeholders with an accepted answer.
    public var expansions: Int
    /// Top-level statements of those answers, those that were never reached among them.
    public var children: Int
    /// Those of them that turned out to be placeholders, expanded or not.
    public var placeholders: Int
    /// Those of them that took at least one primitive action themselves; a loop of many actions is one statement.
    public var primitives: Int

    /// Makes a shape from its parts.
    public init(depth: Int, expansions: Int, children: Int, placeholders: Int, primitives: Int) {
        self.depth = depth
        self.expansions = expansions
        self.children = children
        self.placeholders = placeholders
        self.primitives = primitives
    }

    /// Measures a trajectory; `nil` for a flat one, which has no tree.
    ///
    /// Its nodes are in pre-order (`TrajectoryInvariants`).
    /// - Complexity: O(*n*) in the number of nodes.
    public init?(of trajectory: Trajectory) {
        guard trajectory.agent == .recode else { return nil }
        self.init(depth: 0, expansions: 0, children: 0, placeholders: 0, primitives: 0)
        let nodes = trajectory.nodes
        var lastAttempt = [Int](repeating: 0, count: nodes.count)
        for node in nodes {
            if let parent = node.parent { lastAttempt[parent] = max(lastAttempt[parent], node.attempt) }
        }
        var stands = [Bool](repeating: false, count: nodes.count)
        for (position, node) in nodes.enumerated() {
            stands[position] =
                node.parent.map { parent in
                    stands[parent] && nodes[parent].isExpanded && node.attempt == lastAttempt[parent]
                } ?? true
            if stands[position] { add(node) }
        }
    }

    private mutating func add(_ node: Node) {
        if node.isExpanded {
            expansions += 1
            depth = max(depth, node.depth + 1)
        }
        guard node.parent != nil else { return }
        children += 1
        if node.kind == .placeholder {
            placeholders += 1
        } else if !node.actions.isEmpty {
            primitives += 1
        }
    }

    /// Statements for one expansion; `nil` without expansions.
    var branching: Double? { expansions > 0 ? Double(children) / Double(expansions) : nil }

    /// The share of placeholders among the functions that answers call, which are placeholders and primitive actions;
    /// `nil` without any. A statement that was never reached is neither: nobody knows what it would have been.
    var placeholderRatio: Double? {
        let functions = placeholders + primitives
        return functions > 0 ? Double(placeholders) / Double(functions) : nil
    }
}

extension Node {
    /// Whether it is a placeholder whose last answer stood.
    var isExpanded: Bool { kind == .placeholder && status == .expanded }
}
