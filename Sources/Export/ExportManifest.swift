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
    /// The stages of its curriculum; `nil` for rows in another order.
    public var stages: [ExportStage]?
    /// What trainers need to use it as it is, in order of their places.
    public var files: [ExportFile]
    /// The file that lists the pairs that were not kept; `nil` where all were.
    public var report: ExportReport?

    enum CodingKeys: String, CodingKey {
        case schema, counts, tokens, leakage, shards, stages, files, report
    }

    init(
        recipe: ExportRecipe, counts: ExportCounts, tokens: ExportTokens?, leakage: ExportLeakage,
        shards: [ExportShard], stages: [ExportStage]?, report: ExportReport?, files: [ExportFile] = []
    ) {
        schema = Self.schemaName
        self.recipe = recipe
        self.counts = counts
        self.tokens = tokens
        self.leakage = leakage
        self.shards = shards
        self.stages = stages
        self.report = report
        self.files = files
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
        files = try container.decodeIfPresent([ExportFile].self, forKey: .files) ?? []
        stages = try container.decodeIfPresent([ExportStage].self, forKey: .stages)
    }

    /// Reads the manifest of an export.
    /// - Throws: `JSONLinesError` where there is none; `DecodingError` where it is another version's.
    public static func read(from directory: String) throws -> ExportManifest {
        try CanonicalJSON.decodeNames(ExportManifest.self, from: AtomicFile.read("\(directory)/\(fileName)"))
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
        try container.encode(stages, forKey: .stages)
        try container.encode(files, forKey: .files)
    }
}

/// A run whose trajectories went into an export.
public struct ExportSource: Codable, Sendable, Hashable {
    /// The run's name; no path, so that the same data gives the same manifest anywhere.
    public var name: String
    /// SHA-256 of the run's sealed trajectories, as its `run.json` has it.
    public var sha256: String
    /// The seed the run was collected with; `nil` where it has none.
    public var seed: Int?

    /// Makes a source from its parts.
    public init(name: String, sha256: String, seed: Int? = nil) {
        self.name = name
        self.sha256 = sha256
        self.seed = seed
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
    /// Rows whose variables' values were cut so that they fit the length limit.
    public var truncated: Int
    /// Control tokens that were found; `nil` where the export did not look for them.
    public var controlTokens: ControlTokenCounts?
    /// Rows by the split the environment files their tasks under.
    public var pairsBySplit: [String: Int]
    /// What each stage on the way left; `nil` where nobody counted.
    public var funnel: ExportFunnel?

    enum CodingKeys: String, CodingKey {
        case trajectories, pairs, dropped, truncated, funnel
        case controlTokens = "control_tokens"
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
