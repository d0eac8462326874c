import TraceGen
import Trajectories

/// The names that pipeline files and options may use.
enum Catalogue {
    static let scienceWorld = ScienceWorld.environmentName
    static let alfworld = "alfworld"
    static let webshop = "webshop"
    /// Environments that can be called by name.
    static let environments = [scienceWorld, alfworld, webshop]
    /// Loops that episodes are rolled out with.
    static let agents = AgentKind.allCases

    /// The tasks of an environment; `nil` where they depend on what it plays on.
    static func tasks(in environment: String) -> [String]? {
        switch environment {
        case scienceWorld: scienceWorldTasks
        case alfworld: alfworldTasks
        default: nil
        }
    }

    /// ALFWorld's task types, in the package's order.
    private static let alfworldTasks = [
        "pick_and_place_simple",
        "look_at_obj_in_light",
        "pick_clean_then_place_in_recep",
        "pick_heat_then_place_in_recep",
        "pick_cool_then_place_in_recep",
        "pick_two_obj_and_place",
    ]

    private static let scienceWorldTasks = [
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

    /// The loop of an agent that is rolled out here.
    static func agent(_ kind: AgentKind) -> any Agent {
        switch kind {
        case .recode: ReCodeAgent()
        case .react: FlatAgent.react
        case .codeact: FlatAgent.codeact
        }
    }
}
