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
        let model = tokenizer.model
        var total = 0
        tokenizer.forEachPiece(of: bytes) { piece in
            total +=
                piece.count > WordCache.longest
                ? model.count(piece) : known.count(of: piece) { model.count($0) }
        }
        return total
    }
}
