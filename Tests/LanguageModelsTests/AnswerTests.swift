import TestServers
import Testing
import Trajectories

@testable import LanguageModels

extension ChatClientTests {
    struct AnswerTests {
        private static let full = ChatCompletion(
            text: "Hello.", finishReason: "stop", model: "m-1", id: "c-1",
            usage: Usage(promptTokens: 10, completionTokens: 2, costUSD: 0.00004))

        private static func full(_ text: String) -> ChatCompletion {
            var completion = full
            completion.text = text
            return completion
        }

        private static func full(usage: Usage) -> ChatCompletion {
            var completion = full
            completion.usage = usage
            return completion
        }

        @Test(arguments: [
            ("answer", full),
            ("untagged", full("No tags at all.")),
            ("empty", full("")),
            ("parts", full("Hello.")),
            ("refusal", full("I will not.")),
            ("no-usage", full(usage: Usage())),
            ("odd-usage", full(usage: Usage())),
            (
                "odd-types",
                ChatCompletion(text: "Hello.", finishReason: "stop", usage: full.usage)
            ),
        ])
        func anAnswerIsReadWhateverItsShape(scenario: String, completion: ChatCompletion) async throws {
            let server = try MisbehavingServer.current()
            let profile = server.profile(scenario, "answer") {
                $0.price = TokenPrice(promptPerMillion: 2, completionPerMillion: 10)
            }
            #expect(try await profile.ask() == completion)
            #expect(try await server.seen(scenario, "answer").count == 1)
        }

        @Test func tokensOfATryThatGaveNoAnswerCount() async throws {
            let profile = try MisbehavingServer.current().profile("null-once", "usage") {
                $0.price = TokenPrice(promptPerMillion: 2, completionPerMillion: 10)
            }
            #expect(
                try await profile.ask().usage
                    == Usage(promptTokens: 20, completionTokens: 4, costUSD: 0.00008))
        }

        @Test func tokensOfACallThatFailedAreToldWithTheFailure() async throws {
            let profile = try MisbehavingServer.current().profile("null-content", "usage")
            let failure = await #expect(throws: ModelFailure.self) { try await profile.ask() }
            #expect(failure?.usage == Usage(promptTokens: 30, completionTokens: 6))
        }

        @Test func aProxyIsAsked() async throws {
            let server = try MisbehavingServer.current()
            var profile = server.profile("answer", "proxied")
            profile.baseURL = "http://model.invalid/answer/proxied/v1"
            let variables = ["http_proxy": "http://127.0.0.1:\(server.port)"]
            let completion = try await ChatClient.withClient(
                profile: profile, pace: .quick, variables: variables
            ) { try await $0.complete(profile.request) }
            #expect(completion.text == "Hello.")
            #expect(try await server.seen("answer", "proxied").count == 1)
        }

        @Test(arguments: [
            ("429-once", 2), ("429-wait", 2), ("429-wait-ms", 2), ("429-wait-date", 2), ("500-twice", 3),
            ("stalled-once", 2), ("reset-once", 2), ("reset-in-body-once", 2), ("truncated-once", 2),
        ])
        func aPassingFaultIsTriedAgain(scenario: String, requests: Int) async throws {
            let server = try MisbehavingServer.current()
            let profile = server.profile(scenario, "answer") {
                if scenario.hasPrefix("stalled") { $0.timeout = .seconds(10) }
            }
            let lines = LogLines()
            #expect(try await profile.ask(lines).text == "Hello.")
            #expect(try await server.seen(scenario, "answer").count == requests)
            #expect(lines.all.count == requests - 1)
        }

        @Test func aRetryIsLoggedWithItsReasonAndWait() async throws {
            let server = try MisbehavingServer.current()
            let lines = LogLines()
            _ = try await server.profile("429-wait", "log").ask(lines)
            #expect(
                lines.all == [
                    """
                    notice: Model m of profile p: HTTP 429, "Slow down.". Waiting 1 s, then try 2 of 3.
                    """
                ])
        }

        @Test func theRequestIsTheBodyInCanonicalForm() async throws {
            let server = try MisbehavingServer.current()
            _ = try await server.profile("answer", "request", key: "sk-canary-0123456789").ask()
            let seen = try await server.seen("answer", "request")
            #expect(seen.authorization == "Bearer sk-canary-0123456789")
            #expect(seen.contentType == "application/json")
            #expect(
                seen.body
                    == #"{"messages":[{"content":"canary prompt","role":"user"}],"model":"m","stream":false}"#
            )
        }

        @Test func withoutAKeyThereIsNoAuthorization() async throws {
            let server = try MisbehavingServer.current()
            _ = try await server.profile("answer", "keyless").ask()
            #expect(try await server.seen("answer", "keyless").authorization == nil)
        }

        @Test func aRedirectIsNotFollowed() async throws {
            let server = try MisbehavingServer.current()
            let profile = server.profile("redirect", "answer", key: "sk-canary-0123456789")
            await #expect(throws: ModelFailure.self) { try await profile.ask() }
            #expect(try await server.seen("answer", "target").count == 0)
        }
    }
}
