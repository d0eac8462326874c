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

    @Option(help: "How a pair is rendered before its tokens are counted.")
    var chatTemplate = ChatTemplate.qwen25

    /// Reads the vocabulary that the options name; `nil` where tokens are not to be counted.
    /// - Throws: as ``TokenCounting/read(_:template:python:)``.
    func counting() throws -> TokenCounting? {
        try TokenCounting.read(tokens, template: chatTemplate, python: Machine.pythonFromEnvironment)
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

extension ChatTemplate: ExpressibleByArgument {}
