/// Counts tokens, remembering the words it has seen; one for each thread.
public final class TokenCounter {
    /// A piece of up to 16 bytes, whole, and how many tokens it has.
    private struct Entry {
        var first: UInt64 = 0
        var last: UInt64 = 0
        var length: UInt32 = 0
        var count: UInt32 = 0
    }

    private static let entryCount = 1 << 15
    private static let longestKept = 16

    /// The vocabulary that is counted with.
    public let tokenizer: Tokenizer
    private var scratch = MergeScratch()
    private let entries: UnsafeMutablePointer<Entry>

    /// Begins with nothing remembered; what is remembered takes 768 KiB, always.
    public init(_ tokenizer: Tokenizer) {
        self.tokenizer = tokenizer
        entries = .allocate(capacity: Self.entryCount)
        entries.initialize(repeating: Entry(), count: Self.entryCount)
    }

    deinit {
        entries.deinitialize(count: Self.entryCount)
        entries.deallocate()
    }

    /// How many ids ``Tokenizer/encodeOrdinary(_:)`` gives.
    public func countOrdinary(_ text: String) -> Int {
        var text = tokenizer.normalizes ? Normalization.composed(text) : text
        return text.withUTF8 { countPieces(of: $0) }
    }

    /// How many ids ``Tokenizer/encode(_:)`` gives.
    public func count(_ text: String) -> Int {
        var total = 0
        tokenizer.added.split(text) { part in
            switch part {
            case .token: total += 1
            case .text(let text): total += countOrdinary(text)
            }
        }
        return total
    }

    private func countPieces(of bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var total = 0
        tokenizer.forEachPiece(of: bytes) { piece in total += count(ofPiece: piece) }
        return total
    }

    @inline(__always)
    private func count(ofPiece piece: UnsafeBufferPointer<UInt8>) -> Int {
        guard piece.count <= Self.longestKept, let base = piece.baseAddress else {
            return tokenizer.model.count(piece, &scratch)
        }
        let key = ByteHash.ends(of: UnsafeRawPointer(base), piece.count)
        let hash =
            (key.first ^ UInt64(piece.count)) &* 0x9E37_79B9_7F4A_7C15 ^ key.last &* 0xD6E8_FEB8_6659_FD93
        let place = entries + Int(truncatingIfNeeded: (hash ^ hash >> 29) >> 20) & (Self.entryCount - 1)
        if place.pointee.first == key.first, place.pointee.last == key.last,
            place.pointee.length == UInt32(piece.count)
        {
            return Int(place.pointee.count)
        }
        let count = tokenizer.model.count(piece, &scratch)
        place.pointee = Entry(
            first: key.first, last: key.last, length: UInt32(piece.count), count: UInt32(count))
        return count
    }
}
