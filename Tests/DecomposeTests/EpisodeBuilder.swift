import Trajectories

/// Builds trajectories node by node, in pre-order, the way an episode would have left them.
struct EpisodeBuilder {
    private(set) var nodes: [Node] = []

    @discardableResult
    mutating func placeholder(
        _ code: String, in parent: Int? = nil, attempt: Int = 0, status: NodeStatus = .expanded,
        variables: [Variable] = [], thought: String = "", answer: String = "", attempts: [Attempt] = [],
        lost: [String] = []
    ) -> Int {
        var expansion = Expansion(variables: variables, attempts: attempts)
        if status == .expanded {
            expansion.thought = thought
            expansion.code = answer
            expansion.response = "<think>\n\(thought)\n</think>\n<execute>\n\(answer)\n</execute>"
        }
        var node = node(.placeholder, code, parent, attempt, status)
        node.expansion = status == .pending || status == .skipped ? nil : expansion
        node.inputs = variables.map(\.name)
        node.outputs = code.contains(" = ") ? [String(code.prefix { $0 != " " })] : []
        node.lostOutputs = lost
        nodes.append(node)
        return node.id
    }

    mutating func code(
        _ code: String, in parent: Int, attempt: Int = 0, status: NodeStatus = .completed,
        actions: [(String, String)] = [], error: String? = nil
    ) {
        var node = node(.code, code, parent, attempt, status)
        node.actions = actions.map { Action(action: $0.0, observation: $0.1, reward: 0) }
        node.error = error
        nodes.append(node)
    }

    mutating func turn(
        thought: String, code: String, in parent: Int, status: NodeStatus = .completed,
        actions: [(String, String)] = [], printed: [String] = [], response: String? = nil,
        attempts: [Attempt] = [], error: String? = nil
    ) {
        var node = node(.turn, code, parent, 0, status)
        node.expansion = Expansion(
            variables: [], thought: thought, code: code, response: response ?? "\(thought)\n\(code)",
            attempts: attempts)
        node.actions = actions.map { Action(action: $0.0, observation: $0.1, reward: 0) }
        node.printed = printed
        node.error = error
        nodes.append(node)
    }

    private func node(
        _ kind: NodeKind, _ code: String, _ parent: Int?, _ attempt: Int, _ status: NodeStatus
    ) -> Node {
        Node(
            id: nodes.count, parent: parent, depth: parent.map { nodes[$0].depth + 1 } ?? 0, attempt: attempt,
            kind: kind, code: code, status: status)
    }

    func trajectory(_ agent: AgentKind = .recode, environment: String = "scienceworld") -> Trajectory {
        Trajectory(
            id: "0123456789abcdef0123456789abcdef", taskID: "\(environment)/boil/3",
            environment: EnvironmentRecord(
                name: environment, version: "1.2.3", task: "boil", variation: 3, split: .train),
            instruction: "Your task is to boil water.", initialObservation: "You are in the hallway.",
            agent: agent, policy: PolicyRecord(name: "expert", model: "gold-path"),
            limits: EpisodeLimits(stepLimit: 100), reward: 0.75,
            nativeReward: NativeReward(value: 75, min: -100, max: 100), success: false, ended: .resolved,
            steps: nodes.reduce(0) { $0 + $1.actions.count }, calls: nodes.count { $0.expansion != nil },
            usage: Usage(), seed: 0, repeat: 0, nodes: nodes)
    }
}

/// The variables every root takes in.
let rootVariables = [
    Variable(name: "instruction", type: "str", value: "Your task is to boil water."),
    Variable(name: "observation", type: "str", value: "You are in the hallway."),
]
