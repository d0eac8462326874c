import Export
import JSONLines
import Tokens

/// The vocabulary tokens are counted with, as options and pipeline files name it.
enum VocabularyChoice: Sendable, Hashable {
    /// Tokens are not counted.
    case none
    /// Qwen2.5's, which `make setup` fetches.
    case qwen25
    /// A tiktoken rank file or a Hugging Face `tokenizer.json`.
    case file(String)

    /// The choices that have names.
    static let names = ["qwen2.5", "none"]
    /// What may be said, for messages.
    static let expected =
        "qwen2.5, none, or a file: a path with a '/', or ending in .json, .tiktoken or .model"

    /// Reads a choice: what is no name is a file where it looks like one.
    init?(_ text: String) {
        switch text {
        case "none": self = .none
        case "qwen2.5": self = .qwen25
        default:
            let endings = [".json", ".tiktoken", ".model"]
            guard text.contains("/") || endings.contains(where: text.hasSuffix) else { return nil }
            self = .file(text)
        }
    }

    /// As it is said.
    var text: String {
        switch self {
        case .none: "none"
        case .qwen25: "qwen2.5"
        case .file(let path): path
        }
    }
}

extension VocabularyChoice: Encodable {
    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

/// What the tokens of pairs are counted with: a vocabulary that was read, and a chat template.
struct TokenCounting: Sendable {
    let tokenizer: Tokenizer
    let template: ConversationTemplate
    /// What manifests say of the vocabulary.
    let vocabulary: ExportTokens.Vocabulary

    /// Where `make setup` puts Qwen's vocabulary, in the virtual environment.
    private static let installedName = "share/recode-data/qwen.tiktoken"

    /// Reads a vocabulary.
    ///
    /// - Parameters:
    ///   - choice: which.
    ///   - template: how conversations are rendered before they are counted.
    ///   - python: the interpreter of environments; Qwen's vocabulary is looked for in its virtual environment first.
    /// - Returns: `nil` where tokens are not to be counted.
    /// - Throws: ``CommandFailure`` (`missingProgram`) where there is no such file; `TokensError` where it is no vocabulary,
    ///   or has not the tokens that the template writes.
    static func read(
        _ choice: VocabularyChoice, template: ConversationTemplate, python: String
    ) throws -> TokenCounting? {
        guard choice != .none else { return nil }
        let path = try path(of: choice, python: python)
        let tokenizer = try Tokenizer(vocabulary: path)
        if case .builtIn(let template) = template { try tokenizer.require(template) }
        return TokenCounting(
            tokenizer: tokenizer, template: template,
            vocabulary: .init(
                name: choice == .qwen25 ? choice.text : tokenizer.name,
                sha256: try FileDigest.ofFile(path, lineCount: 0).sha256))
    }

    /// What counts nothing yet, for an export's manifest.
    var total: ExportTokens { ExportTokens(vocabulary: vocabulary, template: template.name) }

    /// Begins to count; one for each thread.
    /// - Parameter names: what names of added tokens in contents count as; under a Jinja template always as tokens.
    func counter(names: NamesInContents = .tokens) throws -> ConversationCounter {
        switch template {
        case .builtIn(let template):
            .builtIn(try PairTokenCounter(tokenizer, template: template, names: names))
        case .jinja(let template): .jinja(try template.renderer(), TokenCounter(tokenizer))
        }
    }

    private static func path(of choice: VocabularyChoice, python: String) throws -> String {
        if case .file(let path) = choice {
            guard Directory.isPresent(path) else { throw missing("there is no vocabulary file \(path)") }
            return path
        }
        let place = "\(environment(of: python))/\(installedName)"
        if Directory.isPresent(place) { return place }
        let installed = InstalledFiles.first(
            of: [".venv/\(installedName)", installedName], where: Directory.isPresent)
        guard let installed else { throw missing("Qwen2.5's vocabulary is not at \(place)") }
        return installed
    }

    /// The virtual environment of an interpreter, `.venv` for `.venv/bin/python`; that of `make setup` where the interpreter
    /// is named without its folder.
    private static func environment(of python: String) -> String {
        guard python.contains("/") else { return environment(of: Machine.defaultPython) }
        return python.split(separator: "/", omittingEmptySubsequences: false).dropLast(2).joined(
            separator: "/")
    }

    private static func missing(_ what: String) -> CommandFailure {
        CommandFailure(
            .missingProgram,
            "tokens cannot be counted: \(what). Run make setup, name another file (export --tokens FILE, or "
                + "export.tokens in a pipeline file), or say none in its place.")
    }
}
