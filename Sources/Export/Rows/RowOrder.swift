import Trajectories

/// The order of an export's rows.
public enum RowOrder: Codable, Sendable, Hashable {
    /// As the runs have them: by run, task, variation, repeat and node.
    case collected
    /// By a hash of the seed and the pair's id, so that each pair has its place whatever else is exported.
    case shuffled(seed: Int)
    /// Easy to hard.
    case curriculum(Curriculum)

    /// The names of the orders.
    public enum Name: String, Codable, Sendable, Hashable, CaseIterable {
        case collected, shuffled, curriculum
    }

    private enum CodingKeys: CodingKey {
        case name, seed, by, stages
    }

    /// Which it is.
    public var name: Name {
        switch self {
        case .collected: .collected
        case .shuffled: .shuffled
        case .curriculum: .curriculum
        }
    }

    /// Whether it goes by the rows' lengths in tokens.
    public var needsTokens: Bool {
        if case .curriculum(let curriculum) = self { curriculum.by.contains(.length) } else { false }
    }

    /// Reads an order as a manifest has it.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        switch try container.decode(Name.self, forKey: .name) {
        case .collected: self = .collected
        case .shuffled: self = .shuffled(seed: try container.decode(Int.self, forKey: .seed))
        case .curriculum:
            self = .curriculum(
                Curriculum(
                    by: try container.decode([CurriculumMeasure].self, forKey: .by),
                    stages: try container.decode(Int.self, forKey: .stages)))
        }
    }

    /// Writes it as an object of its name and what belongs to it.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        switch self {
        case .collected: break
        case .shuffled(let seed): try container.encode(seed, forKey: .seed)
        case .curriculum(let curriculum):
            try container.encode(curriculum.by, forKey: .by)
            try container.encode(curriculum.stages, forKey: .stages)
        }
    }
}

/// Rows from easy to hard, in stages of nearly as many rows. The paper calls such training promising and untried (section 5).
public struct Curriculum: Sendable, Hashable {
    /// What is easy: the first measure decides, where it ties the next. Rows that tie in all keep the order they were
    /// collected in.
    public var by: [CurriculumMeasure]
    /// How many stages, 1 or more. Each begins a data file of its own.
    public var stages: Int

    /// Makes a curriculum from its parts.
    public init(by measures: [CurriculumMeasure], stages: Int) {
        by = measures
        self.stages = stages
    }
}

/// What a row's place among others may depend on.
protocol OrderedRow {
    var id: String { get }
    var kind: Pair.Kind { get }
    var height: Int { get }
    var steps: Int { get }
    var reward: Double { get }
    var tokens: Int? { get }
}

extension Pair: OrderedRow {}

/// Where a row stands among others of its split: easy ones first, and those that are as hard by their place.
struct RowRank: Comparable {
    /// How hard it is by each measure of a curriculum; none in another order.
    var difficulties: [Double]
    /// A hash where rows are shuffled, else the place in which they came.
    var place: UInt64

    static func < (one: RowRank, other: RowRank) -> Bool {
        for (own, others) in zip(one.difficulties, other.difficulties) where own != others {
            return own < others
        }
        return one.place < other.place
    }
}

extension RowOrder {
    /// The rank of a row.
    /// - Parameter count: how many rows came before it.
    func rank(of row: some OrderedRow, after count: Int) -> RowRank {
        switch self {
        case .collected: RowRank(difficulties: [], place: UInt64(count))
        case .shuffled(let seed):
            RowRank(
                difficulties: [],
                place: Digest.sha256Prefix(of: "\(seed)\n\(row.id)\n\(row.kind.rawValue)"))
        case .curriculum(let curriculum):
            RowRank(difficulties: curriculum.by.map { $0.difficulty(of: row) }, place: UInt64(count))
        }
    }
}

/// What makes a pair hard.
public enum CurriculumMeasure: String, Codable, Sendable, Hashable, CaseIterable {
    /// Levels of expansions below the node: plans of plans come last.
    case height
    /// Primitive actions of its trajectory.
    case steps
    /// The trajectory's reward: what went well comes first.
    case reward
    /// Its length under the chat template, in tokens.
    case length

    /// How hard a row is: more is harder.
    func difficulty(of row: some OrderedRow) -> Double {
        switch self {
        case .height: Double(row.height)
        case .steps: Double(row.steps)
        case .reward: -row.reward
        case .length: Double(row.tokens ?? 0)
        }
    }

    /// The measure's own value for a difficulty.
    func value(ofDifficulty difficulty: Double) -> Double {
        // No negative zero: it would be another number in a manifest.
        self == .reward && difficulty != 0 ? -difficulty : difficulty
    }
}
