import Synchronization
import Trajectories

@testable import TraceGen

/// A policy with fixed answers: each function's answers in order, the last one again when they run out.
struct ScriptedPolicy: Policy {
    var answers: [String: [String]]

    var record: PolicyRecord { PolicyRecord(name: "scripted", model: "table") }
    var scouting: Scouting { .none }

    func begin(_ context: PolicyContext) async throws -> any PolicySession {
        ScriptedSession(answers: answers)
    }

    /// An answer in the right format.
    static func answer(_ code: String, thought: String = "Because the table says so.") -> String {
        "<think>\n\(thought)\n</think>\n<execute>\n\(code)\n</execute>"
    }
}

/// What a scripted policy was asked and what it answered.
final class ScriptedSession: PolicySession {
    private let answers: [String: [String]]
    private let asked = Mutex<[ExpansionRequest]>([])

    init(answers: [String: [String]]) {
        self.answers = answers
    }

    /// Every request so far, in order.
    var requests: [ExpansionRequest] { asked.withLock { $0 } }

    func expand(_ request: ExpansionRequest) async throws -> PolicyAnswer {
        let name =
            request.signature.split(separator: "(")[0].split(separator: " ").last.map(String.init) ?? ""
        let turn = asked.withLock { requests in
            requests.append(request)
            return requests.count { $0.signature.contains("\(name)(") } - 1
        }
        guard let choices = answers[name], let last = choices.last else {
            throw PolicyFailure("The table has no answer for \(name).")
        }
        return PolicyAnswer(
            text: turn < choices.count ? choices[turn] : last,
            usage: Usage(promptTokens: 7, completionTokens: 3))
    }
}
