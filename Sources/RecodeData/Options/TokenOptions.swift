import ArgumentParser
import Tokens
import Trajectories

/// What tokens are counted with, as options.
struct TokenOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The vocabulary that the pairs' tokens are counted with: qwen2.5, a file (a tiktoken rank file or a Hugging Face "
                + "tokenizer.json), or none. (default: qwen2.5)",
            valueName: "name"), transform: Self.vocabulary)
    var tokens = VocabularyChoice.qwen25

    @Option(
        help: ArgumentHelp(
            "How a conversation is rendered before its tokens are counted, and in rows of format text: qwen2.5, none, or a Jinja "
                + "file such as a model's chat_template.jinja. (default: qwen2.5)",
            valueName: "name"), transform: Self.choice)
    var chatTemplate = TemplateChoice.builtIn(.qwen25)

    /// Reads the vocabulary that the options name; `nil` where tokens are not to be counted.
    /// - Throws: as ``TokenCounting/read(_:template:python:)``.
    func counting() throws -> TokenCounting? {
        guard tokens != .none else { return nil }
        return try counting(under: try template())
    }

    /// The same, under a template that was read already.
    func counting(under template: ConversationTemplate) throws -> TokenCounting? {
        try TokenCounting.read(tokens, template: template, python: Machine.pythonFromEnvironment)
    }

    /// Reads the template that the options name.
    /// - Throws: as ``JinjaTemplate/read(_:python:)``.
    func template() throws -> ConversationTemplate {
        try ConversationTemplate.read(chatTemplate, python: Machine.pythonFromEnvironment)
    }

    private static func choice(_ text: String) throws -> TemplateChoice {
        guard let choice = TemplateChoice(text) else {
            let names = ChatTemplate.allCases.map(\.rawValue)
            let near = CloseMatches.nearest(to: text, among: names).map { " Did you mean '\($0)'?" }
            throw ValidationError(
                "there is no chat template '\(text)'.\(near ?? "") Expected \(TemplateChoice.expected).")
        }
        return choice
    }

    private static func vocabulary(_ text: String) throws -> VocabularyChoice {
        guard let choice = VocabularyChoice(text) else {
            let near = CloseMatches.nearest(to: text, among: VocabularyChoice.names)
                .map { " Did you mean '\($0)'?" }
            throw ValidationError(
                "there is no vocabulary '\(text)'.\(near ?? "") Expected \(VocabularyChoice.expected).")
        }
        return choice
    }
}
