import Trajectories

/// The methods of a study over several environments at one p: how many pairs and tokens the flat ones yield for one of
/// ReCode's, whatever runs and policies they are of.
public struct StudyComparison: Codable, Sendable, Hashable {
    /// What one flat method comes to.
    public struct Ratio: Codable, Sendable, Hashable {
        /// The environment's name; `nil` for all of them together.
        public var environment: String?
        /// The loop that acted.
        public var sourceAgent: AgentKind
        /// The method pairs are counted by.
        public var method: AgentKind
        /// Its pairs over ReCode's; `nil` where one is missing or ReCode has none. Of all environments, where both have
        /// each of them: the sum over the sum.
        public var pairs: Double?
        /// The same of tokens; `nil` where one was not counted.
        public var tokens: StudyTokenRatio?

        enum CodingKeys: String, CodingKey {
            case environment, method, pairs, tokens
            case sourceAgent = "source_agent"
        }

        /// Writes every key, unknown values as `null`.
        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(environment, forKey: .environment)
            try container.encode(sourceAgent, forKey: .sourceAgent)
            try container.encode(method, forKey: .method)
            try container.encode(pairs, forKey: .pairs)
            try container.encode(tokens, forKey: .tokens)
        }
    }

    /// How much was kept, in percent.
    public var top: Double
    /// The policy, where environments have a method by several; else `nil`.
    public var policy: String?
    /// The options, where environments have a method with several values of them; else `nil`.
    public var options: [String: JSONValue]?
    /// The environments, in alphabetic order.
    public var environments: [String]
    /// By method and environment, all environments last; none where runs cannot be told apart.
    public var ratios: [Ratio]
    /// Why there are no ratios; `nil` where there are.
    public var ambiguity: String?

    enum CodingKeys: String, CodingKey {
        case top, policy, options, environments, ratios, ambiguity
    }

    /// The comparisons of a study; none where it is of one environment.
    static func all(of study: StudyTable) -> [StudyComparison]? {
        guard study.hasSeveralEnvironments else { return nil }
        return EnvironmentGrid.all(of: study).map(StudyComparison.init)
    }

    private init(of grid: EnvironmentGrid) {
        top = grid.place.top
        policy = grid.place.policy
        options = grid.place.options
        environments = grid.environments
        ambiguity = grid.ambiguity
        ratios = grid.ambiguity == nil ? grid.flatWays.flatMap(grid.ratios) : []
    }

    /// Writes every key, unknown values as `null`; `options` only where they are told apart.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(top, forKey: .top)
        try container.encode(policy, forKey: .policy)
        try container.encodeIfPresent(options, forKey: .options)
        try container.encode(environments, forKey: .environments)
        try container.encode(ratios, forKey: .ratios)
        try container.encode(ambiguity, forKey: .ambiguity)
    }
}

extension EnvironmentGrid {
    /// What a flat way comes to, environment by environment, then in all of them.
    func ratios(of way: Way) -> [StudyComparison.Ratio] {
        environments.map { ratio(of: way, in: $0) } + [ratio(of: way, in: nil)]
    }

    /// What a flat way comes to in an environment; in all together for `nil`.
    func ratio(of way: Way, in environment: String?) -> StudyComparison.Ratio {
        let places = environment.map { [$0] } ?? environments
        let (own, base) = (amount(of: way, in: places), amount(of: .recode, in: places))
        return StudyComparison.Ratio(
            environment: environment, sourceAgent: way.source, method: way.method,
            pairs: own.flatMap { own in base.flatMap { StudyTable.quotient(own.pairs, $0.pairs) } },
            tokens: StudyTokenRatio(own?.tokens, by: base?.tokens))
    }
}

extension StudyTable {
    /// Whether methods can be compared over environments.
    var hasSeveralEnvironments: Bool { Set(rows.map(\.environment)).count > 1 }
}
