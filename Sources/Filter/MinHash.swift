import Trajectories

/// Finds texts that are alike without comparing each with each: MinHash signatures, banded (Broder 1997; Leskovec, Rajaraman
/// and Ullman, Mining of Massive Datasets, chapter 3).
///
/// Texts are alike by the Jaccard similarity of their shingles: what both have, over what either has, of all runs of five
/// tokens. Bands only propose; whether two texts are alike is decided on their shingles.
struct MinHashIndex {
    /// Tokens of a shingle; a shorter text is one shingle.
    static let shingleLength = 5
    /// Values of a signature.
    static let signatureLength = 128

    /// From which similarity on texts are alike.
    let threshold: Double
    private let bands: Int
    private let rows: Int
    private let permutations: [(factor: UInt64, summand: UInt64)]
    /// The entries of each band and its values.
    private var buckets: [UInt64: [UInt32]] = [:]
    private var shingles: [[UInt32]] = []

    /// Begins with no texts.
    /// - Precondition: the threshold is above 0, up to 1.
    init(threshold: Double) {
        self.threshold = threshold
        (bands, rows) = Self.banding(for: threshold)
        var generator = SeededGenerator(seed: 0x5EED_0F5A_1163_1E00)
        permutations = (0..<Self.signatureLength).map { _ in
            (generator.next() | 1, generator.next())
        }
    }

    /// What came of a text.
    enum Placement: Hashable {
        /// It is alike to an earlier one, the entry of this number.
        case alike(entry: Int, similarity: Double)
        /// It is an entry of its own now, of the next number.
        case new
    }

    /// Takes a text in, unless an earlier one is alike enough: then the most alike, and of equally alike ones the first.
    mutating func place(_ text: MinHashText) -> Placement {
        let keys = bandKeys(of: text)
        var best: (entry: UInt32, similarity: Double)?
        var seen: Set<UInt32> = []
        for key in keys {
            for entry in buckets[key] ?? [] where seen.insert(entry).inserted {
                guard let similarity = similarity(shingles[Int(entry)], text.shingles) else { continue }
                let isBetter = best.map { (similarity, $0.entry) > ($0.similarity, entry) } ?? true
                if isBetter { best = (entry, similarity) }
            }
        }
        if let best { return .alike(entry: Int(best.entry), similarity: best.similarity) }
        for key in keys { buckets[key, default: []].append(UInt32(shingles.count)) }
        shingles.append(text.shingles)
        return .new
    }

    /// The Jaccard similarity of two sorted sets, where it reaches the threshold; told early where it cannot.
    private func similarity(_ one: [UInt32], _ other: [UInt32]) -> Double? {
        let larger = Double(max(one.count, other.count))
        guard Double(min(one.count, other.count)) >= threshold * larger else { return nil }
        let similarity = Self.similarity(one, other)
        return similarity >= threshold ? similarity : nil
    }

    /// The Jaccard similarity of two sorted sets.
    static func similarity(_ one: [UInt32], _ other: [UInt32]) -> Double {
        var common = 0
        var (left, right) = (0, 0)
        while left < one.count, right < other.count {
            let (first, second) = (one[left], other[right])
            if first == second { common += 1 }
            if first <= second { left += 1 }
            if second <= first { right += 1 }
        }
        let union = one.count + other.count - common
        return union == 0 ? 1 : Double(common) / Double(union)
    }

    /// As many bands of as many rows as miss the fewest alike texts while proposing few others: the probability that two
    /// texts of similarity s share a band is 1 - (1 - s^rows)^bands.
    static func banding(for threshold: Double) -> (bands: Int, rows: Int) {
        // The most rows at which a text right at the threshold is still found with a probability of 99.9 %.
        let rows = (1...signatureLength).last { rows in
            let bands = signatureLength / rows
            return 1 - power(1 - power(threshold, rows), bands) >= 0.999
        }
        return (signatureLength / (rows ?? 1), rows ?? 1)
    }

    private static func power(_ base: Double, _ exponent: Int) -> Double {
        (0..<exponent).reduce(1) { product, _ in product * base }
    }

    private func bandKeys(of text: MinHashText) -> [UInt64] {
        let signature = permutations.map { factor, summand in
            text.shingles.reduce(UInt64.max) { least, shingle in
                min(least, MinHashText.mix(UInt64(shingle) &* factor &+ summand))
            }
        }
        return (0..<bands).map { band in
            signature[(band * rows)..<((band + 1) * rows)].reduce(MinHashText.mix(UInt64(band))) {
                key, value in
                MinHashText.mix(key ^ value)
            }
        }
    }
}

/// A text as its shingles: sorted hashes, each once. They are of 32 bits, so that two texts of some hundred shingles seem more
/// alike than they are with a probability of about 1 in 100,000.
struct MinHashText {
    let shingles: [UInt32]

    init(_ text: String) {
        let tokens = NormalizedText.tokens(of: text).map(Self.hash)
        let starts = 0..<max(1, tokens.count - MinHashIndex.shingleLength + 1)
        let hashes = starts.map { start in
            tokens[start..<min(start + MinHashIndex.shingleLength, tokens.count)].reduce(0) {
                Self.mix($0 &+ $1)
            }
        }
        shingles = Set(hashes.map { UInt32(truncatingIfNeeded: $0 >> 32) }).sorted()
    }

    /// FNV-1a.
    private static func hash(_ token: Substring.UnicodeScalarView) -> UInt64 {
        token.reduce(0xCBF2_9CE4_8422_2325) { hash, scalar in
            (hash ^ UInt64(scalar.value)) &* 0x0000_0100_0000_01B3
        }
    }

    /// The finaliser of SplitMix64: every bit of the value shows in every bit of the result.
    static func mix(_ value: UInt64) -> UInt64 {
        var bits = value &+ 0x9E37_79B9_7F4A_7C15
        bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
        return bits ^ bits >> 31
    }
}
