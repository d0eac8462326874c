import LanguageModels
import TemporaryFiles
import Testing
import Trajectories

@testable import RecodeData

/// Profiles as files have them, good and bad.
struct ProfileFileTests {
    private func profile(_ name: String, _ text: String, _ variables: [String: String] = [:]) throws
        -> ModelProfile
    {
        try ProfileFile.profile(named: name, inText: text, file: "p.yaml", variables: variables)
    }

    private func message(_ name: String, _ text: String) -> String? {
        do {
            _ = try profile(name, text)
            return nil
        } catch {
            return CommandFailure(describing: error).message
        }
    }

    @Test func aProfileOfTheReferenceImplementationIsReadAsItIs() throws {
        let text = """
            models:
              default:
                api_key: "sk-canary"
                base_url: "https://your.base.url/v1/"
                model: "gpt-4o-mini"
                temperature: 0.0
                track_costs: true
            """
        let found = try profile("default", text)
        #expect(found.baseURL == "https://your.base.url/v1")
        #expect(found.model == "gpt-4o-mini")
        #expect(found.temperature == 0)
        #expect(found.apiKey == Secret("sk-canary"))
    }

    /// The keys of all profiles are looked for, whichever is used; to read each by itself took profiles².
    @Test func manyProfilesAreReadOnce() throws {
        func text(_ count: Int) -> String {
            "models:\n" + (0..<count).map { "  p\($0): {model: m, api_key: key-of-profile-\($0)}\n" }.joined()
        }
        let directory = try TemporaryDirectory()
        let path = try directory.write(Array(text(500).utf8), to: "profiles.yaml")
        let filter = ProfileFile.secrets(in: path, variables: [:])
        #expect(filter.redacted("key-of-profile-7 key-of-profile-499") == "[secret] [secret]")
        #expect(message("p0", text(501))?.contains("there are 501 profiles, more than 500") == true)
    }

    @Test func everyKeyIsRead() throws {
        let text = """
            models:
              m:
                base_url: http://127.0.0.1:8000/v1/chat/completions
                model: m
                api_key_env: KEY
                temperature: 0.7
                top_p: 0.9
                max_tokens: 512
                seed: 3
                extra_body: {top_k: 20, chat_template_kwargs: {enable_thinking: false}}
                price: {prompt: 0.15, completion: 0.6}
                concurrency: 4
                requests_per_minute: 60
                tokens_per_minute: 90000
                timeout: 30
            """
        let expected = ModelProfile(
            name: "m", baseURL: "http://127.0.0.1:8000/v1", model: "m", apiKey: Secret("k"), temperature: 0.7,
            topP: 0.9, maxTokens: 512, seed: 3,
            extraBody: [
                "top_k": .int(20), "chat_template_kwargs": .object(["enable_thinking": .bool(false)]),
            ],
            price: TokenPrice(promptPerMillion: 0.15, completionPerMillion: 0.6), concurrency: 4,
            requestsPerMinute: 60, tokensPerMinute: 90_000, timeout: .seconds(30))
        #expect(try profile("m", text, ["KEY": "k"]) == expected)
    }

    @Test(arguments: [
        (
            "models:\n  m:\n    model: m\n    temprature: 1\n",
            "p.yaml:4: models.m: found the key 'temprature', expected one of base_url, model, api_key, api_key_env, "
                + "temperature, top_p, max_tokens, seed, extra_body, price, concurrency, requests_per_minute, "
                + "tokens_per_minute, timeout, max_retries, retry_base_delay, retry_jitter, track_costs. "
                + "Did you mean 'temperature'?"
        ),
        (
            "models:\n  other:\n    model: m\n",
            "p.yaml: there is no profile 'm'. There is: other."
        ),
        (
            "models:\n  m:\n    model: m\n    api_key_env: RECODE_NO_SUCH_KEY\n",
            "p.yaml: profile 'm' takes its key from the environment variable RECODE_NO_SUCH_KEY, which is not set. Set "
                + "it (export RECODE_NO_SUCH_KEY=…), or remove api_key_env where the server wants no key."
        ),
        (
            "models:\n  m:\n    model: m\n    base_url: https://user:sk-canary@host/v1\n",
            "p.yaml:4: models.m.base_url: found something else, expected an address such as https://host/v1, without "
                + "user name or query."
        ),
        (
            "models:\n  m:\n    model: m\n    concurrency: 0\n",
            "p.yaml:4: models.m.concurrency: found '0', expected an integer from 1 to 1000000000."
        ),
        (
            "models:\n  m:\n    model: m\n    timeout: 1e21\n",
            "p.yaml:4: models.m.timeout: found '1e21', expected seconds, more than 0, up to 86400."
        ),
    ])
    func aBadFileIsRefusedByKeyAndRemedy(text: String, expected: String) {
        #expect(message("m", text) == expected)
    }

    /// Keys where they do not belong.
    @Test(arguments: [
        "models:\n  m:\n    model: m\n    api_key_env: sk-canary-0123456789\n",
        "models:\n  m:\n    model: m\n    api_key_env: canaryAIza0123456789\n",
        "models:\n  m: {model: m, api_key:sk-canary-0123456789}\n",
        "api_key:sk-canary-0123456789",
        "models: sk-canary-0123456789\n",
        "models:\n  m:\n    model: m\n    timeout: canary0123456789abcdef\n",
        "models:\n  m:\n    model: m\n    canary0123456789abcdef: 1\n",
        "models:\n  m:\n    model: m\n    api_key: \"sk-canary-\u{1B}0123456789\"\n",
        "models:\n  m:\n    model: m\n    api_key: [sk-canary-0123456789]\n",
        "models:\n  m:\n    model: m\n    timeout: sk-canary-0123456789\n",
        "models:\n  m:\n    model: m\n    api_key: 'sk-canary-0123456789\n",
    ])
    func aKeyInTheWrongPlaceIsNotShown(text: String) throws {
        let words = try #require(message("m", text))
        #expect(words.hasPrefix("p.yaml"))
        #expect(!words.contains("canary"), "\(words)")
    }
}
