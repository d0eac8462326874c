import Trajectories

/// A finished run of made-up ReCode episodes of every shape an episode can leave: nested, retried, given up, cut off in the
/// middle, with outputs that were lost. Rewards tie heavily.
func writeRandomRun(at path: String, count: Int, seed: UInt64) throws {
    let start = try RunCollector.begin(
        at: path, recipe: ["made": "up"], versions: ["test": "1"], unfinished: .refuse)
    guard case .collecting(let collector) = start else { return }
    var generator = SeededGenerator(seed: seed)
    var order: [String] = []
    for number in 0..<count {
        var tree = RandomTree()
        tree.drawPlaceholder(in: nil, attempt: 0, &generator)
        let trajectory = tree.trajectory(number, &generator)
        order.append(trajectory.id)
        try collector.append(trajectory)
    }
    _ = try collector.seal(order: order)
}

private struct RandomTree {
    private var nodes: [Node] = []
    /// The episode ends at this many nodes; what comes after was never reached.
    private var end = Int.max

    mutating func drawPlaceholder(in parent: Int?, attempt: Int, _ generator: inout SeededGenerator) {
        let id = nodes.count
        let depth = parent.map { nodes[$0].depth + 1 } ?? 0
        let retries = max(0, Int.random(in: -3...2, using: &generator))
        let rewrites = max(0, Int.random(in: -3...2, using: &generator))
        var node = Node(
            id: id, parent: parent, depth: depth, attempt: attempt, kind: .placeholder,
            code: "a, b = step_\(depth)_\(Int.random(in: 0...2, using: &generator))()", status: .expanded,
            outputs: Bool.random(using: &generator) ? ["a", "b"] : [])
        if Int.random(in: 0...5, using: &generator) == 0 { node.lostOutputs = node.outputs }
        let problems =
            [AttemptProblem](repeating: .format, count: rewrites)
            + (0..<retries).map { _ in Bool.random(using: &generator) ? .runtime : .limit }
        node.expansion = Expansion(
            variables: [], thought: "Think\n of it. ", code: "lines", response: "answer",
            attempts: problems.map { Attempt(response: "bad", problem: $0, message: "why") })
        nodes.append(node)
        for retry in 0..<retries {
            drawChildren(of: id, attempt: retry, &generator)
            addCode(in: id, attempt: retry, status: .failed, actions: 0)
        }
        drawChildren(of: id, attempt: retries, &generator)
    }

    private mutating func drawChildren(of parent: Int, attempt: Int, _ generator: inout SeededGenerator) {
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            if nodes[parent].depth < 4, Int.random(in: 0...2, using: &generator) == 0 {
                drawPlaceholder(in: parent, attempt: attempt, &generator)
            } else {
                addCode(
                    in: parent, attempt: attempt, status: .completed,
                    actions: Int.random(in: 0...2, using: &generator))
            }
        }
    }

    private mutating func addCode(in parent: Int, attempt: Int, status: NodeStatus, actions: Int) {
        nodes.append(
            Node(
                id: nodes.count, parent: parent, depth: nodes[parent].depth + 1, attempt: attempt,
                kind: .code,
                code: "run('wait')", status: status,
                actions: (0..<actions).map { Action(action: "wait \($0)", observation: "Time.", reward: 0) }))
    }

    /// The episode of the tree; most are cut off somewhere.
    mutating func trajectory(_ number: Int, _ generator: inout SeededGenerator) -> Trajectory {
        let reasons: [EndReason] = [.resolved, .environmentDone, .stepLimit, .loop, .depthLimit]
        let ended = reasons.randomElement(using: &generator) ?? .resolved
        if ended != .resolved { cut(ended, &generator) }
        let rewards = [0.25, 0.5, 1.0]
        let reward = rewards.randomElement(using: &generator) ?? 1
        return Trajectory(
            id: String(Digest.sha256Hex(of: "random \(number)".utf8).prefix(32)),
            taskID: "scienceworld/boil/\(100 + number)",
            environment: EnvironmentRecord(
                name: "scienceworld", version: "1", task: "boil", variation: 100 + number, split: .train),
            instruction: "Boil water.", initialObservation: "A hallway.", agent: .recode,
            policy: PolicyRecord(name: "model", model: "made-up"), limits: EpisodeLimits(stepLimit: 100),
            reward: reward, nativeReward: NativeReward(value: reward, min: 0, max: 1), success: reward == 1,
            ended: ended, steps: nodes.reduce(0) { $0 + $1.actions.count },
            calls: nodes.count { $0.expansion != nil },
            usage: Usage(promptTokens: 100 * number, completionTokens: number, costUSD: 0.1), seed: 0,
            repeat: 0,
            nodes: nodes)
    }

    /// Ends the episode at a node; what would have come after it was never reached, and nothing of it was expanded.
    private mutating func cut(_ ended: EndReason, _ generator: inout SeededGenerator) {
        let last = Int.random(in: 0..<nodes.count, using: &generator)
        var path: Set<Int> = []
        var next: Int? = last
        while let id = next {
            path.insert(id)
            next = nodes[id].parent
        }
        // Siblings of what ran stay, unreached; what is below them was never written.
        nodes = nodes.filter { $0.id <= last || $0.parent.map(path.contains) == true }
        for index in nodes.indices where nodes[index].id > last {
            nodes[index].status = .pending
            nodes[index].kind = .code
            nodes[index].expansion = nil
            nodes[index].outputs = []
            nodes[index].lostOutputs = []
            nodes[index].actions = []
        }
        if ended != .environmentDone { nodes[last].status = .failed }
        if nodes[last].kind == .placeholder { nodes[last].status = .failed }
        renumber()
    }

    private mutating func renumber() {
        let places = Dictionary(uniqueKeysWithValues: nodes.enumerated().map { ($1.id, $0) })
        for index in nodes.indices {
            nodes[index].id = index
            nodes[index].parent = nodes[index].parent.flatMap { places[$0] }
        }
    }
}
