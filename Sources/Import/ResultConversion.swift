import Trajectories

/// The nodes of one tree on their way into a record, with what was found and lost on it.
struct ResultConversion: Sendable {
    let tree: PlanTree
    /// `nil` where there is none that can be read.
    let log: ExpansionLog?
    var issues: [ImportIssue] = []
    /// Answers that were asked for.
    private(set) var answers = 0
    /// Answers that came over with their prompts.
    private(set) var recovered = 0
    /// The task, and what is seen first.
    private(set) var opening = TaskOpening("")

    private let isDamaged: Bool
    private var expansions: [Int: ExpansionMatch.Found] = [:]
    private var actions: EpisodeActions?

    /// Matches a tree with its log.
    init(tree: PlanTree, log source: ResultImporter.Log) {
        self.tree = tree
        switch source {
        case .missing(let detail):
            (log, isDamaged) = (nil, false)
            issues.append(ImportIssue(.logMissing, detail))
        case .unreadable(let issue):
            (log, isDamaged) = (nil, false)
            issues.append(issue)
        case .read(let found, let damage):
            (log, isDamaged) = (found, damage)
            if damage { issues.append(ImportIssue(.logNotUTF8, "texts with such bytes are left out")) }
            if !found.hasEnd { issues.append(ImportIssue(.logTorn, "it does not say how the episode ended")) }
            let match = ExpansionMatch(tree, found)
            expansions = match.found
            issues += match.issues
        }
    }

    /// The record's nodes.
    mutating func nodes(steps: Int?, reward: RecordReward, scale: RewardScale) -> [Node] {
        var nodes = tree.nodes.indices.map { node(at: $0) }
        findOpening(nodes[0])
        do {
            let found = try recoveredActions(steps: steps, reward: reward, scale: scale)
            for (position, action) in found.byNode {
                nodes[position].actions = [action]
                nodes[position].printed = []
            }
            actions = found
        } catch {
            issues.append(error)
        }
        return nodes
    }

    /// How many primitive actions the environment took.
    func steps(stated: Int?) -> Int {
        actions?.byNode.count ?? stated.map { max(0, $0 - refused) } ?? 0
    }

    /// Steps the source counts that were no actions: the one beyond the limit, and WebShop's `[FINISH]`.
    private var refused: Int {
        (tree.nodes.contains { $0.isBeyondStepLimit } ? 1 : 0) + (log?.finishes ?? 0)
    }

    private mutating func recoveredActions(
        steps: Int?, reward: RecordReward, scale: RewardScale
    ) throws(ImportIssue) -> EpisodeActions {
        guard let log else {
            throw ImportIssue(
                .actionsNotRecovered, "without a log, thoughts and first observation are missing")
        }
        guard recovered == answers, !opening.instruction.isEmpty else {
            throw ImportIssue(
                .actionsNotRecovered,
                "thoughts are missing: \(answers - recovered) of \(answers) answers did not come over")
        }
        let actions = try EpisodeActions(
            tree, log: log, steps: steps.map { max(0, $0 - refused) }, reward: reward.value ?? 0, scale: scale
        )
        if !actions.hasRewards {
            issues.append(
                ImportIssue(
                    .actionRewardsNotRecovered,
                    "the log has no score for each action that leads to the record's reward"))
        }
        return actions
    }

    private mutating func findOpening(_ root: Node) {
        let values = Dictionary(
            (root.expansion?.variables ?? []).map { ($0.name, $0.value) },
            uniquingKeysWith: { first, _ in first })
        if let instruction = values["instruction"], let observation = values["observation"] {
            opening.instruction = instruction
            opening.observation = observation
        } else {
            opening = TaskOpening(log?.opening ?? "")
            guard opening.instruction.isEmpty || !opening.isParted else { return }
            issues.append(
                ImportIssue(
                    .openingNotRecovered,
                    opening.instruction.isEmpty
                        ? "neither the task nor the first observation is there"
                        : "no line begins “Your task is to”; the whole text is taken for the task"))
        }
    }
}

// MARK: - Nodes

