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
