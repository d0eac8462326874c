/// Numbers in words that do not depend on a locale.
enum Decimals {
    /// So many decimals, `-` for nothing.
    static func fixed(_ value: Double?, places: Int = 2) -> String {
        guard let value else { return "-" }
        let scale = (0..<places).reduce(1) { scale, _ in 10 * scale }
        guard value.magnitude * Double(scale) < 1e15 else { return value.description }
        let scaled = Int((value * Double(scale)).rounded())
        let (whole, rest) = scaled.magnitude.quotientAndRemainder(dividingBy: UInt(scale))
        let digits = String(rest)
        return (scaled < 0 ? "-" : "") + "\(whole)."
            + String(repeating: "0", count: places - digits.count) + digits
    }

    /// As few digits as say it all: `10`, `12.5`.
    static func plain(_ value: Double) -> String {
        value == value.rounded() && value.magnitude < 1e15 ? String(Int(value)) : value.description
    }
}

extension Decimals {
    /// A reward as the paper has it: times 100, with two decimals.
    static func reward(mean: Double?, deviation: Double?) -> String {
        guard let mean else { return "-" }
        guard let deviation else { return fixed(mean * 100) }
        return "\(fixed(mean * 100)) ± \(fixed(deviation * 100))"
    }

    /// A count, `-` for nothing.
    static func count(_ value: Int?) -> String { value.map(String.init) ?? "-" }
}
