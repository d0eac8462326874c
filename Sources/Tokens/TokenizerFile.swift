import JSONLines
import Trajectories

extension Tokenizer {
    /// Reads a Hugging Face `tokenizer.json` of byte-level BPE.
    ///
    /// Every key that decides ids is read; one that asks for something not done here is refused, so that a count is never
    /// that of another tokenizer.
    ///
    /// - Parameter path: the file.
    /// - Throws: ``TokensError`` (`unreadable`; `badVocabulary` or `unsupported` naming file and key).
    public init(tokenizerFile path: String) throws(TokensError) {
        let bytes = try VocabularyFile.read(path)
        let file: TokenizerFile
        do {
            file = try CanonicalJSON.decodeNames(TokenizerFile.self, from: bytes)
        } catch {
            throw TokensError(
                .badVocabulary,
                "\(path): not a Hugging Face tokenizer.json, or a part of one. Fetch it again, or name another file.",
                cause: Self.words(error))
        }
        do {
            self.init(
                name: VocabularyFile.name(of: path),
                splitters: try file.splitters(), model: try file.mergeModel(),
                normalizes: try file.normalizes(),
                added: try file.added())
        } catch {
            throw TokensError(error.code, "\(path): \(error.message)")
        }
    }

    /// What is wrong with the JSON, and at which key.
    private static func words(_ error: any Error) -> String {
        guard let error = error as? DecodingError else { return "\(error)" }
        let context: DecodingError.Context
        switch error {
        case .typeMismatch(_, let found), .valueNotFound(_, let found), .dataCorrupted(let found):
            context = found
        case .keyNotFound(let key, let found):
            return "\((found.codingPath + [key]).map(\.stringValue).joined(separator: ".")) is missing"
        @unknown default: return "\(error)"
        }
        let path = context.codingPath.map(\.stringValue).joined(separator: ".")
        return path.isEmpty ? context.debugDescription : "\(path): \(context.debugDescription)"
    }
}

/// The parts of a `tokenizer.json` that decide ids.
private struct TokenizerFile: Decodable {
    var addedTokens: [Added]?
    var normalizer: Step?
    var preTokenizer: Step?
    var model: Model

    enum CodingKeys: String, CodingKey {
        case normalizer, model
        case addedTokens = "added_tokens"
        case preTokenizer = "pre_tokenizer"
    }

    struct Added: Decodable {
        var id: Int
        var content: String
        var singleWord: Bool?
        var lstrip: Bool?
        var rstrip: Bool?
        var normalized: Bool?
        var special: Bool?

        enum CodingKeys: String, CodingKey {
            case id, content, lstrip, rstrip, normalized, special
            case singleWord = "single_word"
        }
    }

    /// A normalizer or a pre-tokenizer; the keys of all kinds.
    struct Step: Decodable {
        var type: String
        var normalizers: [Step]?
        var preTokenizers: [Step]?
        var addPrefixSpace: Bool?
        var useRegex: Bool?
        var individualDigits: Bool?
        var behavior: String?
        var invert: Bool?
        var pattern: Pattern?

        enum CodingKeys: String, CodingKey {
            case type, normalizers, behavior, invert, pattern
            case preTokenizers = "pretokenizers"
            case addPrefixSpace = "add_prefix_space"
            case useRegex = "use_regex"
            case individualDigits = "individual_digits"
        }
    }

    struct Pattern: Decodable {
        var regex: String?

        enum CodingKeys: String, CodingKey {
            case regex = "Regex"
        }
    }

    struct Model: Decodable {
        var type: String?
        var vocab: [String: Int]
        var merges: [MergePair]
        var dropout: Double?
        var continuingSubwordPrefix: String?
        var endOfWordSuffix: String?
        var byteFallback: Bool?
        var ignoreMerges: Bool?

        enum CodingKeys: String, CodingKey {
            case type, vocab, merges, dropout
            case continuingSubwordPrefix = "continuing_subword_prefix"
            case endOfWordSuffix = "end_of_word_suffix"
            case byteFallback = "byte_fallback"
            case ignoreMerges = "ignore_merges"
        }
    }

    /// `["a", "b"]`, or `"a b"` as older files have it.
    struct MergePair: Decodable {
        var left: String
        var right: String

        init(from decoder: any Decoder) throws {
            if var list = try? decoder.unkeyedContainer() {
                left = try list.decode(String.self)
                right = try list.decode(String.self)
                return
            }
            let value = try decoder.singleValueContainer()
            let parts = try value.decode(String.self).split(separator: " ", omittingEmptySubsequences: false)
            guard parts.count == 2 else {
                throw DecodingError.dataCorruptedError(
                    in: value, debugDescription: "a merge has two parts, separated by a space")
            }
            (left, right) = (String(parts[0]), String(parts[1]))
        }
    }
}

// MARK: - Steps

extension TokenizerFile {
    func normalizes() throws(TokensError) -> Bool {
        guard let normalizer else { return false }
        let steps = normalizer.type == "Sequence" ? normalizer.normalizers ?? [] : [normalizer]
        for step in steps where step.type != "NFC" {
            throw TokensError(
                .unsupported, "normalizer: \(step.type) is not known here, only NFC: counts would be wrong.")
        }
        return !steps.isEmpty
    }

    func splitters() throws(TokensError) -> [Splitter] {
        guard let preTokenizer else {
            throw TokensError(
                .unsupported, "pre_tokenizer: there is none, and this is no byte-level vocabulary.")
        }
        let steps = preTokenizer.type == "Sequence" ? preTokenizer.preTokenizers ?? [] : [preTokenizer]
        guard steps.last?.type == "ByteLevel" else {
            throw TokensError(
                .unsupported,
                "pre_tokenizer: does not end with ByteLevel, so this is no byte-level vocabulary.")
        }
        var splitters: [Splitter] = []
        for step in steps {
            if let splitter = try Self.splitter(step) { splitters.append(splitter) }
        }
        guard !splitters.isEmpty else {
            throw TokensError(.unsupported, "pre_tokenizer: splits nothing.")
        }
        return splitters
    }

