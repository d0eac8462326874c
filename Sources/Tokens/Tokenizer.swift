/// Byte-level byte-pair encoding with one vocabulary: the ids that tiktoken and Hugging Face's `tokenizers` give.
public struct Tokenizer: Sendable {
    /// How messages and manifests call the vocabulary.
    public let name: String
    let splitters: [Splitter]
    let model: MergeModel
    /// Whether texts are put into Unicode's normal form C first.
    let normalizes: Bool
    let added: AddedTokens

    /// How many ids the vocabulary has, added tokens included.
    public var tokenCount: Int { model.tokens.count + added.count }

    /// The added tokens that a text must not say where only a chat template should (``ControlTokenForm``), sorted.
    public var controlTokens: [String] { added.controlTokens }

    /// Makes sure that the vocabulary has the tokens a chat template writes.
    /// - Throws: ``TokensError`` (`unsupported`) naming the first that is missing.
    public func require(_ template: ChatTemplate) throws(TokensError) {
        guard let missing = template.markers.first(where: { !added.has($0) }) else { return }
        throw TokensError(
            .unsupported,
            "\(name): the vocabulary has no token \(missing), which the chat template \(template.rawValue) writes: its "
                + "counts would be no trainer's. Count without a chat template, or name another vocabulary.")
    }

    /// The ids of a text in which added tokens, such as `<|im_start|>`, are ordinary characters.
    /// - Complexity: O(*n* log *n*) in bytes at worst, O(*n*) for texts of words.
    public func encodeOrdinary(_ text: String) -> [Int] {
        var ids: [Int] = []
        appendOrdinary(normalizes ? Normalization.composed(text) : text, to: &ids)
        return ids
    }

    /// The ids of a text in which added tokens stand for themselves, as a chat template's output has them; nothing is added
    /// at either end.
    public func encode(_ text: String) -> [Int] {
        var ids: [Int] = []
        added.split(text) { part in
            switch part {
            case .token(let id): ids.append(id)
            case .text(let text):
                appendOrdinary(normalizes ? Normalization.composed(text) : text, to: &ids)
            }
        }
        return ids
    }

    private func appendOrdinary(_ text: String, to ids: inout [Int]) {
        var text = text
        text.withUTF8 { bytes in
            forEachPiece(of: bytes) { piece in model.encode(piece, into: &ids) }
        }
    }

    /// Cuts a text into the pieces that are encoded one by one.
    @inline(__always)
    func forEachPiece<Failure>(
        of bytes: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Void
    ) throws(Failure) {
        try CharacterClasses.table.withUnsafeBufferPointer { classes throws(Failure) in
            guard let classes = classes.baseAddress else { return }
            let text = SplitText(bytes: bytes, classes: classes)
            guard splitters.count == 1 else {
                return try cut(text, 0..<bytes.count, by: splitters[...], body)
            }
            let splitter = splitters[0]
            var start = 0
            while start < bytes.count {
                let end = text.next(splitter, from: start, to: bytes.count)
                try body(UnsafeBufferPointer(rebasing: bytes[start..<end]))
                start = end
            }
        }
    }

    /// Cuts by one step after the other.
    private func cut<Failure>(
        _ text: SplitText, _ range: Range<Int>, by steps: ArraySlice<Splitter>,
        _ body: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Void
    ) throws(Failure) {
        guard let step = steps.first else {
            return try body(UnsafeBufferPointer(rebasing: text.bytes[range]))
        }
        var start = range.lowerBound
        while start < range.upperBound {
            let end = text.next(step, from: start, to: range.upperBound)
            try cut(text, start..<end, by: steps.dropFirst(), body)
            start = end
        }
    }
}
