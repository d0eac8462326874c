import AsyncHTTPClient
import FoundationEssentials
import Logging
import Synchronization
import Trajectories

/// Asks a chat-completions endpoint over HTTP: within the limits of a profile, and again where that may help.
///
/// The key goes into the header of requests and nowhere else: it is taken out of whatever the server sends.
public final class ChatClient: ChatModel {
    private let profile: ModelProfile
    private let endpoint: ChatEndpoint
    private let gate: RequestGate
    private let judge: ReplyJudge
    private let wording: FailureWording
    private let pace: RetryPace
    private let logger: Logger
    private let random: Mutex<SeededGenerator>

    private init(
        _ profile: ModelProfile, secrets: KnownSecrets, http: HTTPClient, pace: RetryPace, logger: Logger,
        random: SeededGenerator
    ) {
        self.profile = profile
        self.pace = pace
        self.logger = logger
        self.random = Mutex(random)
        endpoint = ChatEndpoint(profile, over: http)
        judge = ReplyJudge(profile, secrets: secrets)
        wording = FailureWording(profile, secrets: secrets)
        gate = RequestGate(
            RequestLine(
                concurrency: profile.concurrency, requestsPerMinute: profile.requestsPerMinute,
                tokensPerMinute: profile.tokensPerMinute))
    }

    /// Makes a client for the time of `body`, and closes its connections afterwards.
    ///
    /// - Parameters:
    ///   - profile: whom to ask, and how; its limits are at least 1.
    ///   - logger: gets a notice for every try that is repeated; never a key or a prompt.
    ///   - random: spreads the waits between tries; it decides nothing else.
    /// - Throws: what `body` throws; ``ModelFailure`` when `SSL_CERT_FILE` names a file that cannot be read.
    public static func withClient<Result: Sendable>(
        profile: ModelProfile, logger: Logger = .silent, random: SeededGenerator = SeededGenerator(seed: 0),
        isolation: isolated (any Actor)? = #isolation, _ body: (ChatClient) async throws -> Result
    ) async throws -> Result {
        try await withClient(
            profile: profile, pace: RetryPace(firstWait: profile.retryBaseDelay), logger: logger,
            random: random, body)
    }

    /// The same with waits of another length, for tests.
    static func withClient<Result: Sendable>(
        profile: ModelProfile, pace: RetryPace, logger: Logger = .silent,
        random: SeededGenerator = SeededGenerator(seed: 0),
        variables: [String: String] = ProcessInfo.processInfo.environment,
        isolation: isolated (any Actor)? = #isolation, _ body: (ChatClient) async throws -> Result
    ) async throws -> Result {
        let configuration = try ChatEndpoint.configuration(for: profile, variables: variables)
        return try await HTTPClient.withHTTPClient(configuration: configuration) { http in
            try await body(
                ChatClient(
                    profile, secrets: KnownSecrets(profile, variables: variables), http: http, pace: pace,
                    logger: logger, random: random))
        }
    }

    /// Asks for the completion of a request body (``ModelProfile/requestBody(_:seed:)``).
    ///
    /// - Returns: the first answer with a text, whatever the text says. Its usage includes that of failed tries the
    ///   server charged for.
    /// - Throws: ``ModelFailure`` when asking again is of no use or the tries are used up; `CancellationError` at once
    ///   when the task is cancelled, be it waiting for its turn, for the server or for the next try.
    public func complete(_ body: JSONValue) async throws -> ChatCompletion {
        let request = try encoded(body)
        var plan = RetryPlan(
            maxRetries: profile.maxRetries, pace: pace,
            random: random.withLock { SeededGenerator(seed: $0.next()) })
        var wasted = Usage.zero
        while true {
            let verdict = try await ask(request)
            if let usage = verdict.setback?.usage { wasted.add(usage) }
            switch plan.step(after: verdict) {
            case .answer(var completion):
                if wasted != .zero { completion.usage.add(wasted) }
                return completion
            case .fail(let setback):
                var failure = wording.failure(setback, tries: plan.tries)
                failure.usage = wasted
                throw failure
            case .retry(let wait, let setback):
                if setback.concernsAllCallers { await gate.pause(for: wait) }
                let line = wording.retryLine(setback, wait: wait, next: plan.tries + 1, of: plan.tryLimit)
                logger.notice("\(line)")
                try await Task.sleep(for: wait)
            }
        }
    }

    /// Makes one try when its turn has come.
    private func ask(_ request: EncodedRequest) async throws -> TryVerdict {
        let verdict = try await gate.perform(reserving: request.tokens) { [endpoint, judge, gate, pace] in
            let outcome = await endpoint.post(request.bytes)
            let verdict = judge.verdict(on: outcome, now: Date().timeIntervalSince1970)
            // Before the next in line may begin.
            if let asked = verdict.setback?.askedWait, asked <= pace.longestAsked {
                await gate.pause(for: asked)
            }
            return (verdict, verdict.tokens)
        }
        // An answer that came is an answer, whoever was cancelled meanwhile: it is paid for.
        if case .answer = verdict { return verdict }
        try Task.checkCancellation()
        return verdict
    }

    private func encoded(_ body: JSONValue) throws -> EncodedRequest {
        if let key = profile.apiKey, !key.fitsIntoHeader {
            let reason = "it holds a space, a line end or another character that no HTTP header may carry"
            throw wording.failure(Setback(.refusedKey, reason, .checkKey), tries: 0)
        }
        do {
            return try EncodedRequest(body, profile: profile)
        } catch {
            let reason = "a number in it is infinite or none at all"
            throw wording.failure(Setback(.badRequest, reason, .checkRequest), tries: 0)
        }
    }
}

/// A request ready to be sent, as often as it takes.
private struct EncodedRequest: Sendable {
    let bytes: [UInt8]
    /// How many tokens it may take: four bytes each, and the longest answer.
    let tokens: Int

    init(_ body: JSONValue, profile: ModelProfile) throws {
        bytes = try CanonicalJSON.encode(body)
        tokens = bytes.count / 4 + (profile.longestAnswer ?? 0)
    }
}

extension TryVerdict {
    /// What the try took, where the server said so.
    fileprivate var tokens: Int? {
        switch self {
        case .answer(let completion):
            completion.usage == Usage()
                ? nil : completion.usage.promptTokens + completion.usage.completionTokens
        case .passing(let setback), .permanent(let setback):
            setback.usage.map { $0.promptTokens + $0.completionTokens }
        }
    }

    /// Why it gave no answer.
    fileprivate var setback: Setback? {
        switch self {
        case .answer: nil
        case .passing(let setback), .permanent(let setback): setback
        }
    }
}

extension Secret {
    /// Whether it is made of visible ASCII characters.
    fileprivate var fitsIntoHeader: Bool { text.utf8.allSatisfy { (0x21...0x7E).contains($0) } }
}

extension Logger {
    /// A logger that says nothing.
    public static var silent: Logger { Logger(label: "silent") { _ in SwiftLogNoOpLogHandler() } }
}
