import Trajectories

/// Numbers as messages and tables show them.
enum Wording {
    /// A number with exactly `places` decimals, halves away from zero.
    static func decimal(_ value: Double, places: Int) -> String {
        precondition((0...6).contains(places))
        guard value.isFinite, abs(value) < 1e12 else { return "\(value)" }
        let scale = (0..<places).reduce(1) { scale, _ in scale * 10 }
        let scaled = Int((abs(value) * Double(scale)).rounded())
        let sign = value < 0 && scaled > 0 ? "-" : ""
        guard places > 0 else { return "\(sign)\(scaled)" }
        let fraction = String(scaled % scale)
        return "\(sign)\(scaled / scale)." + String(repeating: "0", count: places - fraction.count) + fraction
    }

    /// `8.4 s`, `2 min 05 s`, `1 h 02 min`.
    static func duration(_ duration: Duration) -> String {
        let seconds = duration.inSeconds
        guard seconds >= 60 else { return "\(decimal(seconds, places: 1)) s" }
        let whole = Int(seconds.rounded())
        let parts =
            whole < 3600
            ? (whole / 60, "min", whole % 60, "s") : (whole / 3600, "h", whole % 3600 / 60, "min")
        return "\(parts.0) \(parts.1) \(parts.2 < 10 ? "0" : "")\(parts.2) \(parts.3)"
    }

    /// US dollars: `$0.0042`, `$12.50`.
    static func dollars(_ value: Double) -> String {
        "$" + decimal(value, places: value < 1 ? 4 : 2)
    }

    /// `1204 prompt tokens, 311 answer tokens, $0.0004`.
    static func usage(_ usage: Usage) -> String {
        let cost = usage.costUSD.map { ", \(dollars($0))" } ?? ""
        return "\(usage.promptTokens) prompt tokens, \(usage.completionTokens) answer tokens\(cost)"
    }

    /// A count with its noun: `1 episode`, `60 episodes`.
    static func count(_ count: Int, _ noun: String, plural: String? = nil) -> String {
        "\(count) \(count == 1 ? noun : plural ?? noun + "s")"
    }
}

extension Duration {
    /// The duration in seconds.
    var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
