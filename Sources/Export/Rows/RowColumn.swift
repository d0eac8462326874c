/// A column of an export's rows, as the card and its header describe it.
public struct RowColumn: Sendable {
    /// Its key.
    public var name: String
    /// Its type, as Hugging Face `datasets` names it; `messages` for lists of objects of `role` and `content`.
    public var type: String
    /// What it says.
    var meaning: String

    /// What is known of a row beside its texts, in the order it is written in.
    static let metadata = MetadataColumn.all.map(\.column)
}

extension ExportRecipe {
    /// The columns of rows of format `parquet`, in the order they are written in.
    public var columns: [RowColumn] {
        let texts =
            failures == .preference
            ? ["prompt", "chosen", "rejected"].map { RowColumn(name: $0, type: "messages", meaning: "") }
            : ["messages", "prompt"].map { RowColumn(name: $0, type: "messages", meaning: "") }
                + [RowColumn(name: "response", type: "string", meaning: "")]
        return texts + (metadata == .columns ? RowColumn.metadata : [])
    }
}
