/// What a check found wrong: the first few in words, all of them counted.
public struct CheckFindings: Sendable, Hashable {
    /// The first of them, in the order they were found; each names its file and line, or key.
    public private(set) var first: [String] = []
    /// How many there are.
    public private(set) var count = 0
    /// How many are kept in words.
    public let limit: Int

    /// Makes an empty list.
    /// - Parameter limit: how many are kept in words.
    public init(limit: Int) {
        self.limit = limit
    }

    /// Whether nothing is wrong.
    public var isEmpty: Bool { count == 0 }

    /// Adds what is wrong at a place.
    public mutating func add(_ place: String, _ problem: String) {
        add("\(place): \(problem)")
    }

    /// Adds a problem whose words name its place.
    public mutating func add(_ problem: String) {
        count += 1
        if first.count < limit { first.append(problem) }
    }

    /// Adds those of another check, after the own ones.
    public mutating func add(_ other: CheckFindings) {
        first += other.first.prefix(limit - first.count)
        count += other.count
    }
}
