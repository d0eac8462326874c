import Trajectories

/// How an export was asked for. Nothing in it depends on a clock or on where the runs lie.
public struct ExportRecipe: Codable, Sendable, Hashable {
    /// What a row looks like.
    public var format: ExportFormat
    /// Where what is known of a row stands.
    public var metadata: MetadataPlace
    /// The method the pairs teach.
    public var method: AgentKind
    /// How prompts were rendered.
    public var style: PromptStyle
    /// What became of answers that failed.
    public var failures: FailurePolicy
    /// By how much the rewards of a chosen answer and of one rejected for it in another trajectory differ at least; `nil` for
    /// any difference.
    public var rewardMargin: Double?
    /// How many earlier turns a flat method's prompts hold, at most; `nil` for all.
    public var history: Int?
    /// What became of rows that are too long; `nil` without a limit.
    public var overLength: LengthLimit?
    /// Which control tokens were looked for, and what became of rows that held any; `nil` where the export did not look.
    public var controlTokens: ControlTokenRule?
    /// The order of the rows.
    public var order: RowOrder
    /// Which tasks were kept back for validation; `nil` for none.
    public var holdout: Holdout?
    /// The criteria trajectories were selected by; `null` when all were taken.
    public var selection: JSONValue
    /// The criteria pairs were kept by; `null` when all were.
    public var pairSelection: JSONValue
    /// Where the trajectories came from.
    public var sources: [ExportSource]
    /// Versions of everything that shaped the data, by name.
    public var versions: [String: String]
    /// What shaped the data beside; `nil` where nobody said.
    public var provenance: ExportProvenance?
    /// The licence that the card names, by its id at Hugging Face; `nil` for one that has none.
    public var license: String?
    /// What conversations were rendered with, in rows or to count their tokens; `nil` where they were not.
    public var chatTemplate: ExportTemplate?

    enum CodingKeys: String, CodingKey {
        case format, metadata, method, style, failures, history, order, holdout, selection, sources, versions
        case provenance, license
        case pairSelection = "pair_selection"
        case rewardMargin = "reward_margin"
        case overLength = "over_length"
        case controlTokens = "control_tokens"
        case chatTemplate = "chat_template"
    }

    /// Makes a recipe from its parts; metadata stand where the format usually has them, when nothing is said.
    public init(
        format: ExportFormat = .promptCompletion, metadata: MetadataPlace? = nil, method: AgentKind,
        style: PromptStyle, failures: FailurePolicy = .drop, rewardMargin: Double? = nil,
        history: Int? = nil, overLength: LengthLimit? = nil,
        controlTokens: ControlTokenRule? = nil, order: RowOrder = .collected,
        holdout: Holdout? = nil, selection: JSONValue = .null, pairSelection: JSONValue = .null,
        sources: [ExportSource] = [], versions: [String: String] = [:],
        provenance: ExportProvenance? = nil, license: String? = nil, chatTemplate: ExportTemplate? = nil
    ) {
        self.format = format
        self.metadata = metadata ?? format.metadataPlaces[0]
        self.method = method
        self.style = style
        self.failures = failures
        self.rewardMargin = rewardMargin
        self.history = history
        self.overLength = overLength
        self.controlTokens = controlTokens
        self.order = order
        self.holdout = holdout
        self.selection = selection
        self.pairSelection = pairSelection
        self.sources = sources
        self.versions = versions
        self.provenance = provenance
        self.license = license
        self.chatTemplate = chatTemplate
    }
}

/// What conversations were rendered with.
public struct ExportTemplate: Codable, Sendable, Hashable {
    /// The template's name: one of the program's, or a file's.
    public var name: String
    /// SHA-256 of a file's text and its special tokens, as canonical JSON; `nil` for one of the program's.
    public var sha256: String?
    /// The version of Jinja that rendered it; `nil` for one of the program's.
    public var jinja: String?

    /// Makes it from its parts.
    public init(name: String, sha256: String? = nil, jinja: String? = nil) {
        self.name = name
        self.sha256 = sha256
        self.jinja = jinja
    }
}
