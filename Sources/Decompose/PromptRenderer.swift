import Trajectories

/// Renders what a policy is asked, from templates that ship inside the program.
///
/// The text depends on nothing but the arguments. A prompt to expand a placeholder says nothing of the tree or of
/// what happened before (arXiv 2510.23564, section 3.3): that isolation makes every expansion an example of its own.
public struct PromptRenderer: Sendable {
    /// The method whose answers the prompts ask for.
    public let method: AgentKind
    /// How much the prompts say.
    public let style: PromptStyle
    private let system: String?

    /// Makes the renderer of an environment's prompts.
    /// - Throws: ``DecomposeError`` (`unknownEnvironment`) naming those that have prompts. The `bare` style needs
    ///   none and works for any environment.
    public init(environment: String, method: AgentKind, style: PromptStyle) throws(DecomposeError) {
        self.method = method
        self.style = style
        guard style != .bare else {
            system = nil
            return
        }
        guard let prompts = EnvironmentPrompts.named(environment) else {
            throw DecomposeError(
                .unknownEnvironment,
                "cannot render \(style.rawValue) prompts for environment \"\(environment)\": prompts exist for "
                    + "\(EnvironmentPrompts.names.joined(separator: ", ")). Use style bare, which needs none."
            )
        }
        let example = style == .fewShot ? prompts.examples[method.rawValue] : nil
        system = Self.systemTemplate(method).filled([
            "world": prompts.world, "actions": prompts.actions,
            "examples": example.map { "\n\nExamples:\n\n\($0)" } ?? "",
        ])
    }

    /// SHA-256 of everything the prompts say beside what varies from call to call; goes into records.
    public var promptSHA256: String {
        let user = PackageResources.recode_user_txt + PackageResources.flat_user_txt
        return Digest.sha256Hex(
            of: Array("\(style.rawValue)\n\(method.rawValue)\n\(system ?? "")\n".utf8) + user)
    }

    /// The prompt to expand a placeholder: instructions, then its signature and the variables it takes in.
    public func messages(signature: String, variables: [Variable]) -> [Message] {
        let lines = variables.map { "- \($0.name) (\($0.type)): \($0.value)" }
        guard let system else { return [Message(.user, ([signature] + lines).joined(separator: "\n"))] }
        let user = Self.expansionTemplate.filled([
            "signature": signature,
            "variables": lines.isEmpty ? "(it takes in none)" : lines.joined(separator: "\n"),
        ])
        return [Message(.system, system), Message(.user, user)]
    }

    /// The messages a flat episode opens with: instructions, then the task and what is seen first.
    public func opening(instruction: String, observation: String) -> [Message] {
        guard let system else { return [Message(.user, "\(instruction)\n\(observation)")] }
        let user = Self.openingTemplate.filled(["instruction": instruction, "observation": observation])
        return [Message(.system, system), Message(.user, user)]
    }

    /// What a flat episode is shown after a turn.
    public func observation(_ text: String) -> Message {
        Message(.user, style == .bare ? text : "Observation:\n\(text)")
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

    private static let expansionTemplate = PromptTemplate(
        EnvironmentPrompts.text(of: PackageResources.recode_user_txt))
    private static let openingTemplate = PromptTemplate(
        EnvironmentPrompts.text(of: PackageResources.flat_user_txt))

    private static func systemTemplate(_ method: AgentKind) -> PromptTemplate {
        switch method {
        case .recode: PromptTemplate(EnvironmentPrompts.text(of: PackageResources.recode_system_txt))
        case .react: PromptTemplate(EnvironmentPrompts.text(of: PackageResources.react_system_txt))
        case .codeact: PromptTemplate(EnvironmentPrompts.text(of: PackageResources.codeact_system_txt))
        }
    }
}
