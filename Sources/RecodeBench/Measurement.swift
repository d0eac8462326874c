/// Several runs of the same thing.
struct Measurement: Sendable {
    /// Seconds, in the order they were measured.
    var seconds: [Double] = []

    /// Runs `body` once more and notes how long it took.
    mutating func time<Result>(_ body: () async throws -> Result) async throws -> Result {
        let began = ContinuousClock.now
        let result = try await body()
        seconds.append((ContinuousClock.now - began) / .seconds(1))
        return result
    }

    /// The middle of the sorted values; the mean of the two middle ones for an even count.
    static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        guard let last = sorted.indices.last else { return .nan }
        return (sorted[last / 2] + sorted[(last + 1) / 2]) / 2
    }

    /// `12.34 (12.10–12.60)`: the median, and the lowest and highest.
    static func summary(_ values: [Double], digits: Int = 2) -> String {
        guard let low = values.min(), let high = values.max() else { return "–" }
        return "\(fixed(median(values), digits)) (\(fixed(low, digits))–\(fixed(high, digits)))"
    }

    /// A number with a fixed count of decimals.
    static func fixed(_ value: Double, _ digits: Int = 2) -> String {
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let rounded = (value * scale).rounded()
        guard rounded.isFinite, abs(rounded) < 1e15 else { return "\(value)" }
        let whole = Int(abs(rounded))
        let text = String(whole)
        let padded = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
        let sign = rounded < 0 ? "-" : ""
        guard digits > 0 else { return sign + padded }
        return "\(sign)\(padded.dropLast(digits)).\(padded.suffix(digits))"
    }
}
