/// Mean and spread of some values, the same whatever order they come in.
struct Moments {
    /// The arithmetic mean.
    let mean: Double
    /// The standard deviation with divisor n - 1; 0 for one value.
    let sampleDeviation: Double

    /// - Precondition: there is at least one value.
    /// - Complexity: O(*n* log *n*): values are summed in ascending order.
    init(of values: [Double]) {
        precondition(!values.isEmpty, "no values have no mean")
        let sorted = values.sorted()
        let mean = sorted.reduce(0, +) / Double(sorted.count)
        let squares = sorted.map { ($0 - mean) * ($0 - mean) }.reduce(0, +)
        self.mean = mean
        sampleDeviation = sorted.count > 1 ? (squares / Double(sorted.count - 1)).squareRoot() : 0
    }
}

/// A mean over trajectories or episodes, with its spread.
public struct StudyMean: Codable, Sendable, Hashable {
    /// How many values there are.
    public var n: Int
    /// Their mean; `nil` without any.
    public var mean: Double?
    /// Their sample standard deviation, 0 for one; `nil` without any.
    public var sd: Double?

    /// Of values in any order.
    init(of values: [Double]) {
        n = values.count
        guard !values.isEmpty else { return }
        let moments = Moments(of: values)
        mean = StudyTable.rounded(moments.mean)
        sd = StudyTable.rounded(moments.sampleDeviation)
    }

    enum CodingKeys: String, CodingKey {
        case n, mean, sd
    }

    /// Writes every key, unknown values as `null`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(n, forKey: .n)
        try container.encode(mean, forKey: .mean)
        try container.encode(sd, forKey: .sd)
    }

    /// `1.93 ± 0.45`, `-` without values.
    func shown(places: Int = 2) -> String {
        mean.map { "\(Decimals.fixed($0, places: places)) ± \(Decimals.fixed(sd, places: places))" } ?? "-"
    }
}
