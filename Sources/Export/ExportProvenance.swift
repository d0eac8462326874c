import Trajectories

/// What shaped an export beside its recipe: the pipeline it is a stage of, the selection file, prompt texts, policies.
/// Checksums and names only: no clock and no place on a disk.
public struct ExportProvenance: Codable, Sendable, Hashable {
    /// A pipeline file, as it was understood.
    public struct Pipeline: Codable, Sendable, Hashable {
        /// The name it gives itself.
        public var name: String
        /// SHA-256 of its canonical JSON, with every default filled in.
        public var sha256: String

        /// Makes it from its parts.
        public init(name: String, sha256: String) {
            self.name = name
            self.sha256 = sha256
        }
    }

    /// A policy whose answers are among the rows.
    public struct Policy: Codable, Sendable, Hashable {
        /// Its name.
        public var name: String
        /// The model behind it.
        public var model: String
        /// SHA-256 of the prompts it was asked with; `null` where none were rendered.
        public var promptSHA256: String?

        enum CodingKeys: String, CodingKey {
            case name, model
            case promptSHA256 = "prompt_sha256"
        }

        /// Takes a policy from a record.
        public init(_ record: PolicyRecord) {
            name = record.name
            model = record.model
            promptSHA256 = record.promptSHA256
        }

        /// Writes every key.
        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(name, forKey: .name)
            try container.encode(model, forKey: .model)
            try container.encode(promptSHA256, forKey: .promptSHA256)
        }
    }

    /// The pipeline; `null` where the export was asked for by itself.
    public var pipeline: Pipeline?
    /// SHA-256 of the selection file; `null` where there was none.
    public var selectionSHA256: String?
    /// The lists by which the selection left out what must not be trained on; `nil` where it left nothing out.
    public var selectionLists: [ExportSource]?
    /// SHA-256 of all that the rows' prompts say beside what varies from row to row, by environment.
    public var promptSHA256: [String: String]
    /// Whose answers the rows are, sorted by name and model.
    public var policies: [Policy]

    enum CodingKeys: String, CodingKey {
        case pipeline, policies
        case selectionSHA256 = "selection_sha256"
        case selectionLists = "selection_lists"
        case promptSHA256 = "prompt_sha256"
    }

    /// Makes it from its parts.
    public init(
        pipeline: Pipeline? = nil, selectionSHA256: String? = nil, selectionLists: [ExportSource]? = nil,
        promptSHA256: [String: String] = [:],
        policies: Set<Policy> = []
    ) {
        self.pipeline = pipeline
        self.selectionSHA256 = selectionSHA256
        self.selectionLists = selectionLists
        self.promptSHA256 = promptSHA256
        self.policies = policies.sorted {
            ($0.name, $0.model, $0.promptSHA256 ?? "") < ($1.name, $1.model, $1.promptSHA256 ?? "")
        }
    }

    /// Writes every key; lists only where there are any.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(pipeline, forKey: .pipeline)
        try container.encodeIfPresent(selectionLists, forKey: .selectionLists)
        try container.encode(selectionSHA256, forKey: .selectionSHA256)
        try container.encode(promptSHA256, forKey: .promptSHA256)
        try container.encode(policies, forKey: .policies)
    }
}

/// What each stage on the way to an export left of what it got.
public struct ExportFunnel: Codable, Sendable, Hashable {
    /// Trajectories of the runs.
    public var read: Int
    /// Those that were taken.
    public var selected: Int
    /// Answers that were asked for in them.
    public var asked: Int
    /// Pairs that were made of those answers.
    public var made: Int
    /// Pairs that were written.
    public var written: Int

    /// Makes it from its parts.
    public init(read: Int, selected: Int, asked: Int, made: Int, written: Int) {
        self.read = read
        self.selected = selected
        self.asked = asked
        self.made = made
        self.written = written
    }
}
