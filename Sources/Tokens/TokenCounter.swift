/// Counts tokens, remembering the words it has seen; one for each thread.
public final class TokenCounter {
    /// The vocabulary that is counted with.
    public let tokenizer: Tokenizer
    private let known = WordCache()

    /// Begins with nothing remembered; what is remembered takes 4 MiB, always.
    public init(_ tokenizer: Tokenizer) {
        self.tokenizer = tokenizer
    }

    /// How many ids ``Tokenizer/encodeOrdinary(_:)`` gives.
    /// - Throws: `CancellationError` when the task is cancelled within a long word.
    public func countOrdinary(_ text: String) throws(CancellationError) -> Int {
        let text = tokenizer.normalizes ? Normalization.composed(text) : text
        return try text.withUTF8Bytes { bytes throws(CancellationError) in try countPieces(of: bytes) }
    }

    /// How many ids ``Tokenizer/encode(_:)`` gives.
    /// - Throws: `CancellationError` when the task is cancelled within a long word.
    public func count(_ text: String) throws(CancellationError) -> Int {
        var total = 0
        try tokenizer.added.split(text) { part throws(CancellationError) in
            switch part {
            case .token: total += 1
            case .text(let text): total += try countOrdinary(text)
            }
        }
        return total
    }

    private func countPieces(of bytes: UnsafeBufferPointer<UInt8>) throws(CancellationError) -> Int {
        let model = tokenizer.model
        var total = 0
        try tokenizer.forEachPiece(of: bytes) { piece throws(CancellationError) in
            if piece.count > WordCache.longest {
                total += try model.count(piece)
            } else {
                total += try known.count(of: piece) { word throws(CancellationError) in try model.count(word)
                }
            }
        }
        return total
    }
}
