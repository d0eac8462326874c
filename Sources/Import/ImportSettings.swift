import Trajectories

/// What sources look like.
public enum ImportFormat: String, Codable, Sendable, Hashable, CaseIterable {
    /// The reference implementation's `results.json`, with its per-instance logs.
    case recodeResults = "recode-results"
    /// ReAct conversations `{id, conversations: [{from, value}], reward}`, as ETO and AgentGym publish them.
    case sharegpt

    /// The loop that acted.
    public var agent: AgentKind { self == .recodeResults ? .recode : .react }
}

/// What the user states about sources, where they do not say it themselves.
public struct ImportSettings: Sendable, Hashable {
    /// What the sources look like.
    public var format: ImportFormat
    /// The environment the episodes were played in, by the name records have.
    public var environment: String
    /// The split of records that do not say theirs; `nil` where all of them do.
    public var split: Split?
    /// The model that answered; `nil` where that is not known.
    public var model: String?
    /// The scale of rewards; `nil` to tell it from them.
    public var rewardScale: RewardScale?
    /// The reward, 0 to 1, of records that have none; `nil` to leave those out.
    public var missingReward: Double?

    /// Makes settings from their parts.
    public init(
        format: ImportFormat, environment: String, split: Split? = nil, model: String? = nil,
        rewardScale: RewardScale? = nil, missingReward: Double? = nil
    ) {
        self.format = format
        self.environment = environment
        self.split = split
        self.model = model
        self.rewardScale = rewardScale
        self.missingReward = missingReward
    }

    /// The name records have for an environment that is called otherwise elsewhere.
    public static func environmentName(_ name: String) -> String { EnvironmentNames.own(name) }

    /// What stands for a model nobody named.
    static let unknownModel = "unknown"

    /// What answered, as trajectories say.
    var policy: PolicyRecord {
        PolicyRecord(name: model ?? "imported", model: model ?? Self.unknownModel)
    }
}

/// Names that environments have elsewhere, by the name records have.
enum EnvironmentNames {
    /// The name records have.
    static func own(_ name: String) -> String {
        let lower = name.lowercased()
        return others[lower] ?? lower
    }

    private static let others = ["sciworld": "scienceworld", "science_world": "scienceworld"]
    /// The environments whose names are known, by every name they have.
    private static let known = ["scienceworld", "alfworld", "webshop"] + others.keys.sorted()

    /// The known environment an id begins with, as in `alfworld/put/3` and `webshop_12`, where it is not the one stated.
    static func other(than environment: String, in id: String) -> String? {
        let id = id.lowercased()
        func begins(with name: String) -> Bool {
            id.hasPrefix(name) && id.dropFirst(name.count).first.map { !$0.isLetter } ?? true
        }
        guard !begins(with: environment), let name = known.first(where: begins) else { return nil }
        return own(name) == environment ? nil : own(name)
    }
}

/// A split that a record or its id says.
enum StatedSplit {
    private static let names: [String: Split] = [
        "train": .train, "valid_train": .train, "dev": .dev, "valid": .dev, "validation": .dev,
        "valid_seen": .dev, "test": .test, "valid_unseen": .test,
    ]

    /// The split a key's value names; `nil` for any other word.
    static func named(_ word: String) -> Split? { names[word] }

    /// The split a path in an id names, as `json_2.1.1/valid_seen/…`; `nil` where no part or several do.
    static func inPath(_ id: String) -> Split? {
        let parts = id.split(separator: "/")
        guard parts.count > 1 else { return nil }
        let found = Set(parts.compactMap { names[String($0)] })
        return found.count == 1 ? found.first : nil
    }
}
