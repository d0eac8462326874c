import Testing
import Trajectories

@testable import LanguageModels

struct ReplyJudgeTests {
    private func verdict(_ status: Int, _ body: String) -> TryVerdict {
        let profile = ModelProfile(name: "p", baseURL: "http://host/v1", model: "m")
        let reply = ServerReply(status: status, body: Array(body.utf8))
        return ReplyJudge(profile).verdict(on: .replied(reply), now: 0)
    }

    @Test(
        arguments: [
            (401, "", .refusedKey), (402, "", .refusedKey), (403, "", .refusedKey),
            (403, #"{"error":{"type":"insufficient_quota"}}"#, .refusedKey),
            (404, "", .notFound), (405, "", .notFound), (413, "", .contextTooLong), (400, "", .badRequest),
            (400, #"{"error":{"code":"model_not_found"}}"#, .notFound),
            (400, #"{"error":{"code":"context_length_exceeded"}}"#, .contextTooLong),
            (422, #"{"detail":"the prompt exceeds the context"}"#, .contextTooLong),
            (400, #"{"message":"prompt (9) + max_tokens > max_model_len (8)"}"#, .contextTooLong),
            (418, "I'm a teapot", .badRequest), (431, "", .badRequest),
            (300, "", .notFound), (304, "", .notFound),
        ] as [(Int, String, ModelFailure.Code)])
    func somePassNever(status: Int, body: String, code: ModelFailure.Code) {
        guard case .permanent(let setback) = verdict(status, body) else {
            Issue.record("HTTP \(status) is not permanent")
            return
        }
        #expect(setback.code == code)
    }

    @Test(
        arguments: [
            (408, .timedOut), (409, .noCompletion), (425, .noCompletion), (429, .unavailable),
            (500, .noCompletion), (501, .noCompletion), (502, .unavailable), (503, .unavailable),
            (504, .unavailable), (529, .unavailable),
        ] as [(Int, ModelFailure.Code)])
    func somePass(status: Int, code: ModelFailure.Code) {
        guard case .passing(let setback) = verdict(status, "") else {
            Issue.record("HTTP \(status) does not pass")
            return
        }
        #expect(setback.code == code)
        #expect(setback.reason == "HTTP \(status)")
    }

    @Test(arguments: [
        (#"{"error":{"message":"a","code":"b","type":"c"}}"#, #""a""#),
        (#"{"error":"a"}"#, #""a""#),
        (#"{"message":"a"}"#, #""a""#),
        (#"{"detail":"a"}"#, #""a""#),
        (#"{"detail":[{"msg":"a"},{"msg":"b"}]}"#, #""a; b""#),
        (#"[{"error":{"message":"a"}}]"#, #""a""#),
        (#"{"odd":1}"#, #""{"odd":1}""#),
        ("  a\r\n\t b\u{1B}[31m\u{0} ", #""a b [31m""#),
        ("<html><TITLE>Bad Gateway</TITLE></html>", #"an HTML page: "Bad Gateway""#),
        ("\n<p>Bad<br>Gateway</p>", #"an HTML page: "Bad Gateway""#),
        ("<html></html>", "an HTML page"),
        ("", ""),
        (String(repeating: "word ", count: 50), "\"" + String(repeating: "word ", count: 16) + "…\""),
    ])
    func theServersWordsAreFoundWhereverTheyAre(body: String, shown: String) {
        #expect(ServerWords(Array(body.utf8), without: .none).shown == shown)
    }

    @Test func longWordsAreCutAfterTheKeyIsTakenOut() {
        let key = KnownSecrets([Secret("sk-canary")].compactMap(\.self))
        let text = String(repeating: "x", count: 295) + "sk-canary"
        let shown = ServerWords(Array(#"{"error":"\#(text)"}"#.utf8), without: key).shown
        #expect(shown == "\"" + String(repeating: "x", count: 295) + "[secr…\"")
    }

    @Test(arguments: [
        ("http://host/v1", "http://host/v1/chat/completions", "http://host/v1/chat/completions"),
        ("http://host/v1//", "http://host/v1/chat/completions", "http://host/v1/chat/completions"),
        (
            "https://a:b@host/v1/?api-version=1",
            "https://a:b@host/v1/chat/completions?api-version=1", "https://host/v1/chat/completions"
        ),
        ("host", "host/chat/completions", "host/chat/completions"),
    ])
    func addressesAreShownWithoutSecrets(base: String, asked: String, shown: String) {
        let profile = ModelProfile(name: "p", baseURL: base, model: "m")
        #expect(profile.completionsURL == asked)
        #expect(profile.shownURL == shown)
    }

    @Test(arguments: [
        (#"{"prompt_tokens":3,"completion_tokens":4}"#, 3, 4),
        (#"{"prompt_tokens":3,"total_tokens":9}"#, 3, 6),
        (#"{"prompt_tokens":3}"#, 3, 0),
        (#"{"prompt_tokens":9,"total_tokens":3}"#, 0, 0),
        (#"{"prompt_tokens":-1,"completion_tokens":4}"#, 0, 0),
        (#"{"prompt_tokens":9223372036854775807,"completion_tokens":9223372036854775807}"#, 0, 0),
        (#"{"prompt_tokens":1e30,"completion_tokens":4}"#, 0, 0),
        ("null", 0, 0), ("7", 0, 0),
    ])
    func usageIsTakenWhereItCanBe(usage: String, prompt: Int, completion: Int) {
        let body = #"{"choices":[{"message":{"content":"x","tool_calls":[{}]}}],"usage":\#(usage)}"#
        let expected = ChatCompletion(
            text: "x", usage: Usage(promptTokens: prompt, completionTokens: completion))
        #expect(verdict(200, body) == .answer(expected))
    }
}
