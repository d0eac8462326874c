import Trajectories

/// The keys of a collect stage that say where its episodes are played.
extension PipelineFile {
    /// Reads them.
    /// - Throws: ``PipelineFileError`` for the first that does not go with the others.
    static func world(_ keys: YAMLMapping) throws -> WorldChoice {
        let words = try words(keys)
        do {
            return try words.choice()
        } catch {
            if let key = error.key, let place = keys[key.rawValue] {
                // Only a file's own words about an address are shown: it may hold a key.
                throw place.problem(
                    expected: "\(error.advice.isEmpty ? "another value" : "nothing"), as it \(error.reason)",
                    found: key == .url ? "an address" : nil, advice: error.advice)
            }
            throw try keys.required("env", expected: "an environment").problem(
                expected: "more, as \(error.reason)", advice: error.advice)
        }
    }

    private static func words(_ keys: YAMLMapping) throws -> WorldWords {
        let command = try keys["env_command"].map(command)
        let url = try keys["env_url"].map(serverAddress)
        return WorldWords(
            environment: try environment(keys, isNamed: command != nil, isServer: url != nil),
            games: try keys["games"].map(games), catalogue: try keys["catalogue"]?.text("a folder"),
            synthetic: try keys["synthetic"]?.integer(in: 1...Int.max, called: "a number of products"),
            engine: try keys["engine"]?.text("a folder"),
            goals: try keys["goals"].map { try value($0, called: "who wrote the goals") },
            catalogueSeed: try keys["catalogue_seed"]?.integer(
                in: 0...Int.max, called: "an integer of 0 or more"),
            url: url, kind: try keys["env_kind"].map { try value($0, called: "what the server plays") },
            instances: try keys["env_instances"]?.integer(in: 1...Int.max, called: "an integer of 1 or more"),
            command: command)
    }

    /// The environment's name: one of ours, or whatever the program says.
    private static func environment(_ keys: YAMLMapping, isNamed: Bool, isServer: Bool) throws -> String? {
        if isServer, keys["env"] == nil { return nil }
        let ours = Catalogue.environments.joined(separator: ", ")
        let place = try keys.required(
            "env", expected: isNamed ? "the name that the program gives itself" : "an environment: \(ours)")
        return isNamed
            ? try place.text("a name")
            : try place.name(oneOf: Catalogue.environments, called: "an environment")
    }

    /// A folder of games, or how many to make.
    private static func games(_ place: YAMLPlace) throws -> GameSource {
        let expected = "a folder of games, or {per_type, seed} to make some"
        guard place.isMapping else { return .folder(try place.text(expected)) }
        let keys = try place.mapping(of: ["per_type", "seed"], called: expected)
        return .made(
            GameOrder(
                perType: try keys.required("per_type", expected: "how many games of each task type and split")
                    .integer(in: 1...Int.max, called: "an integer of 1 or more"),
                seed: try keys["seed"]?.integer(in: Int.min...Int.max, called: "an integer") ?? 0))
    }

    /// The address of a server. The file is kept with the results, so no password or key may stand in it.
    private static func serverAddress(_ place: YAMLPlace) throws -> String {
        let expected = "a server's address, such as http://127.0.0.1:36001"
        let url = try place.text(expected)
        guard !url.contains("@"), !url.contains("?") else {
            throw place.problem(
                expected: expected, found: "an address with a user, a password or a query",
                advice: "This file is kept with the results: collect with --env-url instead.")
        }
        return url
    }

    /// A program and its arguments; none of them an address with a password.
    private static func command(_ place: YAMLPlace) throws -> String {
        let expected = "a program and its arguments"
        let command = try place.text(expected)
        let words = command.split(separator: " ").filter { $0.contains("://") }
        guard !words.contains(where: { $0.contains("@") || $0.contains("?") }) else {
            throw place.problem(
                expected: expected, found: "an address with a user, a password or a query",
                advice: "This file is kept with the results: collect with --env-command instead.")
        }
        return command
    }
}

extension WorldChoice {
    /// Encodes what it plays on, under the keys that a pipeline file has for that; `env` is the recipe's.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: WorldWords.Key.self)
        switch self {
        case .scienceWorld, .alfworld(.variable): break
        case .alfworld(.folder(let folder)): try container.encode(folder, forKey: .games)
        case .alfworld(.made(let order)): try container.encode(order, forKey: .games)
        case .webshop(let shop):
            switch shop.products {
            case .catalogue(let folder): try container.encode(folder, forKey: .catalogue)
            case .synthetic(let count): try container.encode(count, forKey: .synthetic)
            case .engine(let folder): try container.encode(folder, forKey: .engine)
            }
            try container.encode(shop.goals.rawValue, forKey: .goals)
            try container.encode(shop.seed, forKey: .catalogueSeed)
        case .agentGym(let url, let kind, let instances):
            try container.encode(url, forKey: .url)
            try container.encode(kind.rawValue, forKey: .kind)
            try container.encodeIfPresent(instances, forKey: .instances)
        case .program(let command, _): try container.encode(command, forKey: .command)
        }
    }
}
