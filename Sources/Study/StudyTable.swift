import Trajectories

/// The counts of a study: one row for each environment, policy, run, source agent, p and method, and for each
/// combination of the options that differ.
public struct StudyTable: Codable, Sendable, Hashable {
    /// What `sd_reward` is: divided by n - 1, and 0 for a single trajectory. The paper does not say which it uses.
    public static let deviationName = "sample"

    /// The rows by environment, policy, options, run, source agent, p and method (react, codeact, recode: the paper's
    /// order).
    public var rows: [StudyRow]
    /// For each of those but the method, how many pairs the flat methods yield for one of ReCode's.
    public var ratios: [StudyRatio]
    /// Always ``deviationName``.
    public var deviation: String
    /// How the trajectories were selected; `nil` where nobody said.
    public var selection: StudySelection?

    /// Counts the groups. The order they come in does not matter.
    /// - Complexity: O(*n* log *n*) in the number of trajectories and of groups.
    public init(of groups: [StudyGroup], selection: StudySelection? = nil) {
        rows = groups.map(StudyRow.init).sorted { $0.precedes($1) }
        ratios = Self.ratios(of: rows)
        deviation = Self.deviationName
        self.selection = selection
    }

    /// The names of the options that rows are told apart by, sorted.
    public var optionNames: [String] { Set(rows.flatMap { ($0.options ?? [:]).keys }).sorted() }

    /// The names of the columns that are no options, as CSV has them: no option goes by one of these.
    public static let fixedColumns = rowColumns + selectionColumns + playedColumns

    private static func ratios(of rows: [StudyRow]) -> [StudyRatio] {
        let pairs = Dictionary(rows.map { ($0.place, $0.pairs) }, uniquingKeysWith: { first, _ in first })
        var ratios: [StudyRatio] = []
        for row in rows where ratios.last.map({ !$0.belongs(with: row) }) ?? true {
            var base = row.place
            (base.sourceAgent, base.method) = (.recode, .recode)
            let quotients = [AgentKind.react, .codeact].map { method in
                var place = row.place
                place.method = method
                return quotient(pairs[place], pairs[base])
            }
            ratios.append(StudyRatio(beside: row, react: quotients[0], codeact: quotients[1]))
        }
        return ratios
    }

    private static func quotient(_ count: Int?, _ base: Int?) -> Double? {
        guard let count, let base, base > 0 else { return nil }
        return rounded(Double(count) / Double(base))
    }

    /// To six decimals: enough for any table, and the last bits of a sum stay out of the data.
    static func rounded(_ value: Double) -> Double { (value * 1e6).rounded() / 1e6 }

    /// Writes every key, unknown values as `null`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(rows, forKey: .rows)
        try container.encode(ratios, forKey: .ratios)
        try container.encode(deviation, forKey: .deviation)
        try container.encode(selection, forKey: .selection)
    }
}

/// How many pairs the flat methods yield for one of ReCode's, from what is kept at the same p.
public struct StudyRatio: Codable, Sendable, Hashable {
    /// The environment's name.
    public var environment: String
    /// The policy, as the study names it.
    public var policy: String
    /// The run that was selected from by itself; `nil` where all runs were selected from together.
    public var run: String?
    /// The options of the rows it is of; `nil` where nothing of them differs.
    public var options: [String: JSONValue]?
    /// The loop that acted; ReCode's pairs are those of the same run.
    public var sourceAgent: AgentKind
    /// How much was kept, in percent.
    public var top: Double
    /// ReAct's pairs over ReCode's; `nil` where one is missing or ReCode has none.
    public var reactToRecode: Double?
    /// CodeAct's pairs over ReCode's; `nil` where one is missing or ReCode has none.
    public var codeactToRecode: Double?

    enum CodingKeys: String, CodingKey {
        case environment, policy, run, options, top
        case sourceAgent = "source_agent"
        case reactToRecode = "react_to_recode"
        case codeactToRecode = "codeact_to_recode"
    }

    init(beside row: StudyRow, react: Double? = nil, codeact: Double? = nil) {
        environment = row.environment
        policy = row.policy
        run = row.run
        options = row.options
        sourceAgent = row.sourceAgent
        top = row.top
        reactToRecode = react
        codeactToRecode = codeact
    }

    func belongs(with row: StudyRow) -> Bool {
        environment == row.environment && policy == row.policy && run == row.run
            && options == row.options && sourceAgent == row.sourceAgent && top == row.top
    }

    /// Writes every key, unknown values as `null`; `options` only where they differ.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(environment, forKey: .environment)
        try container.encode(policy, forKey: .policy)
        try container.encode(run, forKey: .run)
        try container.encodeIfPresent(options, forKey: .options)
        try container.encode(sourceAgent, forKey: .sourceAgent)
        try container.encode(top, forKey: .top)
        try container.encode(reactToRecode, forKey: .reactToRecode)
        try container.encode(codeactToRecode, forKey: .codeactToRecode)
    }
}
