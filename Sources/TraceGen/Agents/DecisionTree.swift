import Trajectories

/// The decision tree while it grows: statements are added below the placeholder they expand, attempt by attempt.
///
/// Nodes are named by the order they were added in; ``preOrder()`` renumbers them for the record.
struct DecisionTree: Sendable {
    private(set) var nodes: [Node]
    private var children: [[Int]]

    /// A tree of one node, the root.
    init(root code: String) {
        nodes = [Node(id: 0, parent: nil, depth: 0, kind: .code, code: code)]
        children = [[]]
    }

    subscript(index: Int) -> Node {
        get { nodes[index] }
        set { nodes[index] = newValue }
    }

    /// Adds the statements of one attempt at expanding `parent`.
    /// - Returns: their positions, in order.
    mutating func expand(_ parent: Int, attempt: Int, into statements: [String]) -> [Int] {
        let first = nodes.count
        for code in statements {
            nodes.append(
                Node(
                    id: nodes.count, parent: parent, depth: nodes[parent].depth + 1, attempt: attempt,
                    kind: .code,
                    code: code))
            children.append([])
        }
        let added = Array(first..<nodes.count)
        children[parent] += added
        return added
    }

    /// The nodes in pre-order, parents before children, renumbered so that an id is a position.
    /// - Complexity: O(*n*).
    func preOrder() -> [Node] {
        var ordered: [Node] = []
        var newID = [Int](repeating: 0, count: nodes.count)
        var stack = [0]
        while let index = stack.popLast() {
            var node = nodes[index]
            newID[index] = ordered.count
            node.id = ordered.count
            node.parent = node.parent.map { newID[$0] }
            ordered.append(node)
            stack += children[index].reversed()
        }
        return ordered
    }
}
