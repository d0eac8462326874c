/// Remembers how many tokens the words seen last have: a table of fixed size, two words to a line of the processor's cache.
struct WordCache: ~Copyable {
    /// A word, whole, and its tokens; free where the length is 0.
    private struct Entry {
        var words: (UInt64, UInt64, UInt64) = (0, 0, 0)
        var length: UInt32 = 0
        var count: UInt32 = 0
    }

    /// The longest word that is remembered, in bytes.
    static let longest = 24

    private static let lineCount = 1 << 16
    private let entries: UnsafeMutablePointer<Entry>

    /// Begins with nothing remembered; what is remembered takes 4 MiB, always.
    init() {
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: 2 * Self.lineCount * MemoryLayout<Entry>.stride, alignment: 64)
        entries = memory.bindMemory(to: Entry.self, capacity: 2 * Self.lineCount)
        entries.initialize(repeating: Entry(), count: 2 * Self.lineCount)
    }

    deinit {
        UnsafeMutableRawPointer(entries).deallocate()
    }

    /// How many tokens a word has, found out where it is not known.
    /// - Parameter word: 1 to ``longest`` bytes.
    @inline(__always)
    borrowing func count<Failure>(
        of word: UnsafeBufferPointer<UInt8>,
        orElse findOut: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Int
    ) throws(Failure) -> Int {
        let words = ByteWords.words(of: word)
        let length = UInt32(word.count)
        let line = entries + 2 * Self.line(of: words, word.count)
        if line[0].words == words, line[0].length == length { return Int(line[0].count) }
        if line[1].words == words, line[1].length == length { return Int(line[1].count) }
        let count = try findOut(word)
        // The older of the two gives way.
        line[1] = line[0]
        line[0] = Entry(words: words, length: length, count: UInt32(count))
        return count
    }

    @inline(__always)
    private static func line(of words: (UInt64, UInt64, UInt64), _ length: Int) -> Int {
        let mixed =
            (words.0 ^ UInt64(length)) &* 0x9E37_79B9_7F4A_7C15 ^ words.1 &* 0xC2B2_AE3D_27D4_EB4F
            ^ words.2 &* 0xD6E8_FEB8_6659_FD93
        return Int(truncatingIfNeeded: (mixed ^ mixed >> 29) >> 20) & (lineCount - 1)
    }
}
