import Trajectories

/// A row of an export that was read back, with what is known of it.
public struct ExportedRow: Sendable {
    /// What is known of a row: the columns that lead back to where it comes from.
    public struct Origin: Decodable, Sendable, Hashable, OrderedRow {
        /// The pair's id.
        public var id: String
        /// What the row teaches.
        public var kind: Pair.Kind
        /// The name of its run.
        public var run: String?
        /// The trajectory it was cut from.
        public var trajectoryID: String
        /// The node that holds the answer.
        public var nodeID: Int
        /// Which answer of its trajectory it is.
        public var turn: Int
        /// `environment/task/variation`.
        public var taskID: String
        /// The method the row teaches.
        public var agent: AgentKind
        /// Where the environment files the task.
        public var split: Split
        /// Levels of expansions below the node.
        public var height: Int
        /// Primitive actions of the trajectory.
        public var steps: Int
        /// The trajectory's final reward.
        public var reward: Double
        /// The trajectory's rank in its selection group.
        public var rank: Int?
        /// Its length in tokens.
        public var tokens: Int?
        /// How the prompt was rendered.
        public var style: PromptStyle

        enum CodingKeys: String, CodingKey {
            case id, kind, run, turn, agent, split, height, steps, reward, rank, tokens, style
            case trajectoryID = "trajectory_id"
            case nodeID = "node_id"
            case taskID = "task_id"
        }
    }

    /// Its file in the export's directory.
    public var file: String
    /// Its line there, from 1.
    public var number: Int
    /// What is known of it; `nil` where the export does not say.
    public var origin: Origin?
    /// The row.
    public var line: [UInt8]
    /// What is known of it, where that stands in a file of its own.
    public var metadata: [UInt8]?
}

/// Writes the row that an export has to have of a pair.
public struct RowRendering: Sendable {
    private let format: ExportFormat
    private let metadata: MetadataPlace

    /// Takes how rows look from an export's recipe.
    /// - Returns: `nil` for formats whose rows are not made of the pair alone: a rendered text, and Parquet.
    public init?(_ recipe: ExportRecipe) {
        guard recipe.format != .text, recipe.format != .parquet else { return nil }
        format = recipe.format
        metadata = recipe.metadata
    }

    /// The line of a pair.
    public func line(of pair: Pair) throws -> [UInt8] {
        var text = JSONText()
        try RowText(format: format, metadata: metadata, render: nil).append(pair, to: &text)
        return text.bytes
    }

    /// What is known of a pair, as a file beside its row has it; `nil` where there is none.
    public func metadataLine(of pair: Pair) -> [UInt8]? {
        guard metadata == .sidecar else { return nil }
        var text = JSONText()
        RowText(format: format, metadata: metadata, render: nil).appendMetadata(pair, to: &text)
        return text.bytes
    }
}
