import Trajectories

/// The names that pipeline files and options may use.
enum Catalogue {
    /// Environments that episodes are collected in.
    static let environments = ["scienceworld"]
    /// Loops that episodes are rolled out with; the flat methods are cut from the same trees at export.
    static let agents: [AgentKind] = [.recode]
    /// Policies that answer prompts.
    static let policies = ["expert"]
    /// Rules that break a tie at the cut.
    static let tieRules = ["hash", "shortest", "cheapest", "all"]
    /// Records that pairs are written as.
    static let formats = ["trl"]
    /// How much prompts say.
    static let styles = PromptStyle.allCases.map(\.rawValue)

    /// The tasks of an environment.
    static func tasks(in environment: String) -> [String] {
        [
            "boil",
            "melt",
            "freeze",
            "change-the-state-of-matter-of",
            "use-thermometer",
            "measure-melting-point-known-substance",
            "measure-melting-point-unknown-substance",
            "power-component",
            "power-component-renewable-vs-nonrenewable-energy",
            "test-conductivity",
            "test-conductivity-of-unknown-substances",
            "find-living-thing",
            "find-non-living-thing",
            "find-plant",
            "find-animal",
            "grow-plant",
            "grow-fruit",
            "chemistry-mix",
            "chemistry-mix-paint-secondary-color",
            "chemistry-mix-paint-tertiary-color",
            "lifespan-longest-lived",
            "lifespan-shortest-lived",
            "lifespan-longest-lived-then-shortest-lived",
            "identify-life-stages-1",
            "identify-life-stages-2",
            "inclined-plane-determine-angle",
            "inclined-plane-friction-named-surfaces",
            "inclined-plane-friction-unnamed-surfaces",
            "mendelian-genetics-known-plant",
            "mendelian-genetics-unknown-plant",
        ]
    }

    /// A percentage as messages and file names show it: `40`, `2.5`.
    static func percent(_ value: Double) -> String {
        value == value.rounded() ? String(Int(value)) : String(value)
    }
}