    private static func splitter(_ step: Step) throws(TokensError) -> Splitter? {
        switch step.type {
        case "ByteLevel":
            guard step.addPrefixSpace != true else {
                throw TokensError(
                    .unsupported, "pre_tokenizer: ByteLevel with add_prefix_space is not known here.")
            }
            return step.useRegex == false ? nil : .gpt2
        case "Digits":
            return .digits(step.individualDigits == true ? 1 : .max)
        case "Split":
            guard step.behavior == "Isolated", step.invert != true, let regex = step.pattern?.regex,
                let splitter = patterns[regex]
            else {
                throw TokensError(
                    .unsupported,
                    "pre_tokenizer: Split by \(step.pattern?.regex ?? "a string") (\(step.behavior ?? "no behavior")) is "
                        + "not known here, only the patterns of GPT-2, GPT-4, Llama 3, Qwen2 and DeepSeek.")
            }
            return splitter
        default:
            throw TokensError(
                .unsupported, "pre_tokenizer: \(step.type) is not known here: counts would be wrong.")
        }
    }

    /// The regular expressions of vocabularies, as their files have them.
    private static let patterns: [String: Splitter] = [
        #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#: .gpt2,
        #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#:
            .gpt4(digits: 1),
        #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#:
            .gpt4(digits: 3),
        #"\p{N}{1,3}"#: .digits(3),
        #"\p{N}"#: .digits(1),
        "[一-龥぀-ゟ゠-ヿ]+": .cjk,
        ##"[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"##:
            .deepSeek,
    ]
}

// MARK: - Tokens

extension TokenizerFile {
    func added() throws(TokensError) -> AddedTokens {
        var names: [String: Int] = [:]
        var special: Set<String> = []
        let isNormalized = try normalizes()
        for token in addedTokens ?? [] {
            let asksForMore =
                token.singleWord == true || token.lstrip == true || token.rstrip == true
                || token.normalized == true && isNormalized
            guard !asksForMore else {
                throw TokensError(
                    .unsupported,
                    "added_tokens: \(token.content) takes spaces around it, whole words or normalized text, which is not "
                        + "done here.")
            }
            names[token.content] = token.id
            if token.special == true { special.insert(token.content) }
        }
        return AddedTokens(names, special: special)
    }

    func mergeModel() throws(TokensError) -> MergeModel {
        guard model.type ?? "BPE" == "BPE" else {
            throw TokensError(.unsupported, "model.type: \(model.type ?? "") is not known here, only BPE.")
        }
        let asksForMore =
            (model.dropout ?? 0) != 0 || !(model.continuingSubwordPrefix ?? "").isEmpty
            || !(model.endOfWordSuffix ?? "").isEmpty || model.byteFallback == true
        guard !asksForMore else {
            throw TokensError(
                .unsupported,
                "model: has dropout, a prefix or suffix for parts of words, or byte_fallback, which is not done here."
            )
        }
        let addedNames = Set((addedTokens ?? []).map(\.content))
        let table = RankTable(capacity: model.vocab.count)
        for (name, id) in model.vocab {
            guard (0..<1 << 30).contains(id) else {
                throw TokensError(.badVocabulary, "model.vocab: \(name) has the id \(id).")
            }
            guard let bytes = ByteAlphabet.bytes(of: name) else {
                // Special tokens may have other characters, and are never made by merging.
                if addedNames.contains(name) { continue }
                throw TokensError(
                    .badVocabulary,
                    "model.vocab: \(name) has characters that stand for no byte (byte-level BPE).")
            }
            guard !bytes.isEmpty else { continue }
            _ = bytes.withUnsafeBufferPointer { table.insert($0, id: id) }
        }
        guard
            let model = MergeModel(
                tokens: table, order: .pairs(try pairs(in: table)),
                takesWholePieces: model.ignoreMerges == true)
        else {
            throw TokensError(
                .unsupported, "model.vocab: not every byte has a token, so some texts would have no ids.")
        }
        return model
    }

    private func pairs(in table: RankTable) throws(TokensError) -> PairTable {
        let pairs = PairTable(capacity: model.merges.count)
        for (rank, merge) in model.merges.enumerated() {
            guard let left = model.vocab[merge.left], let right = model.vocab[merge.right],
                let whole = model.vocab[merge.left + merge.right]
            else {
                throw TokensError(
                    .badVocabulary,
                    "model.merges[\(rank)]: \(merge.left) and \(merge.right), or the two together, are not in the vocabulary."
                )
            }
            pairs.insert(Int32(left), Int32(right), Merge(rank: Int32(rank), id: Int32(whole)))
        }
        return pairs
    }
}

/// The characters that stand for bytes in byte-level vocabularies: visible ones for themselves, the others from U+0100 on.
enum ByteAlphabet {
    private static let byteByScalar: [UInt32: UInt8] = {
        var bytes: [UInt32: UInt8] = [:]
        var next: UInt32 = 256
        for byte in UInt8.min...UInt8.max {
            switch byte {
            case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: bytes[UInt32(byte)] = byte
            default:
                bytes[next] = byte
                next += 1
            }
        }
        return bytes
    }()

    /// The bytes a name stands for; `nil` where a character stands for none.
    static func bytes(of name: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        for scalar in name.unicodeScalars {
            guard let byte = byteByScalar[scalar.value] else { return nil }
            bytes.append(byte)
        }
        return bytes
    }
}
