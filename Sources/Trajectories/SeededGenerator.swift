/// SplitMix64: a small generator whose whole state is its seed, so a draw can be repeated anywhere.
///
/// Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// Starts the generator at `seed`.
    public init(seed: UInt64) {
        state = seed
    }

    /// The next 64 bits.
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// The next number in 0..<1, of 53 random bits: our own arithmetic, so that no library's choice enters the data.
    public mutating func nextUnit() -> Double {
        Double(next() >> 11) * 0x1p-53
    }
}

/// Where an episode's random numbers come from: the run's seed, the task, the repeat and a purpose.
public enum EpisodeSeed {
    /// A seed that differs between tasks, repeats and purposes, and is the same on every machine.
    ///
    /// - Parameters:
    ///   - seed: the run's seed.
    ///   - taskID: `environment/task/variation`.
    ///   - repeat: which repeat of the task, from 0.
    ///   - purpose: what the numbers are for (`namespace`, `slip`), so two uses never share a stream.
    /// - Returns: a seed for ``SeededGenerator``.
    public static func derive(run seed: Int, taskID: String, repeat: Int, purpose: String) -> UInt64 {
        Digest.sha256Prefix(of: "\(seed)\n\(taskID)\n\(`repeat`)\n\(purpose)")
    }
}
