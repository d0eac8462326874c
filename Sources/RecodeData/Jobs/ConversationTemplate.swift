import Export
import Tokens
import Trajectories

/// How conversations are rendered, as options and pipeline files say it.
enum TemplateChoice: Sendable, Hashable {
    /// One that the program has.
    case builtIn(ChatTemplate)
    /// A Jinja file.
    case file(String)

    /// What may be said, for messages.
    static let expected =
        "qwen2.5, none, or a Jinja file: a path with a '/', or ending in .jinja"

    /// Reads a choice: what is no name is a file where it looks like one.
    init?(_ text: String) {
        if let template = ChatTemplate(rawValue: text) {
            self = .builtIn(template)
        } else if text.contains("/") || text.hasSuffix(".jinja") {
            self = .file(text)
        } else {
            return nil
        }
    }

    /// As it is said.
    var text: String {
        switch self {
        case .builtIn(let template): template.rawValue
        case .file(let path): path
        }
    }
}

extension TemplateChoice: Encodable {
    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

/// A chat template that is there and compiles.
enum ConversationTemplate: Sendable, Hashable {
    case builtIn(ChatTemplate)
    case jinja(JinjaTemplate)

    /// Reads the template that was chosen.
    /// - Throws: as ``JinjaTemplate/read(_:python:)``.
    static func read(_ choice: TemplateChoice, python: String) throws -> ConversationTemplate {
        switch choice {
        case .builtIn(let template): .builtIn(template)
        case .file(let path): .jinja(try JinjaTemplate.read(path, python: python))
        }
    }

    /// How manifests call it.
    var name: String {
        switch self {
        case .builtIn(let template): template.rawValue
        case .jinja(let template): template.name
        }
    }

    /// What manifests say of it.
    var record: ExportTemplate {
        switch self {
        case .builtIn(let template): ExportTemplate(name: template.rawValue)
        case .jinja(let template):
            ExportTemplate(name: template.name, sha256: template.sha256, jinja: template.version)
        }
    }

    /// The control tokens that it writes, as far as they are not in the list of common ones.
    var controlTokens: Set<String> {
        switch self {
        case .builtIn: []
        case .jinja(let template): template.controlTokens
        }
    }

    /// What renders whole conversations.
    func render() throws -> ([Message]) throws -> String {
        switch self {
        case .builtIn(let template): return { template.rendered($0) }
        case .jinja(let template):
            let renderer = try template.renderer()
            return { try renderer.rendered($0) }
        }
    }
}

/// Counts the tokens of pairs as their template renders them; one for each thread.
enum ConversationCounter {
    case builtIn(PairTokenCounter)
    case jinja(JinjaRenderer, TokenCounter)

    /// The tokens of a pair. Under a Jinja template, those of the whole text with added tokens recognised, of which those
    /// beyond the prompt and the opening of the answer are trained.
    /// - Throws: ``CommandFailure`` (`badData`) where a template fails, or leaves open what is trained.
    func count(prompt: [Message], completion: [Message]) throws -> PairTokens {
        switch self {
        case .builtIn(let counter): return try counter.count(prompt: prompt, completion: completion)
        case .jinja(let renderer, let counter):
            let (given, whole) = try renderer.rendered(prompt: prompt, completion: completion)
            let content = try (prompt + completion).reduce(0) { try $0 + counter.countOrdinary($1.content) }
            let chat = try counter.count(whole)
            return PairTokens(content: content, chat: chat, trained: try chat - counter.count(given))
        }
    }
}
