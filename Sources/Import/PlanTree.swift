/// A decision tree of the reference implementation (`recode.plan.v1`), checked and put in pre-order.
struct PlanTree: Sendable, Hashable {
    /// What a node says.
    struct PlanNode: Sendable, Hashable {
        /// The source's own name of it.
        var name: String
        /// Position of the parent; `nil` for the root.
        var parent: Int?
        /// 0 for the root, as it stands in the tree.
        var depth: Int
        var code: String
        var thought: String
        var status: Status
        /// Lines that were printed, observations among them.
        var observations: [String]
        var error: String?
        var hasChildren: Bool
        /// The depth the source says, where it is another.
        var otherDepth: Int?
    }

    /// The statuses of the reference implementation.
    enum Status: String, Sendable, Hashable {
        case pending = "PENDING"
        case completed = "COMPLETED"
        case stub = "STUB"
        case error = "ERROR"
        case skip = "SKIP"
    }

    /// In pre-order, parents before children.
    private(set) var nodes: [PlanNode]
    /// The limits it was made under, where the tree says.
    private(set) var maxDepth: Int?
    private(set) var maxRetry: Int?
    private(set) var maxRewrite: Int?
    /// The environment, by the reference implementation's name.
    private(set) var environment: String?

    static let version = "recode.plan.v1"
    /// More nodes than any episode has.
    static let nodeLimit = 20_000
    /// More levels than any depth limit allows.
    static let depthLimit = 200

    /// Checks a tree.
    /// - Throws: an issue that costs the record: `noTree`, `treeMalformed`, or `tooLarge`.
    /// - Complexity: O(*n*) in nodes and edges.
    init(_ value: ForeignValue?) throws(ImportIssue) {
        guard let tree = value?.object else {
            throw ImportIssue(
                .noTree, "there is no tree: the runner stopped before or outside of the episode")
        }
        guard tree["version"]?.text == Self.version else {
            throw ImportIssue(
                .treeMalformed,
                "version is \((tree["version"]?.text ?? "missing").shown(40)), expected \(Self.version)")
        }
        guard let root = tree["root_id"]?.text else {
            throw ImportIssue(.noTree, "the tree has no root: the episode ended before it began")
        }
        let meta = tree["meta"]?.object
        maxDepth = meta?["max_depth"]?.count
        maxRetry = meta?["max_retry"]?.count
        maxRewrite = meta?["max_rewrite"]?.count
        environment = meta?["env_name"]?.text
        let found = try Self.found(tree)
        guard found[root] != nil else {
            throw Self.malformed("the root \(root.shown(40)) is not among the nodes")
        }
        nodes = try Self.preOrder(found, try Self.children(tree, of: found, root: root), root: root)
    }

    private static func malformed(_ detail: String) -> ImportIssue {
        ImportIssue(.treeMalformed, detail)
    }

    private static func found(_ tree: ForeignObject) throws(ImportIssue) -> [String: ForeignObject] {
        guard let members = tree["nodes"]?.object?.members else { throw malformed("there are no nodes") }
        guard members.count <= nodeLimit else {
            throw ImportIssue(.tooLarge, "the tree has \(members.count) nodes, more than \(nodeLimit)")
        }
        var found: [String: ForeignObject] = [:]
        for member in members {
            guard let node = member.value.object else {
                throw malformed("node \(member.key.shown(40)) is no object")
            }
            guard found.updateValue(node, forKey: member.key) == nil else {
                throw malformed("node \(member.key.shown(40)) stands twice")
            }
        }
        return found
    }

    private static func children(
        _ tree: ForeignObject, of nodes: [String: ForeignObject], root: String
    ) throws(ImportIssue) -> [String: [String]] {
        guard let edges = tree["edges"]?.list else { throw malformed("there are no edges") }
        var children: [String: [String]] = [:]
        var parents: [String: String] = [:]
        for edge in edges {
            guard let ends = edge.list, ends.count == 2, let parent = ends[0].text, let child = ends[1].text
            else {
                throw malformed("an edge is no pair of node names")
            }
            for end in [parent, child] where nodes[end] == nil {
                throw malformed("an edge leads to node \(end.shown(40)), which is not there")
            }
            guard parents.updateValue(parent, forKey: child) == nil else {
                throw malformed("two edges lead to node \(child.shown(40))")
            }
            guard child != root else { throw malformed("an edge leads back to the root") }
            children[parent, default: []].append(child)
        }
        return children
    }

    private static func preOrder(
        _ found: [String: ForeignObject], _ children: [String: [String]], root: String
    ) throws(ImportIssue) -> [PlanNode] {
        var nodes: [PlanNode] = []
        var stack = [(name: root, parent: Int?.none, depth: 0)]
        while let (name, parent, depth) = stack.popLast() {
            guard let node = found[name] else { continue }
            guard depth <= depthLimit else {
                throw ImportIssue(.tooLarge, "the tree is deeper than \(depthLimit) levels")
            }
            let own = children[name] ?? []
            let position = nodes.count
            nodes.append(
                try PlanNode(name: name, parent: parent, depth: depth, node, hasChildren: !own.isEmpty))
            stack += own.reversed().map { (name: $0, parent: position, depth: depth + 1) }
        }
        // Every node but the root has one parent at most, so what the root does not reach is cut off or a cycle.
        guard nodes.count == found.count else {
            let lost = Set(found.keys).subtracting(nodes.map(\.name)).sorted()
            let led = Set(children.values.joined())
            let cyclic = lost.allSatisfy(led.contains)
            throw malformed(
                "\(lost.count) nodes cannot be reached from the root (first: \(lost[0].shown(40)))"
                    + (cyclic ? ": the edges hold a cycle" : ""))
        }
        return nodes
    }
}

extension PlanTree.PlanNode {
    fileprivate init(
        name: String, parent: Int?, depth: Int, _ node: ForeignObject, hasChildren: Bool
    ) throws(ImportIssue) {
        let place = "node \(name.shown(40))"
        guard let code = node["code"]?.text else {
            throw ImportIssue(.treeMalformed, "\(place) has no code")
        }
        guard let status = node["status"]?.text.flatMap(PlanTree.Status.init(rawValue:)) else {
            throw ImportIssue(
                .treeMalformed,
                "\(place) has the status \((node["status"]?.text ?? "none").shown(40)), expected PENDING, COMPLETED, STUB, "
                    + "ERROR or SKIP")
        }
        let lines = node["observations"]?.list ?? []
        guard lines.allSatisfy({ $0.text != nil }) else {
            throw ImportIssue(.treeMalformed, "\(place) has observations that are no texts")
        }
        self.name = name
        self.parent = parent
        self.depth = depth
        self.code = code.trimmedLineEnds
        thought = node["thought"]?.text ?? ""
        self.status = status
        observations = lines.compactMap(\.text)
        error = node["error"]?.text
        self.hasChildren = hasChildren
        if let stated = node["depth"]?.number, stated != Double(depth) {
            otherDepth = Int(exactly: stated.rounded(.towardZero)) ?? -1
        }
    }
}

extension String {
    /// The text without line ends and blanks at its end; its beginning may be indented.
    var trimmedLineEnds: String {
        guard let last = lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(self[...last])
    }
}
