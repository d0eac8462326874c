import FoundationEssentials
import JSONLines
import Tokens
import Trajectories

/// A chat template in a file of its own, as Hugging Face models have it: `chat_template.jinja`, with `tokenizer_config.json`
/// beside it where it writes special tokens.
struct JinjaTemplate: Sendable, Hashable {
    /// Where it is.
    let path: String
    /// SHA-256 of its text, and of the special tokens it may write.
    let sha256: String
    /// The version of Jinja that renders it.
    let version: String
    /// The control tokens that it writes, and those that the tokenizer's settings beside it name.
    let controlTokens: Set<String>
    fileprivate let setup: JinjaSetup
    fileprivate let python: String
    private let limit: Duration

    /// The file's name, as manifests have it: nothing depends on where it lies.
    var name: String { path.split(separator: "/").last.map(String.init) ?? path }

    /// Reads a template and compiles it.
    /// - Parameter limit: how long it may take to render a conversation.
    /// - Throws: ``CommandFailure``: `missingProgram` where the Python has no Jinja, `badData` where there is no such file, or
    ///   it does not compile, or writes a special token that nothing says.
    static func read(_ path: String, python: String, limit: Duration = .seconds(30)) throws -> JinjaTemplate {
        guard
            let source = String(
                validating: try AtomicFile.read(path, byteLimit: 1 << 20), as: UTF8.self)
        else {
            throw CommandFailure(.badData, "\(path): it is not UTF-8, so it is no chat template.")
        }
        guard source.contains(where: { !$0.isWhitespace }) else {
            throw CommandFailure(.badData, "\(path): it is empty, so it is no chat template.")
        }
        let config = try JinjaSetup.tokenizerConfig(beside: path)
        let setup = JinjaSetup(source: source, tokens: JinjaSetup.namedTokens(config))
        let fingerprint = try CanonicalJSON.encode(setup)
        let (_, version) = try setup.start(path: path, python: python, limit: limit)
        return JinjaTemplate(
            path: path, sha256: Digest.sha256Hex(of: fingerprint), version: version,
            controlTokens: Set(ControlTokenForm.tokens(inTemplate: source)).union(
                JinjaSetup.controlTokens(config)),
            setup: setup, python: python, limit: limit)
    }

    /// Starts what renders it.
    func renderer() throws -> JinjaRenderer {
        JinjaRenderer(try setup.start(path: path, python: python, limit: limit).helper, path: path)
    }
}

/// What the Python program needs before it renders.
private struct JinjaSetup: Codable, Sendable, Hashable {
    var source: String
    /// The special tokens' texts by the names that templates have for them.
    var tokens: [String: String]

    private struct Greeting: Decodable {
        var jinja2: String?
        var missing: String?
        var error: String?
        var line: Int?
    }

    func start(
        path: String, python: String, limit: Duration
    ) throws -> (helper: PythonHelper, version: String) {
        let helper = try PythonHelper(
            PackageResources.chat_renderer_py, python: python, failing: "\(path) cannot be rendered",
            limit: limit)
        let greeting: Greeting
        do {
            greeting = try helper.ask(self, for: Greeting.self)
        } catch let slow as PythonHelper.TooSlow {
            throw CommandFailure(
                .badData,
                "\(path): the chat template cannot be used: it was not compiled within \(slow.limit.components.seconds) s. "
                    + "Correct it.")
        }
        if let version = greeting.jinja2 { return (helper, version) }
        guard let words = greeting.error else {
            throw CommandFailure(
                .missingProgram,
                "\(path) cannot be rendered: \(python) has no module \(greeting.missing ?? "jinja2"). Run make setup, say in "
                    + "\(Machine.pythonVariable) which Python has it, or use --chat-template qwen2.5.")
        }
        throw CommandFailure(
            .badData,
            "\(path)\(greeting.line.map { ":\($0)" } ?? ""): the chat template cannot be used: \(words). Correct it; special "
                + "tokens are read from \(Self.tokensFile) beside it.")
    }

    private static let tokensFile = "tokenizer_config.json"

