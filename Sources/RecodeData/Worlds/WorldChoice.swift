import Trajectories

/// Which environment episodes are played in, and what it plays on, as options or a pipeline file say.
enum WorldChoice: Sendable, Hashable {
    /// ScienceWorld, which brings its own instances.
    case scienceWorld
    /// ALFWorld's games.
    case alfworld(GameSource)
    /// WebShop over a catalogue of products.
    case webshop(ShopSource)
    /// A server of AgentGym (docs/environments.md), and how many games it has where that was said.
    case agentGym(url: String, kind: AgentGymKind, instances: Int?)
    /// A program that speaks the environment protocol, as a shell would start it; with the name that it has to have, where
    /// that was said.
    case program(command: String, name: String?)

    /// The name it has in records; `nil` for a program that was not asked yet.
    var name: String? {
        switch self {
        case .scienceWorld: Catalogue.scienceWorld
        case .alfworld: Catalogue.alfworld
        case .webshop: Catalogue.webshop
        case .agentGym(_, let kind, _): "agentgym-\(kind.rawValue)"
        case .program(_, let name): name
        }
    }

    /// Its tasks, where they are known before it is opened.
    var tasks: [String]? { name.flatMap(Catalogue.tasks) }
}

/// Where ALFWorld's games are.
enum GameSource: Sendable, Hashable {
    /// Where the environment variable `ALFWORLD_DATA` says.
    case variable
    /// In a folder, as the real games lie or as `recode-data games` makes them.
    case folder(String)
    /// Nowhere yet: a pipeline makes them.
    case made(GameOrder)
}

/// Games to make: the same bytes wherever they are made.
struct GameOrder: Encodable, Sendable, Hashable {
    /// How many of each task type and split.
    var perType: Int
    /// Where every random draw comes from.
    var seed: Int

    enum CodingKeys: String, CodingKey {
        case perType = "per_type"
        case seed
    }
}

/// What WebShop sells, and what for.
struct ShopSource: Sendable, Hashable {
    /// The products.
    enum Products: Sendable, Hashable {
        /// The original's files, or files like them.
        case catalogue(String)
        /// So many made-up ones.
        case synthetic(Int)
        /// Those of the original engine, whose checkout this is.
        case engine(String)
    }

    /// Who wrote the goals' instructions.
    enum Goals: String, Sendable, Hashable, CaseIterable {
        case human, written
    }

    var products: Products
    var goals: Goals
    /// The seed of price caps, and of made-up products.
    var seed: Int
}

/// What a server of AgentGym plays.
enum AgentGymKind: String, Sendable, Hashable, CaseIterable {
    case alfworld, sciworld, webshop
}
