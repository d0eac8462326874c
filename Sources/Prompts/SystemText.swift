/// What a system message is made of: a method's text, and an environment's in the words of an instance's grammar.
struct SystemText: Sendable {
    /// The method's text with its markers.
    let template: PromptTemplate
    /// The environment's texts.
    let environment: PromptLibrary.EnvironmentTexts
    /// A worked example; `nil` where the prompts show none.
    let example: String?

    /// The system message of an instance.
    func text(in grammar: InstanceGrammar) -> String {
        guard !environment.grammars.isEmpty else {
            return text(actions: grammar.actions ?? environment.actions, filling: nil)
        }
        return text(actions: environment.actions, filling: words(of: grammar.name))
    }

    /// All it can say but for what instances say themselves: what goes into the checksum of prompts.
    var everything: String {
        guard !environment.grammars.isEmpty else { return text(in: InstanceGrammar()) }
        return environment.grammars.keys.sorted()
            .map { "\($0)\n\0\n\(text(in: InstanceGrammar(name: $0)))" }.joined(separator: "\n\0\n")
    }

    private func words(of name: String?) -> [String: String]? {
        name.flatMap { environment.grammars[$0] } ?? environment.grammars[GrammarWords.other]
    }

    private func text(actions: String, filling words: [String: String]?) -> String {
        func said(_ text: String) -> String { words.map { PromptTemplate(text).filled($0) } ?? text }
        return template.filled([
            "world": said(environment.world), "actions": said(actions),
            "examples": example.map { "\n\nExamples:\n\n\(said($0))" } ?? "",
        ])
    }
}
