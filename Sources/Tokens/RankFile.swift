import JSONLines

/// Which pre-tokenizer goes with a tiktoken rank file: the file does not say.
public enum RankFilePattern: String, Sendable, Hashable, CaseIterable {
    /// `r50k_base` and GPT-2's.
    case gpt2
    /// `cl100k_base`: GPT-4.
    case gpt4
    /// Llama 3's: as GPT-4's.
    case llama3
    /// `qwen.tiktoken`: Qwen, up to Qwen2.5 and Qwen3.
    case qwen

    /// The pattern of the well-known file with so many tokens.
    fileprivate init?(tokenCount: Int) {
        switch tokenCount {
        case 50_256: self = .gpt2
        case 100_256: self = .gpt4
        case 128_000: self = .llama3
        case 151_643: self = .qwen
        default: return nil
        }
    }

    fileprivate var splitter: Splitter {
        switch self {
        case .gpt2: .gpt2
        case .gpt4, .llama3: .gpt4(digits: 3)
        case .qwen: .gpt4(digits: 1)
        }
    }
}

extension Tokenizer {
    /// Reads a tiktoken rank file: lines of a token's bytes in base64, a space and its id.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - pattern: the pre-tokenizer it goes with.
    ///   - specialTokens: the names and ids of tokens that are not in the file.
    ///   - normalizes: whether texts are put into normal form C first, as Qwen's own tokenizer does and tiktoken does not.
    /// - Throws: ``TokensError`` (`unreadable`; `badVocabulary` naming file and line).
    public init(
        rankFile path: String, pattern: RankFilePattern, specialTokens: [String: Int] = [:],
        normalizes: Bool = false
    ) throws(TokensError) {
        let model = try Self.model(ofRankFile: try VocabularyFile.read(path), path)
        self.init(
            name: VocabularyFile.name(of: path), splitters: [pattern.splitter], model: model,
            normalizes: normalizes,
            added: AddedTokens(specialTokens))
    }

    /// Reads a vocabulary of any kind: a Hugging Face `tokenizer.json`, or a well-known rank file, whose number of tokens
    /// tells the pre-tokenizer. Qwen's has the added tokens and the normal form of Qwen2.5.
    ///
    /// - Parameter path: the file.
    /// - Throws: ``TokensError`` (`unreadable`; `badVocabulary` or `unsupported` naming file and line or key).
    public init(vocabulary path: String) throws(TokensError) {
        let bytes = try VocabularyFile.read(path)
        guard bytes.first(where: { $0 > 0x20 }) != UInt8(ascii: "{") else {
            try self.init(tokenizerFile: path)
            return
        }
        let model = try Self.model(ofRankFile: bytes, path)
        guard let pattern = RankFilePattern(tokenCount: model.tokens.count) else {
            throw TokensError(
                .unsupported,
                "\(path): a rank file of \(model.tokens.count) tokens is none of r50k_base, cl100k_base, Llama 3 and Qwen, so "
                    + "how it cuts texts is not known. Name the vocabulary's tokenizer.json.")
        }
        self.init(
            name: VocabularyFile.name(of: path), splitters: [pattern.splitter], model: model,
            normalizes: pattern == .qwen,
            added: AddedTokens(pattern == .qwen ? Qwen25.addedTokens : [:]))
    }

    private static func model(
        ofRankFile bytes: [UInt8], _ path: String
    ) throws(TokensError) -> MergeModel {
        let table = RankTable(capacity: bytes.withUnsafeBufferPointer(RankFileLines.count))
        let (lineCount, highestID) = try bytes.withUnsafeBufferPointer { bytes throws(TokensError) in
            try read(bytes, path, into: table)
        }
        guard bytes.last == UInt8(ascii: "\n") || bytes.isEmpty else {
            throw TokensError(
                .badVocabulary,
                "\(path):\(lineCount): the last line has no end: the file is cut. Fetch it again.")
        }
        // Ranks are numbered from 0 without a gap; a file that lost lines in the middle shows here.
        guard table.count > 0, highestID == table.count - 1 else {
            throw TokensError(
                .badVocabulary,
                "\(path): holds \(table.count) tokens, and the highest id is \(highestID): lines are missing. Fetch it again."
            )
        }
        guard let model = MergeModel(tokens: table, order: .ids, takesWholePieces: true) else {
            throw TokensError(.badVocabulary, "\(path): not every byte has a token. Fetch it again.")
        }
        return model
    }

    private static func read(
        _ bytes: UnsafeBufferPointer<UInt8>, _ path: String, into table: RankTable
    ) throws(TokensError) -> (lineCount: Int, highestID: Int) {
        var lines = RankFileLines(bytes)
        var isTaken: [Bool] = []
        while let line = lines.next() {
            switch line {
            case .empty: break
            case .unknown(let beginning):
                throw TokensError(
                    .badVocabulary,
                    "\(path):\(lines.number): not a line of a tiktoken rank file, which has a token in base64, a space and "
                        + "its id: “\(beginning)”. Is the file of another kind, or cut?")
            case .entry(let id):
                while isTaken.count <= id { isTaken.append(false) }
                guard !isTaken[id], lines.token.withUnsafeBufferPointer({ table.insert($0, id: id) }) else {
                    throw TokensError(
                        .badVocabulary,
                        "\(path):\(lines.number): the token or its id \(id) came before.")
                }
                isTaken[id] = true
            }
        }
        return (lines.number, isTaken.count - 1)
    }
}

/// Vocabulary files, which are small.
enum VocabularyFile {
    /// How a vocabulary is called: as its file.
    static func name(of path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

    static func read(_ path: String) throws(TokensError) -> [UInt8] {
        do {
            return try AtomicFile.read(path)
        } catch {
            throw TokensError(.unreadable, error.message, cause: error.cause)
        }
    }
}
