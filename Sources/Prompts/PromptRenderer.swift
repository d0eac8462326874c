import Trajectories

/// Renders what a policy is asked, and the answer it should have given, from the texts of a library.
///
/// The text depends on nothing but the arguments. A prompt to expand a placeholder says nothing of the tree or of
/// what happened before (arXiv 2510.23564, section 3.3): that isolation makes every expansion an example of its own.
public struct PromptRenderer: Sendable {
    /// The method whose answers the prompts ask for.
    public let method: AgentKind
    /// How much the prompts say.
    public let style: PromptStyle
    /// SHA-256 of everything the prompts say beside what varies from call to call and what instances say of their own
    /// grammar; goes into records. Words for all grammars are in it, so that it is the same for all instances.
    public let promptSHA256: String
    /// The system message; `nil` for the bare style.
    public private(set) var system: String?
    private let systemText: SystemText?
    private let user: PromptTemplate
    private let correction: PromptTemplate

    /// Makes the renderer of an environment's prompts, for instances of which no ``InstanceGrammar`` is known.
    /// - Throws: ``PromptsError`` (`unknownEnvironment`) naming those that have prompts. The `bare` style needs
    ///   none and works for any environment.
    public init(
        library: PromptLibrary, environment: String, method: AgentKind, style: PromptStyle
    ) throws(PromptsError) {
        self.method = method
        self.style = style
        let userText: String
        let correctionText: String
        if style == .bare {
            systemText = nil
            userText = method == .recode ? "{{signature}}\n{{variables}}" : "{{instruction}}\n{{observation}}"
            correctionText = "{{problem}}"
        } else {
            let texts = try library.texts(method: method, environment: environment)
            systemText = SystemText(
                template: PromptTemplate(texts.method.system), environment: texts.environment,
                example: style == .fewShot ? texts.environment.examples[method] : nil)
            userText = texts.method.user
            correctionText = texts.method.correction
        }
        system = systemText?.text(in: InstanceGrammar())
        user = PromptTemplate(userText)
        correction = PromptTemplate(correctionText)
        promptSHA256 = Digest.sha256Hex(
            of: Array(
                [style.rawValue, method.rawValue, systemText?.everything ?? "", userText, correctionText]
                    .joined(separator: "\n\0\n").utf8))
    }

    /// The same prompts for an instance whose actions look as its grammar says; the bare style says nothing of actions.
    public func speaking(_ grammar: InstanceGrammar) -> PromptRenderer {
        var renderer = self
        renderer.system = systemText?.text(in: grammar)
        return renderer
    }

    /// The prompt to expand a placeholder: instructions, then its signature and the variables it takes in.
    public func messages(signature: String, variables: [Variable]) -> [Message] {
        var lines = variables.map { "- \($0.name) (\($0.type)): \($0.value)" }
        if lines.isEmpty {
            guard style != .bare else { return [Message(.user, signature)] }
            lines = ["(it takes in none)"]
        }
        return opening(["signature": signature, "variables": lines.joined(separator: "\n")])
    }

    /// The messages a flat episode opens with: instructions, then the task and what is seen first.
    public func opening(instruction: String, observation: String) -> [Message] {
        opening(["instruction": instruction, "observation": observation])
    }

    private func opening(_ values: [String: String]) -> [Message] {
        (system.map { [Message(.system, $0)] } ?? []) + [Message(.user, user.filled(values))]
    }

    /// What a flat episode is shown after a turn.
    public func observation(_ text: String) -> Message {
        Message(.user, style == .bare ? text : "Observation:\n\(text)")
    }

    /// What a prompt ends with when it is asked again: the answer that did not stand, and what was wrong with it.
    public func retry(after response: String, problem: String) -> [Message] {
        // Some servers refuse an empty message; an empty answer is still an answer that broke the format.
        [
            Message(.assistant, response.isEmpty ? "(nothing)" : response),
            Message(.user, correction.filled(["problem": problem])),
        ]
    }

    /// The answer to learn, in the format the prompt asks for: `code` is Python for ReCode and CodeAct, one primitive
    /// action for ReAct.
    public func answer(thought: String, code: String) -> Message {
        switch method {
        case .react:
            Message(.assistant, "Thought: \(thought)\nAction: \(code)")
        case .recode, .codeact:
            Message(.assistant, "<think>\n\(thought)\n</think>\n<execute>\n\(code)\n</execute>")
        }
    }
}
