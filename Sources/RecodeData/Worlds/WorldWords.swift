/// What is said of an environment by options, or by keys of a pipeline file, before it is known whether that is enough and
/// goes together.
struct WorldWords: Sendable {
    /// A key of a pipeline file; an option has '-' in place of '_'.
    enum Key: String, CodingKey, CaseIterable {
        case env, games, catalogue, synthetic, engine, goals
        case catalogueSeed = "catalogue_seed"
        case url = "env_url"
        case kind = "env_kind"
        case instances = "env_instances"
        case command = "env_command"
    }

    /// Why they are no environment.
    struct Problem: Error, Sendable, Hashable {
        /// What is at fault; `nil` for what is not there.
        var key: Key?
        /// What is wrong with it, a clause that says so of the key.
        var reason: String
        /// What to do, a sentence; empty where the reason says it.
        var advice = ""
        /// Whether more has to be said, not something else.
        var isIncomplete = false
    }

    var environment: String?
    var games: GameSource?
    var catalogue: String?
    var synthetic: Int?
    var engine: String?
    var goals: ShopSource.Goals?
    var catalogueSeed: Int?
    var url: String?
    var kind: AgentGymKind?
    var instances: Int?
    var command: String?

    /// The environment they describe.
    func choice() throws(Problem) -> WorldChoice {
        let world = try base()
        let allowed: Set<Key> =
            switch world {
            case .alfworld: [.games]
            case .webshop: [.catalogue, .synthetic, .engine, .goals, .catalogueSeed]
            case .agentGym: [.url, .kind, .instances]
            case .program: [.command]
            case .scienceWorld: []
            }
        if let stray = given.first(where: { !allowed.contains($0) }) {
            let name = world.name ?? "a program's environment"
            throw Problem(key: stray, reason: "does not go with \(name)", advice: "Leave it out.")
        }
        return world
    }

    private func base() throws(Problem) -> WorldChoice {
        if let command {
            guard url == nil else {
                throw Problem(key: .url, reason: "does not go with a command", advice: "Leave one out.")
            }
            return .program(command: command, name: environment)
        }
        if url != nil || kind != nil {
            guard let url, let kind else {
                throw Problem(
                    key: url == nil ? .kind : .url,
                    reason:
                        "needs its other half: a server has an address (env_url) and plays something (env_kind)",
                    isIncomplete: true)
            }
            guard environment == nil else {
                throw Problem(key: .env, reason: "does not go with a server", advice: "Leave one out.")
            }
            if let instances, !(1...Self.mostInstances).contains(instances) {
                throw Problem(
                    key: .instances, reason: "is \(instances), expected 1 to \(Self.mostInstances)")
            }
            let host = ["http://", "https://"].compactMap {
                url.hasPrefix($0) ? url.dropFirst($0.count) : nil
            }
            guard let first = host.first?.first, first != "/", first != ":" else {
                throw Problem(key: .url, reason: "should look like http://HOST:PORT")
            }
            // It goes into records and command lines.
            guard !url.contains(where: { "@?#".contains($0) || $0.isWhitespace }) else {
                throw Problem(
                    key: .url, reason: "has a user name, a password or a query",
                    advice: "Leave them out: the address is written into records.")
            }
            return .agentGym(url: url, kind: kind, instances: instances)
        }
        switch environment {
        case Catalogue.alfworld: return .alfworld(games ?? .variable)
        case Catalogue.webshop: return .webshop(try shop())
        default: return .scienceWorld
        }
    }

    private func shop() throws(Problem) -> ShopSource {
        let products: [(Key, ShopSource.Products)] =
            (catalogue.map { [(.catalogue, .catalogue($0))] } ?? [])
            + (synthetic.map { [(.synthetic, .synthetic($0))] } ?? [])
            + (engine.map { [(.engine, .engine($0))] } ?? [])
        guard let (_, source) = products.first else {
            throw Problem(
                key: nil,
                reason:
                    "webshop needs something to sell: a folder of data files (catalogue), a number of made-up products "
                    + "(synthetic), or the original engine (engine)", isIncomplete: true)
        }
        if products.count > 1 {
            throw Problem(
                key: products[1].0, reason: "does not go with \(products[0].0.rawValue)",
                advice: "Leave one out.")
        }
        if let synthetic, synthetic < 1 {
            throw Problem(key: .synthetic, reason: "is \(synthetic), expected 1 or more")
        }
        if let catalogueSeed, catalogueSeed < 0 {
            throw Problem(key: .catalogueSeed, reason: "is \(catalogueSeed), expected 0 or more")
        }
        return ShopSource(products: source, goals: goals ?? .human, seed: catalogueSeed ?? 0)
    }

    /// What the adapter takes.
    private static let mostInstances = 1_000_000

    /// What was said beside the environment's name.
    private var given: [Key] {
        let said: [(Key, Bool)] = [
            (.games, games != nil), (.catalogue, catalogue != nil), (.synthetic, synthetic != nil),
            (.engine, engine != nil), (.goals, goals != nil), (.catalogueSeed, catalogueSeed != nil),
            (.url, url != nil), (.kind, kind != nil), (.instances, instances != nil),
            (.command, command != nil),
        ]
        return said.filter(\.1).map(\.0)
    }
}
