import Trajectories

/// The tokens of an export's rows, added up, and what they were counted with.
public struct ExportTokens: Codable, Sendable, Hashable {
    /// What texts were encoded with.
    public struct Vocabulary: Codable, Sendable, Hashable {
        /// How the vocabulary is called.
        public var name: String
        /// SHA-256 of its file.
        public var sha256: String

        /// Makes it from its parts.
        public init(name: String, sha256: String) {
            self.name = name
            self.sha256 = sha256
        }
    }

    /// The lengths that trainers are often limited to.
    public static let limits = [1024, 2048, 4096, 8192, 32768]

    /// What texts were encoded with.
    public var vocabulary: Vocabulary
    /// The chat template's name; `none` where there was none.
    public var template: String
    /// Those of the messages' contents alone.
    public private(set) var content = 0
    /// Those under the chat template: the sum of the rows' `tokens`.
    public private(set) var chat = 0
    /// Those of ``chat`` that a trainer's loss is about.
    public private(set) var trained = 0
    /// How long the rows are under the template.
    public private(set) var histogram = LengthHistogram()
    /// How many rows are longer than each of ``limits``.
    public private(set) var over: [String: Int]

    /// Begins with no rows.
    public init(vocabulary: Vocabulary, template: String) {
        self.vocabulary = vocabulary
        self.template = template
        over = Dictionary(uniqueKeysWithValues: Self.limits.map { (String($0), 0) })
    }

    /// Counts a row.
    public mutating func add(_ tokens: PairTokens) {
        content += tokens.content
        chat += tokens.chat
        trained += tokens.trained
        histogram.add(tokens.chat)
        for limit in Self.limits where tokens.chat > limit { over[String(limit), default: 0] += 1 }
    }
}
