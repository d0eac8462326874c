/// How many pairs are how long, in tokens: bins that double in width.
///
/// The first bin holds the length 0, the next the length 1, then 2 and 3, 4 to 7, and so on: from a power of two up to, and
/// without, the next.
public struct LengthHistogram: Sendable, Hashable {
    /// A range of lengths, and how many pairs are in it.
    public struct Bin: Codable, Sendable, Hashable {
        /// The shortest length.
        public var from: Int
        /// The length after the longest.
        public var below: Int
        /// How many pairs.
        public var pairs: Int
    }

    /// Pairs by bin; the last is not empty.
    private var counts: [Int] = []

    /// Begins with no pairs.
    public init() {}

    /// The bins from the first that holds a pair to the last, empty ones between them included.
    public var bins: [Bin] {
        guard let first = counts.firstIndex(where: { $0 > 0 }) else { return [] }
        return counts.indices[first...].map { index in
            Bin(from: index == 0 ? 0 : 1 << (index - 1), below: 1 << index, pairs: counts[index])
        }
    }

    /// Counts a pair.
    /// - Parameter length: tokens, 0 or more.
    public mutating func add(_ length: Int) {
        add(1, at: Self.index(of: length))
    }

    private mutating func add(_ pairs: Int, at index: Int) {
        while counts.count <= index { counts.append(0) }
        counts[index] += pairs
    }

    /// The bin of a length: as many as its binary digits.
    private static func index(of length: Int) -> Int {
        precondition(length >= 0, "a length is no less than 0")
        return Int.bitWidth - length.leadingZeroBitCount
    }
}

/// In JSON, the list of ``LengthHistogram/bins``.
extension LengthHistogram: Codable {
    /// Reads the bins.
    /// - Throws: `DecodingError` for a bin that is none of these.
    public init(from decoder: any Decoder) throws {
        self.init()
        let container = try decoder.singleValueContainer()
        for bin in try container.decode([Bin].self) {
            let isRight = bin.from >= 0 && bin.pairs >= 0 && bin.from.nonzeroBitCount <= 1
            guard isRight, bin.below == max(1, bin.from &* 2) else {
                throw DecodingError.dataCorruptedError(
                    in: container,
                    debugDescription: "no bin of lengths: from \(bin.from) to below \(bin.below)")
            }
            let index = Self.index(of: bin.from)
            guard !counts.indices.contains(index) || counts[index] == 0 else {
                throw DecodingError.dataCorruptedError(
                    in: container, debugDescription: "a bin of lengths twice: from \(bin.from)")
            }
            add(bin.pairs, at: index)
        }
    }

    /// Writes the bins.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(bins)
    }
}
