/// A percentage above 0 and up to 100, kept as an exact decimal number.
///
/// Binary fractions would make 10 % of 30 a hair more than 3, and the ceiling of that 4.
public struct TopPercentage: Sendable, Hashable {
    /// The percentage times 1,000,000: six decimal places are kept.
    public let millionths: Int

    private static let scale = 1_000_000
    /// The most trajectories a share can be taken of: 92 thousand million.
    static let largestCount = Int.max / (100 * scale)

    /// Reads a percentage as people write it: `40`, `12.5`.
    /// - Throws: `badCriteria` for anything else, and outside (0, 100].
    public init(_ text: String) throws(FilterError) {
        guard let millionths = Self.millionths(of: text), (1...100 * Self.scale).contains(millionths) else {
            throw FilterError(
                .badCriteria,
                "top is \"\(text.prefix(40))\", expected a percentage above 0 and at most 100, such as 40 or 12.5 "
                    + "(up to six decimals)")
        }
        self.millionths = millionths
    }

    /// Takes a number as its shortest decimal form reads: 12.1 is exactly 12.1.
    /// - Throws: `badCriteria` for NaN and outside (0, 100].
    public init(_ number: Double) throws(FilterError) {
        // Far too large and NaN both go on as text, to be refused in the same words.
        let millionths = number > 0 && number <= 100 ? Int((number * Double(Self.scale)).rounded()) : 0
        let text = Self.text(of: millionths)
        try self.init(Double(text) == number ? text : "\(number)")
    }

    /// How many of `count` are kept: the smallest whole number that is at least this percentage of them.
    /// - Precondition: `count` is 0 or more, and at most ``largestCount``.
    public func share(of count: Int) -> Int {
        precondition(
            (0...Self.largestCount).contains(count), "a group has fewer than 92 thousand million trajectories"
        )
        let product = millionths * count
        let whole = 100 * Self.scale
        return product / whole + (product % whole == 0 ? 0 : 1)
    }

    private static func millionths(of text: String) -> Int? {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let fraction = parts.count == 2 ? parts[1] : "0"
        guard let whole = parts.first, isDigits(whole), isDigits(fraction), whole.count <= 3 else {
            return nil
        }
        // Further zeros change nothing; further digits would be lost.
        guard fraction.dropFirst(6).allSatisfy({ $0 == "0" }) else { return nil }
        let padded = fraction.prefix(6) + String(repeating: "0", count: 6 - min(6, fraction.count))
        return Int(whole + padded)
    }

    private static func isDigits(_ text: Substring) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
}

extension TopPercentage: CustomStringConvertible {
    /// The shortest decimal form: `40`, `12.5`. Fit for file names.
    public var description: String { Self.text(of: millionths) }

    private static func text(of millionths: Int) -> String {
        let (whole, rest) = millionths.quotientAndRemainder(dividingBy: scale)
        if rest == 0 { return String(whole) }
        var fraction = String(String(scale + rest).dropFirst())
        while fraction.hasSuffix("0") { fraction.removeLast() }
        return "\(whole).\(fraction)"
    }
}

extension TopPercentage: Codable {
    /// Decodes a number; its decimal form counts.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        do {
            try self.init(try container.decode(Double.self))
        } catch let error as FilterError {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: error.message)
        }
    }

    /// Encodes a number: whole where it is whole.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if millionths % Self.scale == 0 {
            try container.encode(millionths / Self.scale)
        } else {
            try container.encode(Double(description))
        }
    }
}
