import TestServers
import Testing
import Trajectories

@testable import LanguageModels

extension ChatClientTests {
    struct SecrecyTests {
        private static let canary = "sk-canary-0123456789"

        @Test func anAnswerIsFreeOfTheKey() async throws {
            let server = try MisbehavingServer.current()
            let completion = try await server.profile("echo", "secrecy", key: Self.canary).ask()
            #expect(
                completion
                    == ChatCompletion(
                        text: "Your key is [secret].", reasoning: "They sent [secret]",
                        finishReason: "[secret]",
                        model: "m-[secret]", id: "[secret]",
                        usage: Usage(promptTokens: 10, completionTokens: 2)))
        }

        @Test func aPlaceholderKeyStaysAWordOfTheAnswer() async throws {
            let server = try MisbehavingServer.current()
            let completion = try await server.profile("echo", "placeholder", key: "ollama").ask()
            #expect(completion.text == "Your key is ollama.")
        }

        /// Every place of an error where a server can put the key, and every place where it could come out.
        @Test func noMessageOrLogLineHoldsTheKeyOrThePrompt() async throws {
            let server = try MisbehavingServer.current()
            let profile = server.profile("echo-everywhere", Self.canary, key: Self.canary) {
                $0.model = Self.canary
                $0.maxRetries = 11
            }
            let lines = LogLines()
            let failure = await #expect(throws: ModelFailure.self) {
                try await profile.ask(lines)
            }
            let seen = try await server.seen("echo-everywhere", Self.canary)
            #expect(seen.count == 12)
            #expect(seen.authorization == "Bearer \(Self.canary)")
            let all = lines.all + ["\(failure as Any)", String(reflecting: failure)]
            #expect(lines.all.count == 11)
            // Not even half of it, as cutting a text could leave.
            #expect(all.filter { $0.contains("canary") || $0.contains("0123") } == [])
        }
    }
}
