import Trajectories

/// How many pairs and tokens the flat methods yield for one of ReCode's, from what is kept at the same p.
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
    /// ReAct's tokens over ReCode's; `nil` where one was not counted.
    public var reactToRecodeTokens: StudyTokenRatio?
    /// CodeAct's tokens over ReCode's; `nil` where one was not counted.
    public var codeactToRecodeTokens: StudyTokenRatio?

    enum CodingKeys: String, CodingKey {
        case environment, policy, run, options, top
        case sourceAgent = "source_agent"
        case reactToRecode = "react_to_recode"
        case codeactToRecode = "codeact_to_recode"
        case reactToRecodeTokens = "react_to_recode_tokens"
        case codeactToRecodeTokens = "codeact_to_recode_tokens"
    }

    /// The ratios of a study, in the order of its rows.
    static func all(of rows: [StudyRow]) -> [StudyRatio] {
        let places = Dictionary(rows.map { ($0.place, $0) }, uniquingKeysWith: { first, _ in first })
        var ratios: [StudyRatio] = []
        for row in rows where ratios.last.map({ !$0.belongs(with: row) }) ?? true {
            ratios.append(StudyRatio(beside: row, among: places))
        }
        return ratios
    }

    private init(beside row: StudyRow, among rows: [StudyRow.Place: StudyRow]) {
        environment = row.environment
        policy = row.policy
        run = row.run
        options = row.options
        sourceAgent = row.sourceAgent
        top = row.top
        var base = row.place
        (base.sourceAgent, base.method) = (.recode, .recode)
        guard let recode = rows[base] else { return }
        var place = row.place
        place.method = .react
        if let react = rows[place] {
            reactToRecode = StudyTable.quotient(react.pairs, recode.pairs)
            reactToRecodeTokens = StudyTokenRatio(react.tokens, by: recode.tokens)
        }
        place.method = .codeact
        if let codeact = rows[place] {
            codeactToRecode = StudyTable.quotient(codeact.pairs, recode.pairs)
            codeactToRecodeTokens = StudyTokenRatio(codeact.tokens, by: recode.tokens)
        }
    }

    private func belongs(with row: StudyRow) -> Bool {
        environment == row.environment && policy == row.policy && run == row.run
            && options == row.options && sourceAgent == row.sourceAgent && top == row.top
    }

    /// Where it stands: the place of ReCode's pairs of the same rows.
    var place: StudyRow.Place {
        StudyRow.Place(
            environment: environment, policy: policy, run: run, options: options, sourceAgent: sourceAgent,
            top: top, method: .recode)
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
        try container.encode(reactToRecodeTokens, forKey: .reactToRecodeTokens)
        try container.encode(codeactToRecodeTokens, forKey: .codeactToRecodeTokens)
    }
}
