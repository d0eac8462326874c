import JSONLines
import Trajectories

/// What an export is: how it was made, what is in it, and how to check that it is whole.
public struct ExportManifest: Codable, Sendable, Hashable {
    /// The schema this module writes.
    public static let schemaName = "recode.export.v1"
    /// The name of the manifest's file.
    public static let fileName = "manifest.json"

    /// Always ``schemaName``.
    public var schema: String
    /// How the export was asked for.
    public var recipe: ExportRecipe
    /// What is in it.
    public var counts: ExportCounts
    /// What the leakage gate said of its trajectories.
    public var leakage: ExportLeakage
    /// The tokens of its rows; `nil` where they were not counted.
    public var tokens: ExportTokens?
    /// Its data files, in order.
    public var shards: [ExportShard]
    /// The file that lists the pairs that were not kept; `nil` where all were.
    public var report: ExportReport?

    enum CodingKeys: String, CodingKey {
        case schema, counts, tokens, leakage, shards, report
    }

    init(
        recipe: ExportRecipe, counts: ExportCounts, tokens: ExportTokens?, leakage: ExportLeakage,
        shards: [ExportShard], report: ExportReport?
    ) {
        schema = Self.schemaName
        self.recipe = recipe
        self.counts = counts
        self.tokens = tokens
        self.leakage = leakage
        self.shards = shards
        self.report = report
    }
}

/// The recipe's keys stand beside the others, not in an object of their own.
extension ExportManifest {
    /// Reads a manifest; the schema's name is the caller's to compare.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        schema = try container.decode(String.self, forKey: .schema)
        recipe = try ExportRecipe(from: decoder)
        counts = try container.decode(ExportCounts.self, forKey: .counts)
        leakage = try container.decode(ExportLeakage.self, forKey: .leakage)
        report = try container.decodeIfPresent(ExportReport.self, forKey: .report)
        tokens = try container.decodeIfPresent(ExportTokens.self, forKey: .tokens)
        shards = try container.decode([ExportShard].self, forKey: .shards)
    }

    /// Reads the manifest of an export.
    /// - Throws: `JSONLinesError` where there is none; `DecodingError` where it is another version's.
    public static func read(from directory: String) throws -> ExportManifest {
        try CanonicalJSON.decode(ExportManifest.self, from: AtomicFile.read("\(directory)/\(fileName)"))
    }

    /// Writes a manifest.
    public func encode(to encoder: any Encoder) throws {
        try recipe.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(schema, forKey: .schema)
        try container.encode(counts, forKey: .counts)
        try container.encode(leakage, forKey: .leakage)
        try container.encode(report, forKey: .report)
        try container.encode(tokens, forKey: .tokens)
        try container.encode(shards, forKey: .shards)
    }
}

/// How an export was asked for. Nothing in it depends on a clock or on where the runs lie.
public struct ExportRecipe: Codable, Sendable, Hashable {
    /// What a row looks like: TRL's conversational prompt and completion.
    public static let formatName = "trl-prompt-completion"

    /// Always ``formatName``.
    public var format: String
    /// The method the pairs teach.
    public var method: AgentKind
    /// How prompts were rendered.
    public var style: PromptStyle
    /// The criteria trajectories were selected by; `null` when all were taken.
    public var selection: JSONValue
    /// The criteria pairs were kept by; `null` when all were.
    public var pairSelection: JSONValue
    /// Where the trajectories came from.
    public var sources: [ExportSource]
    /// Versions of everything that shaped the data, by name.
    public var versions: [String: String]

    enum CodingKeys: String, CodingKey {
        case format, method, style, selection, sources, versions
        case pairSelection = "pair_selection"
    }

    /// Makes a recipe from its parts; `format` is filled in.
    public init(
        method: AgentKind, style: PromptStyle, selection: JSONValue = .null,
        pairSelection: JSONValue = .null, sources: [ExportSource] = [], versions: [String: String] = [:]
    ) {
        format = Self.formatName
        self.method = method
        self.style = style
        self.selection = selection
        self.pairSelection = pairSelection
        self.sources = sources
        self.versions = versions
    }
}

/// A run whose trajectories went into an export.
public struct ExportSource: Codable, Sendable, Hashable {
    /// The run's name; no path, so that the same data gives the same manifest anywhere.
    public var name: String
    /// SHA-256 of the run's sealed trajectories, as its `run.json` has it.
    public var sha256: String

    /// Makes a source from its parts.
    public init(name: String, sha256: String) {
        self.name = name
        self.sha256 = sha256
    }
}

/// What is in an export.
public struct ExportCounts: Codable, Sendable, Hashable {
    /// Trajectories that were decomposed, those without any pair among them.
    public var trajectories: Int
    /// Rows.
    public var pairs: Int
    /// Answers that were asked for and yielded no pair, by reason.
    public var dropped: [String: Int]
    /// Rows by the split the environment files their tasks under.
    public var pairsBySplit: [String: Int]

    enum CodingKeys: String, CodingKey {
        case trajectories, pairs, dropped
        case pairsBySplit = "pairs_by_split"
    }
}

/// What the leakage gate said of the trajectories of an export.
public struct ExportLeakage: Codable, Sendable, Hashable {
    /// Whether trajectories that leak are refused.
    public enum Gate: String, Codable, Sendable, Hashable {
        /// They are: there is none.
        case on
        /// They are exported.
        case lifted
    }

    /// Whether trajectories that leak are refused.
    public var gate: Gate
    /// How many leak, by reason; reasons that never came are left out.
    public var leaks: [String: Int]
    /// How many have the instruction of a held-out task instance, and another observation to begin with.
    public var sameInstruction: Int
    /// How many are of an environment whose held-out instances nobody has listed in that version, with those options.
    public var notCompared: Int
    /// The lists that the gate went by.
    public var lists: [ExportSource]

    enum CodingKeys: String, CodingKey {
        case gate, leaks, lists
        case sameInstruction = "same_instruction"
        case notCompared = "not_compared"
    }

    /// Makes an account from its parts.
    public init(
        gate: Gate, leaks: [String: Int] = [:], sameInstruction: Int = 0, notCompared: Int = 0,
        lists: [ExportSource] = []
    ) {
        self.gate = gate
        self.leaks = leaks
        self.sameInstruction = sameInstruction
        self.notCompared = notCompared
        self.lists = lists
    }
}

/// The file that lists the pairs that were not kept: JSON lines, gzipped.
public struct ExportReport: Codable, Sendable, Hashable {
    /// The file's name in the export's directory.
    public static let fileName = "dropped-pairs.jsonl.gz"

    /// The file's name in the export's directory.
    public var path: String
    /// Its size as stored.
    public var bytes: Int
    /// Its lines.
    public var lines: Int
    /// SHA-256 of the stored bytes.
    public var sha256: String

    init(_ digest: FileDigest) {
        path = Self.fileName
        bytes = digest.byteCount
        lines = digest.lineCount
        sha256 = digest.sha256
    }
}

/// A data file of an export.
public struct ExportShard: Codable, Sendable, Hashable {
    /// The file's name in the export's directory; it begins with the split.
    public var path: String
    /// Where the environment files the tasks of its rows.
    public var split: Split
    /// Its size as stored.
    public var bytes: Int
    /// Its rows.
    public var lines: Int
    /// SHA-256 of the stored bytes.
    public var sha256: String

    init(path: String, split: Split, digest: FileDigest) {
        self.path = path
        self.split = split
        bytes = digest.byteCount
        lines = digest.lineCount
        sha256 = digest.sha256
    }
}
