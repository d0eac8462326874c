/// Which expansion of a log belongs to which node of a tree.
///
/// Both stand in the order they were asked in, which is the tree's pre-order. An expansion belongs to the next node with
/// its signature whose children and thought are those of its answer; nothing is attributed on the signature alone.
struct ExpansionMatch: Sendable {
    /// An expansion with its prompt read.
    struct Found: Sendable, Hashable {
        var expansion: ExpansionLog.Expansion
        var prompt: ExpansionPrompt
    }

    /// By position in the tree.
    private(set) var found: [Int: Found] = [:]
    /// What could not be matched.
    private(set) var issues: [ImportIssue] = []

    /// How many nodes of the same signature an expansion is tried on.
    private static let tryLimit = 50

    /// Matches a log with a tree.
    /// - Complexity: O(*n*) in the size of both, times ``tryLimit`` where signatures repeat.
    init(_ tree: PlanTree, _ log: ExpansionLog) {
        let nodes = tree.nodes
        var children: [Int: [String]] = [:]
        var places: [String: [Int]] = [:]
        for (position, node) in nodes.enumerated() {
            if let parent = node.parent { children[parent, default: []].append(node.code) }
            if node.isPlaceholder { places[node.code.trimmed, default: []].append(position) }
        }
        var next = 0
        for expansion in log.expansions {
            guard let prompt = ExpansionPrompt(expansion.prompt) else {
                issues.append(
                    ImportIssue(
                        .promptUnreadable, "line \(expansion.line): the prompt names no function to expand"))
                continue
            }
            let candidates = (places[prompt.signature] ?? []).drop { $0 < next }.prefix(Self.tryLimit)
            let match = candidates.first {
                Self.agrees(nodes[$0], children: children[$0] ?? [], with: expansion)
            }
            guard let match else {
                issues.append(
                    ImportIssue(
                        .expansionNotInTree,
                        "line \(expansion.line): no node \(prompt.signature.shown()) with this answer's statements is "
                            + "left in the tree"))
                continue
            }
            found[match] = Found(expansion: expansion, prompt: prompt)
            next = match + 1
        }
    }

    private static func agrees(
        _ node: PlanTree.PlanNode, children: [String], with expansion: ExpansionLog.Expansion
    ) -> Bool {
        guard let answer = expansion.answer else { return children.isEmpty }
        let parts = AnswerParts(answer)
        guard node.thought.isEmpty || node.thought.trimmed == parts.thought else { return false }
        let statements = CodeLines(children.joined(separator: "\n"))
        if let blocks = expansion.blocks { return CodeLines(blocks) == statements }
        if children.isEmpty { return parts.code.isEmpty }
        return CodeLines(parts.code).hold(statements)
    }
}

extension PlanTree.PlanNode {
    /// Whether the node is a call somebody was to expand.
    var isPlaceholder: Bool { hasChildren || status == .stub || status == .skip || parent == nil }
}