extension ResultConversion {
    private mutating func node(at position: Int) -> Node {
        let source = tree.nodes[position]
        if let other = source.otherDepth {
            issues.append(
                ImportIssue(
                    .depthChanged,
                    "\(source.code.shown()) says depth \(other) and stands at depth \(source.depth)"))
        }
        var node = Node(
            id: position, parent: source.parent, depth: source.depth,
            kind: source.isPlaceholder ? .placeholder : .code, code: source.code, status: source.ownStatus,
            printed: source.observations, error: source.error)
        if source.isPlaceholder { addNames(to: &node) }
        if source.hasChildren, source.status != .stub {
            issues.append(
                ImportIssue(
                    .statusChanged,
                    "\(source.code.shown()) has children and says \(source.status.rawValue): expanded"))
        }
        if source.hasChildren || source.status == .skip || expansions[position] != nil {
            addExpansion(to: &node, source)
        }
        if source.status == .stub, !source.hasChildren {
            let reason = expansions[position] == nil ? "it was never expanded" : "no answer to it stood"
            node.error = node.error ?? reason
            issues.append(
                ImportIssue(
                    .statusChanged,
                    "\(source.code.shown()) says STUB and has no children: failed, "
                        + reason))
        }
        return node
    }

    private mutating func addNames(to node: inout Node) {
        guard let call = CallSignature(node.code) else {
            issues.append(
                ImportIssue(
                    .signatureNotRead,
                    "\(node.code.shown()): no plain call, so its inputs and outputs are not known"))
            return
        }
        node.inputs = call.inputs
        node.outputs = call.outputs
        if call.hasOtherArguments {
            issues.append(
                ImportIssue(
                    .signatureNotRead, "\(node.code.shown()): not all of its arguments are plain names"))
        }
    }

    private mutating func addExpansion(to node: inout Node, _ source: PlanTree.PlanNode) {
        answers += 1
        // Without a response no pair is made of it; the thought is the tree's.
        node.expansion = Expansion(variables: [], thought: source.thought)
        guard let found = expansions[node.id] else {
            if log != nil {
                issues.append(
                    ImportIssue(.expansionNotInLog, "\(source.code.shown()): neither prompt nor answer"))
            }
            return
        }
        let expansion = found.expansion
        let texts = [expansion.prompt, expansion.answer ?? ""] + expansion.attempts.map(\.response)
        if let problem = problem(with: found, source, texts) {
            issues.append(
                ImportIssue(.promptUnreadable, "line \(expansion.line), \(source.code.shown()): \(problem)"))
            return
        }
        if found.prompt.isAmbiguous {
            issues.append(
                ImportIssue(
                    .variablesAmbiguous,
                    "line \(expansion.line), \(source.code.shown()): a value holds a line that begins like a variable"
                ))
        }
        recovered += 1
        node.expansion?.variables = found.prompt.variables
        for name in found.prompt.variables.map(\.name) where !node.inputs.contains(name) {
            node.inputs.append(name)
        }
        node.expansion?.attempts = expansion.attempts
        guard let answer = expansion.answer else { return }
        guard source.hasChildren else {
            // An answer without code: the reference implementation goes on, and nothing came of it.
            node.expansion?.attempts.append(
                Attempt(response: answer, problem: .format, message: "The answer holds no statement."))
            return
        }
        let parts = AnswerParts(answer)
        node.expansion?.thought = parts.thought
        node.expansion?.code = parts.code
        node.expansion?.response = answer
    }

    /// Why an expansion's texts cannot be trusted; `nil` where they can.
    private func problem(
        with found: ExpansionMatch.Found, _ source: PlanTree.PlanNode, _ texts: [String]
    ) -> String? {
        if found.expansion.isAmbiguous {
            return "two answers stand in a row, and one of them may be a line of a value"
        }
        if !found.prompt.missing.isEmpty {
            return "the prompt does not show \(found.prompt.missing.joined(separator: ", ").shown())"
        }
        if isDamaged, texts.contains(where: { $0.unicodeScalars.contains("\u{FFFD}") }) {
            return "its texts hold bytes that are not UTF-8"
        }
        if source.hasChildren, AnswerParts(found.expansion.answer ?? "").code.isEmpty {
            return "the answer's <execute> block is not whole"
        }
        return nil
    }
}

extension PlanTree.PlanNode {
    /// The status in the project's own terms.
    fileprivate var ownStatus: NodeStatus {
        switch status {
        case _ where hasChildren: .expanded
        case .pending: .pending
        case .completed: .completed
        case .stub, .error: .failed
        case .skip: .skipped
        }
    }

    /// Whether the step limit kept the statement from acting.
    var isBeyondStepLimit: Bool { error?.hasPrefix("StepLimitError") == true }
}