    /// The keys of `tokenizer_config.json` in the template's folder; none where there is no such file.
    static func tokenizerConfig(beside path: String) throws -> [String: JSONValue] {
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
        let file = folder + tokensFile
        guard Directory.isPresent(file) else { return [:] }
        let bytes = try AtomicFile.read(file, byteLimit: 64 << 20)
        guard case .object(let keys)? = try? CanonicalJSON.decodeNames(JSONValue.self, from: bytes) else {
            throw CommandFailure(.badData, "\(file): it is no JSON object.")
        }
        return keys
    }

    /// The special tokens that templates have names for.
    static func namedTokens(_ config: [String: JSONValue]) -> [String: String] {
        config.filter { $0.key.hasSuffix("_token") }.compactMapValues(text)
    }

    /// The control tokens that a tokenizer's settings name: `eos_token` and its like, `additional_special_tokens`,
    /// `added_tokens_decoder`.
    static func controlTokens(_ config: [String: JSONValue]) -> [String] {
        var special = Array(namedTokens(config).values)
        if case .array(let more)? = config["additional_special_tokens"] { special += more.compactMap(text) }
        var others: [String] = []
        if case .object(let added)? = config["added_tokens_decoder"] {
            for case .object(let token) in added.values {
                guard let name = text(.object(token)) else { continue }
                if token["special"] == .bool(true) { special.append(name) } else { others.append(name) }
            }
        }
        return special.filter { ControlTokenForm.isControlToken($0, isSpecial: true) }
            + others.filter { ControlTokenForm.isControlToken($0, isSpecial: false) }
    }

    private static func text(_ token: JSONValue) -> String? {
        switch token {
        case .string(let text): text
        // Older files have the token's settings beside its text.
        case .object(let token):
            if case .string(let text)? = token["content"] { text } else { nil }
        default: nil
        }
    }
}

/// Renders conversations with a Jinja template, one at a time.
final class JinjaRenderer {
    private struct Request: Encodable {
        var messages: [Message]
        var prompt: Int?

        enum CodingKeys: CodingKey {
            case messages, prompt
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(messages, forKey: .messages)
            try container.encode(prompt, forKey: .prompt)
        }
    }

    private struct Answer: Decodable {
        var text: String?
        var prompt: String?
        var error: String?
        var line: Int?
    }

    private let helper: PythonHelper
    private let path: String

    fileprivate init(_ helper: PythonHelper, path: String) {
        self.helper = helper
        self.path = path
    }

    /// A conversation as text.
    /// - Throws: ``CommandFailure`` (`badData`) naming the template's line where it fails.
    func rendered(_ messages: [Message]) throws -> String {
        try ask(Request(messages: messages)).text ?? ""
    }

    /// A pair as text, and the part of it that a model is given: the prompt, with the opening of an answer.
    /// - Throws: ``CommandFailure`` (`badData`) where the template fails, or the text does not begin with that part: then it
    ///   cannot be said what is learnt.
    func rendered(prompt: [Message], completion: [Message]) throws -> (given: String, whole: String) {
        let answer = try ask(Request(messages: prompt + completion, prompt: prompt.count))
        let (given, whole) = (answer.prompt ?? "", answer.text ?? "")
        guard whole.utf8.starts(with: given.utf8) else {
            throw CommandFailure(
                .badData,
                "\(path): what the chat template gives a model to answer is not how it begins the answered conversation, so "
                    + "trained tokens cannot be counted. Use --tokens none with this template.")
        }
        return (given, whole)
    }

    private func ask(_ request: Request) throws -> Answer {
        let answer = try answer(to: request)
        guard let words = answer.error ?? (answer.text?.isEmpty ?? true ? "it renders nothing" : nil) else {
            return answer
        }
        throw CommandFailure(
            .badData,
            "\(path)\(answer.line.map { ":\($0)" } ?? ""): the chat template fails: \(words). Correct it, or choose "
                + "another.")
    }

    private func answer(to request: Request) throws -> Answer {
        do {
            return try helper.ask(request, for: Answer.self)
        } catch let slow as PythonHelper.TooSlow {
            return Answer(error: "it had not ended after \(slow.limit.components.seconds) s")
        }
    }
}
