import Trajectories

/// A trajectory written as one line a node: its indent is its depth.
///
/// `>` is a placeholder that was expanded, `?` one that was not, `!` a statement with an action, `-` one without, `x` a
/// statement that raised, `.` one that was never reached. A number after it is the attempt it came from; then come the
/// outputs a placeholder declares, those in brackets lost, and `f`, `r`, `l` for attempts at expanding it that failed.
enum TreeBuilder {
    static func trajectory(
        _ text: String, ended: EndReason = .resolved, agent: AgentKind = .recode, reward: Double = 1
    ) -> Trajectory {
        var nodes: [Node] = []
        var path: [Int] = []
        for line in text.split(separator: "\n") {
            let depth = line.prefix { $0 == " " }.count / 2
            path.removeSubrange(depth...)
            nodes.append(node(line.split(separator: " "), id: nodes.count, parent: path.last, depth: depth))
            path.append(nodes.count - 1)
        }
        return Trajectory(
            id: "00ff", taskID: "scienceworld/boil/3",
            environment: EnvironmentRecord(
                name: "scienceworld", version: "1", task: "boil", variation: 3, split: .train),
            instruction: "Boil water.", initialObservation: "A hallway.", agent: agent,
            policy: PolicyRecord(name: "expert", model: "gold-path"), limits: EpisodeLimits(stepLimit: 100),
            reward: reward, nativeReward: NativeReward(value: reward, min: 0, max: 1), success: reward == 1,
            ended: ended, steps: 1, calls: 1, usage: Usage(), seed: 0, repeat: 0, nodes: nodes)
    }

    private static func node(_ words: [Substring], id: Int, parent: Int?, depth: Int) -> Node {
        let sign = words[0].first ?? "-"
        let isPlaceholder = sign == ">" || sign == "?"
        var node = Node(
            id: id, parent: parent, depth: depth, attempt: Int(words[0].dropFirst()) ?? 0,
            kind: isPlaceholder ? .placeholder : .code, code: "statement \(id)",
            status: sign == ">"
                ? .expanded : sign == "." ? .pending : sign == "x" || sign == "?" ? .failed : .completed)
        if sign == "!" { node.actions = [Action(action: "wait", observation: "", reward: 0)] }
        guard isPlaceholder else { return node }
        var attempts: [Attempt] = []
        for word in words.dropFirst() {
            switch word {
            case "f": attempts.append(Attempt(response: "a", problem: .format, message: "m"))
            case "r": attempts.append(Attempt(response: "a", problem: .runtime, message: "m"))
            case "l": attempts.append(Attempt(response: "a", problem: .limit, message: "m"))
            default:
                let name = word.filter { $0 != "[" && $0 != "]" }
                node.outputs.append(name)
                if word.hasPrefix("[") { node.lostOutputs.append(name) }
            }
        }
        node.expansion = Expansion(variables: [], response: sign == ">" ? "answer" : "", attempts: attempts)
        return node
    }
}
