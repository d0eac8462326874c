import JSONLines
import Trajectories

/// The card of an export: for people, and for `datasets`, which finds files and column types in its header.
enum DatasetCard {
    static let fileName = "README.md"

    /// The card's text; nothing but the manifest shapes it.
    static func text(for manifest: ExportManifest) throws -> String {
        [
            header(manifest), opening(manifest), try making(manifest.recipe, manifest.report),
            tokens(manifest.tokens),
            columns,
        ].joined(separator: "\n")
    }

    private static func header(_ manifest: ExportManifest) -> String {
        var lines = ["---", "configs:", "- config_name: default", "  data_files:"]
        for split in Split.allCases.filter({ split in manifest.shards.contains { $0.split == split } }) {
            lines += ["  - split: \(split.rawValue)", "    path: \(split.rawValue)-*.jsonl.gz"]
        }
        lines += ["dataset_info:", "  features:"]
        for column in ["prompt", "completion"] {
            lines += [
                "  - name: \(column)", "    list:", "    - name: role", "      dtype: string",
                "    - name: content", "      dtype: string",
            ]
        }
        for (name, type, _) in metadata { lines += ["  - name: \(name)", "    dtype: \(type)"] }
        return (lines + ["---", ""]).joined(separator: "\n")
    }

    private static func opening(_ manifest: ExportManifest) -> String {
        let (recipe, counts) = (manifest.recipe, manifest.counts)
        let drops = counts.dropped.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
        let splits = counts.pairsBySplit.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
        return """
            # Training pairs: \(recipe.method.rawValue), \(recipe.style.rawValue)

            One row per \(recipe.method == .recode ? "accepted expansion" : "turn"): conversational `prompt` and \
            `completion`, as TRL's SFTTrainer takes them.

            | | |
            | --- | --- |
            | trajectories | \(counts.trajectories) |
            | pairs | \(counts.pairs) |
            | pairs by the tasks' split | \(splits.isEmpty ? "none" : splits.joined(separator: ", ")) |
            | answers that yielded no pair | \(drops.isEmpty ? "none" : drops.joined(separator: ", ")) |
            | leakage gate | \(leakage(manifest.leakage)) |
            | files | \(manifest.shards.count), sizes and checksums in `\(ExportManifest.fileName)` |

            """
    }

    private static func leakage(_ leakage: ExportLeakage) -> String {
        let leaks = leakage.leaks.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
        let found =
            leakage.gate == .lifted
            ? "**lifted**; trajectories that leak: \(leaks.isEmpty ? "none found" : leaks.joined(separator: ", "))"
            : leakage.notCompared > 0
                ? "on: of what could be compared, nothing is held out" : "on: nothing held out is in here"
        return found + "; \(leakage.sameInstruction) share their instruction with a held-out instance"
            + (leakage.notCompared > 0
                ? "; \(leakage.notCompared) could not be compared, for no list has their environment" : "")
    }

    private static func making(_ recipe: ExportRecipe, _ report: ExportReport?) throws -> String {
        let selection =
            recipe.selection == .null
            ? "All trajectories of the runs were taken."
            : "Trajectories were selected by these criteria:\n\n```json\n"
                + String(decoding: try CanonicalJSON.encodePretty(recipe.selection), as: UTF8.self) + "```"
        let pairs =
            recipe.pairSelection == .null
            ? ""
            : "\n\nPairs were kept by these criteria\(report == nil ? "" : "; `\(ExportReport.fileName)` lists the others"):\n\n"
                + "```json\n"
                + String(decoding: try CanonicalJSON.encodePretty(recipe.pairSelection), as: UTF8.self)
                + "```"
        let sources = recipe.sources.map { "- run `\($0.name)`, sha256 `\($0.sha256)`" }
        let versions = recipe.versions.sorted { $0.key < $1.key }.map { "- \($0.key) \($0.value)" }
        return """
            ## How it was made

            \((["Written by recode-data from recorded episodes.", ""] + sources + versions).joined(separator: "\n"))

            \(selection)\(pairs)

            A retried answer counts once: the accepted one, with the prompt it would have had as the first. An answer \
            whose own last attempts failed below is dropped (`failed_subtree`), as is a placeholder without an \
            accepted answer (`not_accepted`). Flattened turns hold every primitive action that was sent, those of \
            abandoned attempts too.

            """
    }

    private static func tokens(_ tokens: ExportTokens?) -> String {
        guard let tokens else {
            return "## Tokens\n\nThey were not counted.\n"
        }
        let lengths = tokens.histogram.bins.map { "| \($0.from) to \($0.below - 1) | \($0.pairs) |" }
        let over = ExportTokens.limits.map { "| over \($0) | \(tokens.over[String($0)] ?? 0) |" }
        return """
            ## Tokens

            Counted with the vocabulary `\(tokens.vocabulary.name)` (sha256 `\(tokens.vocabulary.sha256)`) under the \
            chat template `\(tokens.template)`.

            | tokens | all pairs |
            | --- | --- |
            | of the messages' contents | \(tokens.content) |
            | under the chat template | \(tokens.chat) |
            | of those, trained: completions, each with the end of its turn | \(tokens.trained) |

            | length of a pair under the chat template | pairs |
            | --- | --- |
            \((lengths + over).joined(separator: "\n"))

            """
    }

    private static var columns: String {
        let rows = metadata.map { "| `\($0.name)` | \($0.type) | \($0.meaning) |" }
        return
            ([
                "## Columns beside prompt and completion", "", "| name | type | meaning |",
                "| --- | --- | --- |",
            ]
            + rows + [""]).joined(separator: "\n")
    }

    private static let metadata: [(name: String, type: String, meaning: String)] = [
        ("id", "string", "the pair's id, the same in every style"),
        ("trajectory_id", "string", "the episode it was cut from"),
        (
            "node_id", "int64",
            "the node that holds the answer; where a tree was flattened, that of the turn's first action, so turns "
                + "may share one"
        ),
        (
            "turn", "int64",
            "which answer of its episode, from 0: with `trajectory_id` it is unique in this export"
        ),
        ("task_id", "string", "environment/task/variation"),
        ("environment", "string", "the environment"),
        ("agent", "string", "the method the pair teaches"),
        ("source_agent", "string", "the loop that acted; recode where a tree was flattened"),
        ("policy", "string", "the policy that answered"),
        ("split", "string", "where the environment files the task: train, dev or test"),
        ("depth", "int64", "the node's depth in the tree"),
        ("reward", "float64", "the episode's final reward, 0 to 1"),
        (
            "rank", "int64",
            "the episode's rank by score in its selection group, from 1; null without a selection"
        ),
        ("tokens", "int64", "the length under the chat template, in tokens; null where not counted"),
        ("style", "string", "how the prompt was rendered"),
    ]
}
