import LanguageModels
import Prompts
import Trajectories

/// A language model: renders what it is asked, sends it, and keeps every call.
public struct ChatPolicy: Policy {
    let profile: ModelProfile
    let model: any ChatModel
    let renderer: PromptRenderer
    let journal: any CallJournal
    let budget: CallBudget
    let streak = FailureStreak()

    /// Joins a model with what its calls need.
    ///
    /// - Parameters:
    ///   - profile: how it is asked.
    ///   - model: what answers.
    ///   - renderer: how its prompts are rendered.
    ///   - journal: where its calls are kept.
    ///   - budget: how much it may spend.
    public init(
        profile: ModelProfile, model: any ChatModel, renderer: PromptRenderer, journal: any CallJournal,
        budget: CallBudget
    ) {
        self.profile = profile
        self.model = model
        self.renderer = renderer
        self.journal = journal
        self.budget = budget
    }

    /// The profile's name, the model, how it samples, and the prompts' checksum.
    public var record: PolicyRecord { Self.record(of: profile, renderer) }

    /// How a profile's model is named in records when it is asked with these prompts.
    public static func record(of profile: ModelProfile, _ renderer: PromptRenderer) -> PolicyRecord {
        let record = PolicyRecord(
            name: profile.name, model: profile.model, sampling: profile.sampling,
            promptSHA256: renderer.promptSHA256)
        // Episodes are known by this: a replay, which knows no key, must find the same.
        return (try? KnownSecrets(profile).filter.redacted(record)) ?? record
    }

    /// It knows nothing beforehand.
    public var scouting: Scouting { .none }

    /// Begins an episode; nothing is asked yet.
    public func begin(_ context: PolicyContext) async throws -> any PolicySession {
        ChatSession(
            renderer: renderer.speaking(context.grammar), source: LiveCalls(policy: self, context: context))
    }
}

/// Where one episode's answers come from: the model itself, or a record.
protocol CallSource: Sendable {
    /// Answers the episode's call of that number.
    func complete(_ messages: [Message], call: Int, subject: String) async throws -> ChatCompletion
}

/// One episode's prompts, in order.
actor ChatSession: PolicySession {
    private let renderer: PromptRenderer
    private let source: any CallSource
    private var calls = 0

    init(renderer: PromptRenderer, source: any CallSource) {
        self.renderer = renderer
        self.source = source
    }

    func expand(_ request: ExpansionRequest) async throws -> PolicyAnswer {
        try await ask(
            renderer.messages(signature: request.signature, variables: request.variables),
            request.correction, about: request.signature)
    }

    func act(_ request: TurnRequest) async throws -> PolicyAnswer {
        var messages = renderer.opening(instruction: request.instruction, observation: request.observation)
        for turn in request.turns {
            messages.append(renderer.answer(thought: turn.thought, code: turn.code))
            messages.append(renderer.observation(turn.observation))
        }
        return try await ask(messages, request.correction, about: "turn \(request.turns.count + 1)")
    }

    private func ask(
        _ prompt: [Message], _ correction: Correction?, about subject: String
    ) async throws -> PolicyAnswer {
        var messages = prompt
        if let correction {
            messages += renderer.retry(after: correction.response, problem: correction.message)
        }
        let call = calls
        calls += 1
        let completion = try await source.complete(messages, call: call, subject: subject)
        return PolicyAnswer(text: completion.text, usage: completion.usage)
    }
}

/// Asks the model, unless the journal knows the answer already.
private struct LiveCalls: CallSource {
    let policy: ChatPolicy
    let context: PolicyContext

    func complete(_ messages: [Message], call: Int, subject: String) async throws -> ChatCompletion {
        let profile = policy.profile
        let seed = profile.seed.map { $0 &+ context.repeat }
        let body = profile.requestBody(messages, seed: seed)
        let recorded = profile.recordedRequestBody(messages, seed: seed)
        let key = CallKey(trajectoryID: context.episodeID, call: call)
        // What failed once may not fail again.
        if let known = try await policy.journal.find(key), let answer = known.response,
            try isSame(known.request, recorded)
        {
            return answer
        }
        let estimate = profile.estimate(of: messages)
        try await policy.budget.reserve(estimate)
        switch try await ask(body, recordedAs: recorded, call, subject, at: estimate) {
        case .answered(let completion): return completion
        case .failed(let failure): throw PolicyFailure(failure.message, usage: failure.usage)
        }
    }

    /// Asks the model, keeps what came of it and settles the budget: in that order, as a budget that is reached ends the run.
    private func ask(
        _ body: JSONValue, recordedAs recorded: JSONValue, _ call: Int, _ subject: String,
        at estimate: Usage
    ) async throws -> CallRecord.Outcome {
        var charged: Usage?
        do {
            let began = ContinuousClock.now
            let outcome = try await outcome(of: body)
            let record = CallRecord(
                trajectoryID: context.episodeID, taskID: context.taskID, call: call, subject: subject,
                request: recorded, outcome: outcome)
            charged = record.usage
            try await policy.journal.keep(record, took: ContinuousClock.now - began)
            await policy.budget.settle(estimate, as: charged)
            return outcome
        } catch {
            await policy.budget.settle(estimate, as: charged ?? (error as? ModelFailure)?.usage)
            throw error
        }
    }

    /// Asks the model.
    /// - Throws: a ``ModelFailure`` that ends the run; one that concerns this episode alone is an outcome.
    private func outcome(of body: JSONValue) async throws -> CallRecord.Outcome {
        do {
            let completion = try await policy.model.complete(body)
            await policy.streak.end()
            return .answered(completion)
        } catch let failure as ModelFailure {
            let failure = await policy.streak.extend(by: failure)
            guard !failure.endsRun else { throw failure }
            return .failed(CallFailure(message: failure.message, usage: failure.usage))
        }
    }

    /// Whether two requests are the same as they are stored: 0.0 in one is 0 in the other, and keys are in neither.
    private func isSame(_ first: JSONValue, _ second: JSONValue) throws -> Bool {
        let filter = KnownSecrets(policy.profile).filter
        return try filter.redacted(json: CanonicalJSON.encode(first))
            == filter.redacted(json: CanonicalJSON.encode(second))
    }
}

extension PolicyContext {
    /// `environment/task/variation`.
    var taskID: String { "\(environment)/\(instance.task)/\(instance.variation)" }
    /// How the episode's primitive actions look, as its record will have it.
    var grammar: InstanceGrammar { InstanceGrammar(options: options, instance: start.options) }
}

extension ModelProfile {
    /// About what a call may use: a token for every four bytes of the prompt, and the longest answer allowed.
    func estimate(of messages: [Message]) -> Usage {
        let prompt = messages.reduce(0) { $0 + $1.content.utf8.count } / 4
        let completion = longestAnswer ?? 0
        return Usage(
            promptTokens: prompt, completionTokens: completion,
            costUSD: price?.cost(promptTokens: prompt, completionTokens: completion))
    }
}
