#if canImport(Glibc)
    import Glibc
#else
    import Musl
#endif

/// The correlation of a yes or no with a number: Pearson's, the yes being 1 and the no 0.
///
/// The interval is Fisher's: artanh *r* ± 1.96 / sqrt(*n* - 3), taken back by tanh. With rewards that are no normal
/// distribution it is an approximation, and for *r* of 1 or -1 it has no width.
public struct PointBiserial: Codable, Sendable, Hashable {
    /// How many episodes there are.
    public var n: Int
    /// From -1 to 1; `nil` for fewer than 4 episodes, and where all answers or all numbers are the same.
    public var r: Double?
    /// Where the 95 % confidence interval begins; `nil` without ``r``.
    public var low: Double?
    /// Where it ends.
    public var high: Double?

    /// The two-sided 95 % quantile of the normal distribution.
    private static let quantile = 1.959_963_984_540_054

    /// - Complexity: O(*n* log *n*): values are summed in ascending order, so their order does not matter.
    init(of values: [(isYes: Bool, number: Double)]) {
        n = values.count
        let numbers = values.map(\.number)
        let groups = [true, false].map { isYes in values.filter { $0.isYes == isYes }.map(\.number) }
        guard n >= 4, groups.allSatisfy({ !$0.isEmpty }), numbers.min() != numbers.max() else { return }
        let means = groups.map { Moments(of: $0).mean }
        let (count, variance) = (Double(n), Self.variance(of: numbers))
        let shares = Double(groups[0].count) / count * Double(groups[1].count) / count
        let exact = min(1, max(-1, (means[0] - means[1]) * (shares / variance).squareRoot()))
        let halfWidth = Self.quantile / (count - 3).squareRoot()
        r = StudyTable.rounded(exact)
        low = StudyTable.rounded(tanh(atanh(exact) - halfWidth))
        high = StudyTable.rounded(tanh(atanh(exact) + halfWidth))
    }

    /// With divisor n.
    private static func variance(of numbers: [Double]) -> Double {
        let deviation = Moments(of: numbers).sampleDeviation
        return deviation * deviation * Double(numbers.count - 1) / Double(numbers.count)
    }

    enum CodingKeys: String, CodingKey {
        case n, r, low, high
    }

    /// Writes every key, unknown values as `null`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(n, forKey: .n)
        try container.encode(r, forKey: .r)
        try container.encode(low, forKey: .low)
        try container.encode(high, forKey: .high)
    }
}
