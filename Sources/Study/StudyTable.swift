import Trajectories

/// The counts of a study: one row for each environment, policy, run, source agent, p and method, and for each
/// combination of the options that differ.
public struct StudyTable: Codable, Sendable, Hashable {
    /// What `sd_reward` is: divided by n - 1, and 0 for a single trajectory. The paper does not say which it uses.
    public static let deviationName = "sample"

    /// The rows by environment, policy, options, run, source agent, p and method (react, codeact, recode: the paper's
    /// order).
    public var rows: [StudyRow]
    /// For each of those but the method, how many pairs and tokens the flat methods yield for one of ReCode's.
    public var ratios: [StudyRatio]
    /// What the flat methods come to over all environments; `nil` where there is one environment.
    public var comparisons: [StudyComparison]?
    /// Always ``deviationName``.
    public var deviation: String
    /// How the trajectories were selected; `nil` where nobody said.
    public var selection: StudySelection?
    /// What became of the structure of all episodes, by environment, policy, options, run and agent.
    public var structure: [StructureRow]
    /// Which tasks the methods cover, by environment.
    public var coverage: [StudyCoverage]
    /// The paper's figures for the environments of the rows, never mixed into them; `nil` where they are left out.
    public var published: PublishedFigures?

    /// Puts rows in their order, and what belongs to them. The order they come in does not matter.
    /// - Complexity: O(*n* log *n*) in the number of rows.
    public init(
        rows: [StudyRow], structure: [StructureRow] = [], coverage: [StudyCoverage] = [],
        published: PublishedChoice = .none, selection: StudySelection? = nil
    ) {
        self.rows = rows.sorted { $0.precedes($1) }
        self.structure = structure.sorted { $0.precedes($1) }
        self.coverage = coverage.sorted { $0.environment < $1.environment }
        self.selection = selection
        ratios = StudyRatio.all(of: self.rows)
        deviation = Self.deviationName
        comparisons = StudyComparison.all(of: self)
        if published == .paper { self.published = .paper(for: Set(rows.map(\.environment))) }
    }

    /// The names of the options that rows are told apart by, sorted.
    public var optionNames: [String] { Set(rows.flatMap { ($0.options ?? [:]).keys }).sorted() }

    /// `nil` for a base of nothing.
    static func quotient(_ count: Int, _ base: Int) -> Double? {
        base > 0 ? rounded(Double(count) / Double(base)) : nil
    }

    /// To six decimals: enough for any table, and the last bits of a sum stay out of the data.
    static func rounded(_ value: Double) -> Double { (value * 1e6).rounded() / 1e6 }

    /// Writes every key, unknown values as `null`; `comparisons` only where there are several environments.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(rows, forKey: .rows)
        try container.encode(ratios, forKey: .ratios)
        try container.encodeIfPresent(comparisons, forKey: .comparisons)
        try container.encode(deviation, forKey: .deviation)
        try container.encode(selection, forKey: .selection)
        try container.encode(structure, forKey: .structure)
        try container.encode(coverage, forKey: .coverage)
        try container.encode(published, forKey: .published)
    }
}

/// Whether a study shows published figures beside its own.
public enum PublishedChoice: String, Sendable, Hashable, CaseIterable {
    /// It does not.
    case none
    /// Those of arXiv 2510.23564, for the environments it has.
    case paper
}
