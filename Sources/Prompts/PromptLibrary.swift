import JSONLines
import Trajectories

/// The texts that prompts are made of, read from a folder once (docs/prompts.md describes its layout).
///
/// ```
/// METHOD/system.txt                          role, answer format and rules; {{world}}, {{actions}}, {{examples}}
/// METHOD/user.txt                            what varies from call to call
/// METHOD/correction.txt                      what is said of an answer that did not stand; {{problem}}
/// environments/NAME/world.txt, actions.txt   what the environment is, and its primitive actions
/// environments/NAME/examples/METHOD.txt      a worked example; left out where there is none
/// environments/NAME/grammars/GRAMMAR.txt     words for instances of that grammar; left out where all have the same
/// ```
public struct PromptLibrary: Sendable, Hashable {
    /// The folder the texts were read from; `nil` for no texts at all.
    public let directory: String?
    /// Texts by method, without the newline that ends their file.
    private let methods: [AgentKind: MethodTexts]
    /// Texts by the name an environment has in records.
    private let environments: [String: EnvironmentTexts]

    /// What every prompt of a method says.
    struct MethodTexts: Sendable, Hashable {
        var system: String
        var user: String
        var correction: String
    }

    /// What every prompt of an environment says.
    struct EnvironmentTexts: Sendable, Hashable {
        var world: String
        var actions: String
        var examples: [AgentKind: String]
        /// What fills the markers of the others, by grammar and name; without any they have no markers.
        var grammars: [String: [String: String]]
    }

    /// No texts: enough for the `bare` style.
    public static let none = PromptLibrary()

    private init() {
        directory = nil
        methods = [:]
        environments = [:]
    }

    /// Reads a folder.
    /// - Throws: ``PromptsError``: `missingText` naming the file that is not there, `badText` for one that is not
    ///   UTF-8, empty, or has a marker nobody fills.
    public init(directory: String) throws(PromptsError) {
        self.directory = directory
        var methods: [AgentKind: MethodTexts] = [:]
        for method in AgentKind.allCases {
            let folder = "\(directory)/\(method.rawValue)"
            methods[method] = MethodTexts(
                system: try Self.text("\(folder)/system.txt", markers: ["world", "actions", "examples"]),
                user: try Self.text(
                    "\(folder)/user.txt",
                    markers: method == .recode
                        ? ["signature", "variables"] : ["instruction", "observation"]),
                correction: try Self.text("\(folder)/correction.txt", markers: ["problem"]))
        }
        var environments: [String: EnvironmentTexts] = [:]
        for name in try Self.folders(in: "\(directory)/environments") {
            environments[name] = try Self.environment(at: "\(directory)/environments/\(name)")
        }
        for (name, kin) in Self.kin where environments[name] == nil { environments[name] = environments[kin] }
        self.methods = methods
        self.environments = environments
    }

    /// Servers of AgentGym play these worlds: what is said of a world holds for its server, where no folder of that name says
    /// something else.
    private static let kin = ["agentgym-alfworld": "alfworld", "agentgym-sciworld": "scienceworld"]

    /// Environments that have texts, in alphabetic order.
    public var environmentNames: [String] { environments.keys.sorted() }

    /// The texts of a method in an environment.
    func texts(
        method: AgentKind, environment: String
    ) throws(PromptsError) -> (method: MethodTexts, environment: EnvironmentTexts) {
        guard let world = environments[environment], let words = methods[method] else {
            throw PromptsError(
                .unknownEnvironment,
                "there are no prompts for environment \"\(environment)\" in \(directory ?? "this program")"
                    + (environments.isEmpty ? "" : ", only for \(environmentNames.joined(separator: ", "))")
                    + ". Add environments/\(environment)/world.txt and actions.txt there, or use style bare, which "
                    + "needs none.")
        }
        return (words, world)
    }
}

extension PromptLibrary {
    private static func environment(at folder: String) throws(PromptsError) -> EnvironmentTexts {
        let grammars = try GrammarWords.read("\(folder)/grammars") { (path) throws(PromptsError) in
            try text(path, markers: nil)
        }
        let markers = grammars[GrammarWords.other].map { Set($0.keys) }
        var examples: [AgentKind: String] = [:]
        for method in AgentKind.allCases {
            let path = "\(folder)/examples/\(method.rawValue).txt"
            guard Directory.isPresent(path) else { continue }
            examples[method] = try text(path, markers: markers)
        }
        return EnvironmentTexts(
            world: try text("\(folder)/world.txt", markers: markers),
            actions: try text("\(folder)/actions.txt", markers: markers), examples: examples,
            grammars: grammars)
    }

    private static func folders(in path: String) throws(PromptsError) -> [String] {
        do {
            return try Directory.names(in: path).filter { Directory.isDirectory("\(path)/\($0)") }.sorted()
        } catch {
            throw missing(path, error.description)
        }
    }

    /// A file's text without the newline that ends the file.
    /// - Parameter markers: the `{{name}}` it may hold; `nil` for a text that is taken as it is.
    private static func text(_ path: String, markers: Set<String>?) throws(PromptsError) -> String {
        var bytes: [UInt8]
        do {
            bytes = try AtomicFile.read(path, byteLimit: 1 << 20)
        } catch {
            throw missing(path, error.description)
        }
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        guard let text = String(validating: bytes, as: UTF8.self), !text.isEmpty else {
            throw PromptsError(
                .badText, "\(path): expected UTF-8 text, and found none. Write the text there.")
        }
        let unknown = markers.map { PromptTemplate(text).names.subtracting($0).sorted() } ?? []
        guard let first = unknown.first else { return text }
        throw PromptsError(
            .badText,
            "\(path): nothing fills {{\(first)}} here. Use "
                + "\((markers ?? []).sorted().map { "{{\($0)}}" }.joined(separator: ", ")).")
    }

    private static func missing(_ path: String, _ cause: String) -> PromptsError {
        PromptsError(
            .missingText,
            "\(path) cannot be read, and prompts are made of it. Name a folder laid out as docs/prompts.md says with "
                + "--prompts.", cause: cause)
    }
}
