/// A column of an export's rows, as the card and its header describe it.
public struct RowColumn: Sendable {
    /// Its key.
    public var name: String
    /// Its type, as Hugging Face `datasets` names it; `messages` for lists of objects of `role` and `content`.
    public var type: String
    /// What it says.
    var meaning: String

    /// What is known of a row beside its texts, in the order it is written in.
    static let metadata: [RowColumn] = [
        RowColumn(name: "id", type: "string", meaning: "the pair's id, the same in every style and format"),
        RowColumn(name: "kind", type: "string", meaning: "what it teaches: answer, repair or preference"),
        RowColumn(name: "run", type: "string", meaning: "the run its episode stands in"),
        RowColumn(name: "trajectory_id", type: "string", meaning: "the episode it was cut from"),
        RowColumn(
            name: "node_id", type: "int64",
            meaning:
                "the node that holds the answer; where a tree was flattened, that of the turn's first action, so turns "
                + "may share one"),
        RowColumn(
            name: "turn", type: "int64",
            meaning:
                "which answer of its episode, from 0: with `trajectory_id` and `kind` it is unique in this export"
        ),
        RowColumn(name: "task_id", type: "string", meaning: "environment/task/variation"),
        RowColumn(name: "environment", type: "string", meaning: "the environment"),
        RowColumn(name: "agent", type: "string", meaning: "the method the pair teaches"),
        RowColumn(
            name: "source_agent", type: "string",
            meaning: "the loop that acted; recode where a tree was flattened"),
        RowColumn(name: "policy", type: "string", meaning: "the policy that answered"),
        RowColumn(
            name: "split", type: "string", meaning: "where the environment files the task: train, dev or test"
        ),
        RowColumn(name: "depth", type: "int64", meaning: "the node's depth in the tree"),
        RowColumn(name: "height", type: "int64", meaning: "levels of expansions below the node"),
        RowColumn(name: "steps", type: "int64", meaning: "primitive actions of the episode"),
        RowColumn(name: "reward", type: "float64", meaning: "the episode's final reward, 0 to 1"),
        RowColumn(
            name: "rank", type: "int64",
            meaning: "the episode's rank by score in its selection group, from 1; null without a selection"),
        RowColumn(
            name: "tokens", type: "int64",
            meaning: "the length under the chat template, in tokens; null where not counted"),
        RowColumn(name: "style", type: "string", meaning: "how the prompt was rendered"),
    ]
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
