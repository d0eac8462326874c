import Trajectories

/// Something that is known of a row beside its texts: its column, and what a pair has there.
struct MetadataColumn: Sendable {
    /// What a pair has there; `nil` where that is not known.
    enum Value: Sendable {
        case text(@Sendable (Pair) -> String?)
        case whole(@Sendable (Pair) -> Int?)
        case number(@Sendable (Pair) -> Double)

        /// As Hugging Face `datasets` names it.
        fileprivate var type: String {
            switch self {
            case .text: "string"
            case .whole: "int64"
            case .number: "float64"
            }
        }
    }

    /// The column, as the card and a file's header describe it.
    let column: RowColumn
    private let key: JSONText
    private let value: Value

    private init(_ name: String, _ value: Value, _ meaning: String) {
        column = RowColumn(name: name, type: value.type, meaning: meaning)
        var key = JSONText()
        key.append(name)
        key.append(json: ":")
        self.key = key
        self.value = value
    }

    /// Appends the key and what a pair has there.
    func append(_ pair: Pair, to text: inout JSONText) {
        text.append(json: key)
        switch value {
        case .text(let value):
            if let value = value(pair) { text.append(value) } else { text.append(json: "null") }
        case .whole(let value): text.append(value(pair))
        case .number(let value): text.append(value(pair))
        }
    }

    /// All of them, in the order they are written in.
    static let all: [MetadataColumn] = [
        MetadataColumn("id", .text { $0.id }, "the pair's id, the same in every style and format"),
        MetadataColumn("kind", .text { $0.kind.rawValue }, "what it teaches: answer, repair or preference"),
        MetadataColumn("run", .text { $0.run }, "the run its episode stands in"),
        MetadataColumn("trajectory_id", .text { $0.trajectoryID }, "the episode it was cut from"),
        MetadataColumn(
            "node_id", .whole { $0.nodeID },
            "the node that holds the answer; where a tree was flattened, that of the turn's first action, so turns "
                + "may share one"),
        MetadataColumn(
            "turn", .whole { $0.turn },
            "which answer of its episode, from 0: with `trajectory_id` and `kind` it is unique in this export"
        ),
        MetadataColumn("task_id", .text { $0.taskID }, "environment/task/variation"),
        MetadataColumn("environment", .text { $0.environment }, "the environment"),
        MetadataColumn("agent", .text { $0.agent.rawValue }, "the method the pair teaches"),
        MetadataColumn(
            "source_agent", .text { $0.sourceAgent.rawValue },
            "the loop that acted; recode where a tree was flattened"),
        MetadataColumn("policy", .text { $0.policy }, "the policy that answered"),
        MetadataColumn(
            "split", .text { $0.split.rawValue }, "where the environment files the task: train, dev or test"),
        MetadataColumn("depth", .whole { $0.depth }, "the node's depth in the tree"),
        MetadataColumn("height", .whole { $0.height }, "levels of expansions below the node"),
        MetadataColumn("steps", .whole { $0.steps }, "primitive actions of the episode"),
        MetadataColumn("reward", .number { $0.reward }, "the episode's final reward, 0 to 1"),
        MetadataColumn(
            "rank", .whole { $0.rank },
            "the episode's rank by score in its selection group, from 1; null without a selection"),
        MetadataColumn(
            "tokens", .whole { $0.tokens },
            "the length under the chat template, in tokens; null where not counted"),
        MetadataColumn("style", .text { $0.style.rawValue }, "how the prompt was rendered"),
    ]
}
