import Trajectories

/// Makes a trajectory of a ReAct conversation: a root, and one turn for each answer below it, as collecting does.
struct ConversationImporter: Sendable {
    let settings: ImportSettings
    let scale: RewardScale

    /// Makes the trajectory, without id and repeat.
    func episode(of conversation: Conversation, split: Split, reward: RecordReward) -> ImportedEpisode {
        var issues = reward.issues(success: conversation.success)
        let opening = TaskOpening(conversation.opening)
        if !opening.isParted {
            issues.append(
                ImportIssue(
                    .openingNotRecovered,
                    "no line begins “Your task is to”; the whole first message is taken for the task"))
        }
        let success = conversation.success ?? reward.isAll
        var nodes = [Node.flatRoot(success ? .expanded : .failed)]
        for (index, turn) in conversation.turns.enumerated() {
            nodes.append(Self.node(of: turn, at: index + 1, &issues))
        }
        issues.append(
            ImportIssue(
                .actionRewardsNotRecovered, "the source says the final reward alone; each action says 0"))
        issues.append(
            ImportIssue(.endInferred, success ? "environment_done, for it is a success" : "resolved"))
        let place = ConversationPlace(conversation, in: settings.environment)
        if place.isVariationUnknown {
            issues.append(
                ImportIssue(
                    .variationUnknown,
                    "task_id holds the record's id; the source does not say which variation it is"))
        }
        let actionCount = nodes.reduce(0) { $0 + $1.actions.count }
        let trajectory = Trajectory(
            id: "", taskID: place.taskID,
            environment: EnvironmentRecord(
                name: settings.environment, version: "unknown", task: place.task, variation: place.variation,
                split: split, options: ["source_id": .string(conversation.id)]),
            instruction: opening.instruction, initialObservation: opening.observation, agent: .react,
            policy: settings.policy,
            limits: EpisodeLimits(maxDepth: 0, maxRetry: 0, maxRewrite: 0, stepLimit: 0),
            reward: reward.share(on: scale), nativeReward: reward.native(on: scale, in: settings.environment),
            success: success, ended: success ? .environmentDone : .resolved,
            endedDetail: success ? nil : "the source does not say why the episode ended",
            steps: actionCount, calls: conversation.turns.count, usage: Usage(), seed: 0, repeat: 0,
            nodes: nodes)
        return ImportedEpisode(
            trajectory: trajectory, issues: issues, answers: conversation.turns.count,
            recovered: nodes.count { $0.kind == .turn && $0.status == .completed })
    }

    private static func node(of turn: Conversation.Turn, at position: Int, _ issues: inout [ImportIssue])
        -> Node
    {
        let answer = ReactAnswer(turn.answer)
        let observation = turn.observation.map(observation) ?? ""
        var node = Node(
            id: position, parent: 0, depth: 1, kind: .turn, code: answer.action ?? "", status: .completed,
            expansion: Expansion(
                variables: [], thought: answer.thought, code: answer.action ?? "",
                response: turn.answer.isEmpty ? " " : turn.answer))
        if let action = answer.action {
            node.actions = [Action(action: action, observation: observation, reward: 0)]
        }
        if let problem = answer.problem {
            node.status = .failed
            // What was said to it, so that the turns after it have their history.
            node.error = observation
            issues.append(ImportIssue(.answerWithoutAction, "turn \(position): \(problem)"))
        } else if turn.loss == false {
            node.status = .failed
            issues.append(ImportIssue(.answerNotToLearn, "turn \(position): the source says loss: false"))
        }
        return node
    }

    /// What the environment said, without the label that prompts put before it themselves.
    private static func observation(_ text: String) -> String {
        text.hasPrefix("Observation:") ? text.dropFirst("Observation:".count).trimmed : text.trimmed
    }
}

extension Node {
    /// The root that turns stand under, as collecting makes it.
    fileprivate static func flatRoot(_ status: NodeStatus) -> Node {
        Node(
            id: 0, parent: nil, depth: 0, kind: .placeholder, code: "solve(instruction, observation)",
            status: status,
            inputs: ["instruction", "observation"])
    }
}

/// Which instance of which task a conversation is about, as far as its id says.
struct ConversationPlace: Sendable, Hashable {
    var taskID: String
    var task: String
    var variation: Int
    var isVariationUnknown: Bool

    /// An id in the project's own form, `environment/task/variation`, or `task/variation`, says all; of any other the
    /// task id holds the whole.
    init(_ conversation: Conversation, in environment: String) {
        var parts = conversation.id.split(separator: "/").map(String.init)
        if parts.count == 3, EnvironmentNames.own(parts[0]) == environment { parts.removeFirst() }
        if parts.count == 2, let number = Int(parts[1]), (0...1_000_000).contains(number) {
            (task, variation) = (TaskName(parts[0]).text, number)
            taskID = "\(environment)/\(task)/\(number)"
            isVariationUnknown = false
            return
        }
        task = conversation.task.map(TaskName.init)?.text ?? TaskName.unknown
        variation = 0
        taskID = "\(environment)/\(task)/\(TaskName(conversation.id).text)"
        isVariationUnknown = true
    }
}
