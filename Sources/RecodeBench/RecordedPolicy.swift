import TraceGen
import Trajectories

/// Answers at once with what was answered before: the instant policy of the throughput figure.
///
/// The recorded trajectories must be free of retries, so that answers in pre-order are answers in the order they were
/// asked for.
struct RecordedPolicy: Policy {
    /// The answers of one trajectory for each `task/variation`, in order.
    let answers: [String: [String]]

    init(_ trajectories: [Trajectory]) {
        answers = Dictionary(
            trajectories.map { trajectory in
                (Self.key(trajectory.environment.task, trajectory.environment.variation), trajectory.answers)
            }, uniquingKeysWith: { first, _ in first })
    }

    var record: PolicyRecord { PolicyRecord(name: "recorded", model: "recorded answers") }
    var scouting: Scouting { .none }

    func begin(_ context: PolicyContext) async throws -> any PolicySession {
        RecordedSession(answers: answers[Self.key(context.instance.task, context.instance.variation)] ?? [])
    }

    private static func key(_ task: String, _ variation: Int) -> String { "\(task)/\(variation)" }
}

extension Trajectory {
    /// What the policy answered, in order.
    fileprivate var answers: [String] { nodes.compactMap(\.expansion?.response) }
}

private actor RecordedSession: PolicySession {
    private var answers: ArraySlice<String>

    init(answers: [String]) {
        self.answers = answers[...]
    }

    func expand(_ request: ExpansionRequest) async throws -> PolicyAnswer {
        guard let next = answers.popFirst() else {
            throw PolicyFailure("No recorded answer is left for \(request.signature).")
        }
        return PolicyAnswer(text: next)
    }
}
