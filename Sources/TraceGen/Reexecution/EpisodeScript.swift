import Trajectories

/// The answers and actions of a record in the order in which they came, to be given again one by one.
///
/// An actor because the world is asked from within a statement that the policy's answer made.
actor EpisodeScript {
    /// A recorded answer, and the question it answered.
    private struct Answer {
        var node: Int
        var signature: String
        var text: String
    }

    /// A recorded action with what it led to.
    private struct Step {
        var node: Int
        var index: Int
        var action: Action
        /// The reward after it.
        var reward: Double
    }

    private let trajectory: Trajectory
    private let answers: [Answer]
    private let steps: [Step]
    private var answersGiven = 0
    private var stepsTaken = 0

    init(of trajectory: Trajectory) {
        self.trajectory = trajectory
        answers = Self.answers(of: trajectory.nodes)
        var reward = 0.0
        steps = trajectory.nodes.flatMap { node in
            node.actions.enumerated().map { index, action in
                reward = ((reward + action.reward) * 100).rounded() / 100
                return Step(node: node.id, index: index, action: action, reward: reward)
            }
        }
    }

    /// The next answer.
    /// - Parameter subject: what is asked about: a signature, or the number of a turn.
    /// - Throws: ``EpisodeDifference`` where the record has no such question next.
    func answer(to subject: String) throws(EpisodeDifference) -> PolicyAnswer {
        guard answersGiven < answers.count else {
            throw EpisodeDifference(
                node: answers.last?.node, field: "expansion", recorded: "no further question",
                now: "a question about \(subject)")
        }
        let answer = answers[answersGiven]
        guard answer.signature == subject else {
            throw EpisodeDifference(
                node: answer.node, field: "code", recorded: answer.signature, now: subject)
        }
        answersGiven += 1
        return PolicyAnswer(text: answer.text)
    }

    /// What an action led to.
    /// - Throws: ``EpisodeDifference`` where the record has another action next, or none.
    func step(_ action: String) throws(EpisodeDifference) -> StepResult {
        guard stepsTaken < steps.count else {
            throw EpisodeDifference(
                node: steps.last?.node, field: "actions", recorded: "no further action", now: action)
        }
        let step = steps[stepsTaken]
        guard step.action.action == action else {
            throw EpisodeDifference(
                node: step.node, field: "actions[\(step.index)].action", recorded: step.action.action,
                now: action)
        }
        stepsTaken += 1
        let isLast = stepsTaken == steps.count
        // What the record says of the end only is known after the last action; before it nothing looks at these.
        return StepResult(
            observation: step.action.observation,
            nativeReward: isLast ? trajectory.nativeReward.value : 0, reward: step.reward,
            done: isLast && trajectory.ended == .environmentDone, success: isLast && trajectory.success)
    }

    /// Every answer in the order in which it was asked for: of a placeholder, those that broke the format or failed, each
    /// followed by what its own statements asked, and last the one that stood.
    private static func answers(of nodes: [Node]) -> [Answer] {
        var children: [Int: [Int]] = [:]
        for node in nodes { if let parent = node.parent { children[parent, default: []].append(node.id) } }
        var answers: [Answer] = []
        var turn = 0
        // What is left to do, the next last: an answer to give, or a node to look at.
        var left: [Work] = nodes.isEmpty ? [] : [.visit(0)]
        while let work = left.popLast() {
            switch work {
            case .give(let answer): answers.append(answer)
            case .visit(let index):
                let node = nodes[index]
                if node.kind == .turn { turn += 1 }
                let signature = node.kind == .turn ? "turn \(turn)" : node.code
                let below = children[index] ?? []
                left += steps(of: node, signature: signature, children: below.map { nodes[$0] }).reversed()
            }
        }
        return answers
    }

    private enum Work {
        case give(Answer)
        case visit(Int)
    }

    private static func steps(of node: Node, signature: String, children: [Node]) -> [Work] {
        guard let expansion = node.expansion else { return children.map { .visit($0.id) } }
        var tasks: [Work] = []
        // An answer that broke the format has no statements, and no number among the attempts of nodes.
        var attempt = 0
        func visits() -> [Work] { children.filter { $0.attempt == attempt }.map { .visit($0.id) } }
        for failed in expansion.attempts {
            tasks.append(.give(Answer(node: node.id, signature: signature, text: failed.response)))
            guard failed.problem != .format else { continue }
            tasks += visits()
            attempt += 1
        }
        if !expansion.response.isEmpty {
            tasks.append(.give(Answer(node: node.id, signature: signature, text: expansion.response)))
            tasks += visits()
        }
        return tasks
    }
}

/// A world that knows nothing but the recorded actions.
struct RecordedWorld: EnvironmentSession {
    private let script: EpisodeScript

    init(_ script: EpisodeScript) {
        self.script = script
    }

    func start(_ instance: TaskInstance, scouting: Scouting) async throws -> EpisodeStart {
        preconditionFailure("the agent is given an episode that has begun")
    }

    func step(_ action: String) async throws -> StepResult { try await script.step(action) }
}

/// A policy that says what was said.
struct RecordedAnswers: PolicySession {
    private let script: EpisodeScript

    init(_ script: EpisodeScript) {
        self.script = script
    }

    func expand(_ request: ExpansionRequest) async throws -> PolicyAnswer {
        try await script.answer(to: request.signature)
    }

    func act(_ request: TurnRequest) async throws -> PolicyAnswer {
        try await script.answer(to: "turn \(request.turns.count + 1)")
    }
}
