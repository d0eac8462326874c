import FoundationEssentials
import TestServers
import Testing
import Trajectories

@testable import LanguageModels

extension RetryPace {
    /// Waits that a test can afford.
    static let quick = RetryPace(firstWait: .milliseconds(1), longestWait: .milliseconds(4))
}

extension ModelProfile {
    /// A request of this profile.
    var request: JSONValue { requestBody([Message(.user, "canary prompt")]) }

    /// Asks once, with quick retries.
    func ask(_ lines: LogLines = LogLines()) async throws -> ChatCompletion {
        try await ChatClient.withClient(profile: self, pace: .quick, logger: lines.logger) { client in
            try await client.complete(request)
        }
    }
}

extension ChatClientTests {
    struct FaultTests {
        /// Every scenario that never ends in an answer.
        private static let scenarios = [
            "429", "429-wait-long", "quota", "500", "529", "503-plain", "502-page", "200-page", "200-error",
            "200-empty", "stalled", "stalled-in-body", "reset", "closed-in-body", "truncated", "no-choices",
            "null-content", "null-content-length", "huge", "huge-in-chunks", "invalid-utf8", "wrong-model",
            "no-page", "expired-key", "gemini-key", "forbidden", "unpaid", "redirect", "too-long",
            "too-long-words", "too-large", "bad-request", "bad-list",
        ]

        @Test func everyFaultEndsInAMessageThatSaysWhatToDo() async throws {
            let server = try MisbehavingServer.current()
            let reports = try await withThrowingTaskGroup(of: (Int, String).self) { group in
                for (index, scenario) in Self.scenarios.enumerated() {
                    group.addTask { (index, try await report(scenario, server)) }
                }
                return try await group.reduce(into: [Int: String]()) { $0[$1.0] = $1.1 }
            }
            let text = Self.scenarios.indices.compactMap { reports[$0] }.joined(separator: "\n")
            try GoldenFile.check(text, "failures.txt")
        }

        /// The failure of a scenario and how many requests it took.
        private func report(_ scenario: String, _ server: MisbehavingServer) async throws -> String {
            let profile = server.profile(scenario, "fault", key: "sk-canary-0123456789") {
                if scenario.hasPrefix("stalled") { $0.timeout = .milliseconds(300) }
            }
            let failure = await #expect(throws: ModelFailure.self) { try await profile.ask() }
            let count = try await server.seen(scenario, "fault").count
            // A request that runs out of time may do so before a busy machine's server has seen it.
            let isStalled = scenario.hasPrefix("stalled")
            #expect(!isStalled || count <= 3)
            let requests = isStalled ? "up to 3" : "\(count)"
            return """
                \(scenario): \(failure.map { "\($0.code)" } ?? "nothing thrown"), requests: \(requests)
                \(failure?.message.replacing(":\(server.port)/", with: ":PORT/") ?? "")

                """
        }

        @Test func aResetInABodyIsTriedAgainHoweverFarTheBodyCame() async throws {
            let profile = try MisbehavingServer.current().profile("reset-in-body", "fault")
            let failure = await #expect(throws: ModelFailure.self) { try await profile.ask() }
            let code = try #require(failure).code
            #expect(code == .noCompletion || code == .unavailable)
            #expect(try await MisbehavingServer.current().seen("reset-in-body", "fault").count == 3)
        }

        @Test func aServerThatIsGoneIsUnavailable() async throws {
            // Nothing listens at port 1.
            let profile = ModelProfile(
                name: "p", baseURL: "http://user:word@127.0.0.1:1/v1?k=v", model: "m", maxRetries: 1)
            let failure = await #expect(throws: ModelFailure.self) { try await profile.ask() }
            #expect(
                failure?.message
                    == """
                    Model m of profile p at http://127.0.0.1:1/v1/chat/completions is not available: connection \
                    refused (2 tries). Check that the server runs and that base_url of profile p is right, then \
                    resume with the same command.
                    """)
            #expect(failure?.code == .unavailable)
        }

        @Test(arguments: ["ftp://127.0.0.1/v1", "127.0.0.1/v1", "http:///v1", "http://[::", ""])
        func anAddressThatIsNoneIsNotAsked(address: String) async throws {
            let profile = ModelProfile(name: "p", baseURL: address, model: "m")
            let failure = await #expect(throws: ModelFailure.self) { try await profile.ask() }
            #expect(failure?.code == .notFound)
            #expect(failure?.message.contains("this is no http:// or https:// address (1 try)") == true)
        }

        @Test func aNameThatIsNoneIsUnavailable() async throws {
            let profile = ModelProfile(
                name: "p", baseURL: "http://host.invalid/v1", model: "m", maxRetries: 0)
            let failure = await #expect(throws: ModelFailure.self) { try await profile.ask() }
            // What the system's resolver says, and how fast, is not ours.
            #expect(failure?.code == .unavailable)
        }

        @Test func aKeyThatNoHeaderTakesIsNotSent() async throws {
            let server = try MisbehavingServer.current()
            let profile = server.profile("answer", "bad-key", key: "sk-canary-0123456789\n")
            let failure = await #expect(throws: ModelFailure.self) { try await profile.ask() }
            #expect(failure?.code == .refusedKey)
            #expect(failure?.message.contains("canary") == false)
            #expect(try await server.seen("answer", "bad-key").count == 0)
        }

        @Test func aMissingKeyIsCalledMissing() async throws {
            let profile = try MisbehavingServer.current().profile("expired-key", "no-key")
            let failure = await #expect(throws: ModelFailure.self) { try await profile.ask() }
            #expect(failure?.message.contains("wants a key: HTTP 401") == true)
            #expect(failure?.message.hasSuffix("holds the key.") == true)
        }

        @Test func aNumberThatJSONLacksIsABadRequest() async throws {
            let server = try MisbehavingServer.current()
            let profile = server.profile("answer", "nan") { $0.temperature = .nan }
            let failure = await #expect(throws: ModelFailure.self) { try await profile.ask() }
            #expect(failure?.code == .badRequest)
        }
    }
}
