import TraceGen
import Trajectories

/// The names that pipeline files and options may use.
enum Catalogue {
    /// Environments that episodes are collected in.
    static let environments = ["scienceworld"]
    /// Loops that episodes are rolled out with.
    static let agents = AgentKind.allCases

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

    /// The loop of an agent that is rolled out here.
    static func agent(_ kind: AgentKind) -> any Agent {
        switch kind {
        case .recode: ReCodeAgent()
        case .react: FlatAgent.react
        case .codeact: FlatAgent.codeact
        }
    }
}
