import LanguageModels
import Testing
import Trajectories

struct ModelProfileTests {
    @Test func aSecretIsNeverShown() throws {
        let secret = try #require(Secret("sk-canary"))
        let profile = ModelProfile(name: "p", baseURL: "http://host/v1", model: "m", apiKey: secret)
        #expect(!"\(secret) \(profile)".contains("canary"))
        #expect(!String(reflecting: profile).contains("canary"))
        #expect(secret.redacted(from: "bad key sk-canary!") == "bad key [secret]!")
    }

    @Test func theBodyHasTheKeysOfTheInterface() {
        let profile = ModelProfile(
            name: "p", baseURL: "http://host/v1", model: "m", temperature: 0.5, maxTokens: 9, seed: 3,
            extraBody: ["top_k": .int(4), "stream": .bool(true)])
        let body = profile.requestBody([Message(.user, "hello")], seed: 4)
        #expect(
            body
                == .object([
                    "model": .string("m"), "temperature": .double(0.5), "max_tokens": .int(9),
                    "seed": .int(4), "top_k": .int(4), "stream": .bool(false),
                    "messages": .array([
                        .object(["role": .string("user"), "content": .string("hello")])
                    ]),
                ]))
    }
}
