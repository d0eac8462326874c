/// The shape of the trees of some trajectories: each measure is taken of every trajectory, and averaged over them.
public struct StudyShape: Codable, Sendable, Hashable {
    /// How many expansions nest at most.
    public var depth: StudyMean
    /// Statements for one expansion; of the trajectories that have an expansion.
    public var branching: StudyMean
    /// The share of placeholders among placeholders and primitive actions; of the trajectories that have either.
    public var placeholderRatio: StudyMean

    enum CodingKeys: String, CodingKey {
        case depth, branching
        case placeholderRatio = "placeholder_ratio"
    }

    /// Averages shapes, in any order.
    public init(of shapes: [TreeShape]) {
        depth = StudyMean(of: shapes.map { Double($0.depth) })
        branching = StudyMean(of: shapes.compactMap(\.branching))
        placeholderRatio = StudyMean(of: shapes.compactMap(\.placeholderRatio))
    }
}
