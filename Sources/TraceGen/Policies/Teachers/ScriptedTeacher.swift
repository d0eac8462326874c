import Trajectories

/// A scripted teacher that is told no more than a language model would be: it reads the request, and nothing else.
///
/// It answers as a model does, with a thought and with code that is run for real, so what it says follows from the
/// instruction, from the variables of a placeholder, or from the turns so far. That is what makes it a stand-in for a
/// model in every part of the pipeline, and its episodes may fail as a model's do.
public struct ScriptedTeacher: Policy {
    /// `expert`, with its script and the version of that as the model.
    public let record: PolicyRecord
    private let lesson: @Sendable (EpisodeStart) -> any Lesson
    private let agent: AgentKind

    /// Makes the teacher.
    /// - Parameters:
    ///   - model: the script and its version, such as `alfworld-teacher-1`; another one where answers change.
    ///   - agent: the loop that asks it.
    ///   - lesson: what it knows how to do in an episode that begins so; its start has no gold path.
    init(model: String, agent: AgentKind, lesson: @escaping @Sendable (EpisodeStart) -> any Lesson) {
        record = PolicyRecord(name: "expert", model: model, sampling: [:])
        self.lesson = lesson
        self.agent = agent
    }

    /// It knows no gold path.
    public var scouting: Scouting { .none }

    /// Begins an episode.
    public func begin(_ context: PolicyContext) async throws -> any PolicySession {
        Session(lesson: lesson(context.start), agent: agent)
    }

    private struct Session: PolicySession {
        var lesson: any Lesson
        var agent: AgentKind

        func expand(_ request: ExpansionRequest) async throws -> PolicyAnswer {
            PolicyAnswer(text: try lesson.expansion(of: request).text(for: .recode))
        }

        func act(_ request: TurnRequest) async throws -> PolicyAnswer {
            let answer = agent == .react ? try lesson.action(for: request) : try lesson.block(for: request)
            return PolicyAnswer(text: answer.text(for: agent))
        }
    }
}

/// What a scripted teacher knows how to do: every answer depends on the request alone.
protocol Lesson: Sendable {
    /// The lines that stand in place of a call (ReCode).
    /// - Throws: ``PolicyFailure`` for a call that is none of its own.
    func expansion(of request: ExpansionRequest) throws(PolicyFailure) -> TeacherAnswer
    /// The next primitive action (ReAct).
    func action(for request: TurnRequest) throws(PolicyFailure) -> TeacherAnswer
    /// The next block of Python (CodeAct).
    func block(for request: TurnRequest) throws(PolicyFailure) -> TeacherAnswer
}

/// A thought, and what is done because of it.
struct TeacherAnswer: Sendable, Hashable {
    /// Why.
    var thought: String
    /// Lines of Python, or one primitive action.
    var code: String

    /// The answer in the format that a loop expects (docs/recode-loop.md, docs/flat-agents.md).
    func text(for agent: AgentKind) -> String {
        switch agent {
        case .react: "Thought: \(thought)\nAction: \(code)"
        case .recode, .codeact: "<think>\n\(thought)\n</think>\n<execute>\n\(code)\n</execute>"
        }
    }
}
