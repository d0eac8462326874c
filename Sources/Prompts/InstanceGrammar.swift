import Trajectories

/// How primitive actions look in the world at hand, where that is not the same in all of an environment.
public struct InstanceGrammar: Sendable, Hashable {
    /// What the grammar is called, such as `move` and `put` in ALFWorld; chooses the words of the environment's texts.
    public var name: String?
    /// The grammar as the instance itself says it; stands in the place of `actions.txt` where the environment's texts
    /// have no words to choose.
    public var actions: String?

    /// Makes a grammar from its parts.
    public init(name: String? = nil, actions: String? = nil) {
        self.name = name
        self.actions = actions
    }

    /// Reads it from what an environment says of itself and of an instance, as both stand in records.
    /// - Parameters:
    ///   - options: `environment.options`; its `grammar` holds where the instance has none of its own.
    ///   - instance: `environment.instance`, with `grammar` and `actions`.
    public init(options: [String: JSONValue], instance: [String: JSONValue]?) {
        func text(_ value: JSONValue?) -> String? {
            guard case .string(let text)? = value, !text.isEmpty else { return nil }
            return text
        }
        self.init(
            name: text(instance?["grammar"]) ?? text(options["grammar"]), actions: text(instance?["actions"]))
    }
}

extension EnvironmentRecord {
    /// How the primitive actions of the recorded episode look.
    public var grammar: InstanceGrammar { InstanceGrammar(options: options, instance: instance) }
}
