import LanguageModels
import Prompts
import Trajectories

/// Answers from the calls of an earlier run: no network, and the same trajectories to the byte.
///
/// The prompts are rendered anew and compared with what was asked then, so that a change of prompts, environment or loop
/// shows as a difference and never as a wrong answer.
public struct ReplayPolicy: Policy {
    /// The policy that answered then.
    public let record: PolicyRecord
    let run: String
    let calls: RecordedCalls
    let renderer: PromptRenderer
    let journal: any CallJournal

    /// Takes the calls of a run.
    ///
    /// - Parameters:
    ///   - run: what the run is called in messages.
    ///   - record: the policy as its trajectories name it.
    ///   - calls: its calls.
    ///   - renderer: how prompts are rendered.
    ///   - journal: where the calls are kept again, so that the new run can be replayed as well.
    public init(
        run: String, record: PolicyRecord, calls: RecordedCalls, renderer: PromptRenderer,
        journal: any CallJournal
    ) {
        self.run = run
        self.record = record
        self.calls = calls
        self.renderer = renderer
        self.journal = journal
    }

    /// It knows nothing beforehand.
    public var scouting: Scouting { .none }

    /// Begins an episode; nothing is looked up yet.
    public func begin(_ context: PolicyContext) async throws -> any PolicySession {
        ChatSession(
            renderer: renderer.speaking(context.grammar),
            source: ReplayedCalls(policy: self, context: context))
    }
}

/// The calls of a run, looked up by episode and number.
public protocol RecordedCalls: Sendable {
    /// The call of a key; `nil` where there was none.
    func find(_ key: CallKey) async throws -> CallRecord?
    /// Whether an episode lost its environment then, so that nobody knows what would have been asked next.
    func lostEnvironment(_ trajectoryID: String) async -> Bool
}

private struct ReplayedCalls: CallSource {
    let policy: ReplayPolicy
    let context: PolicyContext

    func complete(_ messages: [Message], call: Int, subject: String) async throws -> ChatCompletion {
        let key = CallKey(trajectoryID: context.episodeID, call: call)
        guard let known = try await policy.calls.find(key) else {
            guard await !policy.calls.lostEnvironment(context.episodeID) else {
                throw PolicyFailure(
                    "\(place(call, subject)): in \(policy.run) the environment failed here, so there is no answer to replay."
                )
            }
            throw TraceGenError(
                .badReplay,
                "\(place(call, subject)): \(policy.run) has no such call. Replay with the options it was "
                    + "collected with (agent, split, seed, repeats, limits, prompts), and no more episodes than it has."
            )
        }
        if let difference = difference(known, messages, subject) {
            throw TraceGenError(
                .badReplay,
                "\(place(call, subject)): \(policy.run) was asked something else: \(difference). The prompts, the "
                    + "environment or the options have changed since; collect anew, or restore them.")
        }
        try await policy.journal.keep(known, took: nil)
        switch known.outcome {
        case .answered(let response): return response
        case .failed(let failure): throw PolicyFailure(failure.message, usage: failure.usage)
        }
    }

    private func place(_ call: Int, _ subject: String) -> String {
        "cannot replay call \(call + 1) of \(context.taskID) (episode \(context.episodeID)), which asks about `\(subject)`"
    }

    private func difference(_ known: CallRecord, _ messages: [Message], _ subject: String) -> String? {
        guard known.subject == subject else { return "about `\(known.subject)`" }
        let then = known.messages
        for (index, (old, new)) in zip(then, messages).enumerated() where old != new {
            guard old.role == new.role else {
                return "messages[\(index)].role was \(old.role.rawValue), now \(new.role.rawValue)"
            }
            return "messages[\(index)].content \(Self.firstDifference(old.content, new.content))"
        }
        return then.count == messages.count
            ? nil : "\(then.count) messages then, \(messages.count) now"
    }

    private static func firstDifference(_ old: String, _ new: String) -> String {
        let common = zip(old, new).prefix { $0 == $1 }.count
        let excerpts = [old, new].map { text in
            let rest = text.dropFirst(max(0, common - 10)).prefix(50)
            return rest.isEmpty ? "its end" : "“\(rest)”"
        }
        return "differs from character \(common + 1) on: \(excerpts[0]) then, \(excerpts[1]) now"
    }
}

extension CallRecord {
    /// The messages of the request; none where it holds no such thing.
    fileprivate var messages: [Message] {
        guard case .object(let body) = request, case .array(let messages)? = body["messages"] else {
            return []
        }
        return messages.compactMap { message in
            guard case .object(let parts) = message, case .string(let role)? = parts["role"],
                case .string(let content)? = parts["content"], let role = Message.Role(rawValue: role)
            else { return nil }
            return Message(role, content)
        }
    }
}
