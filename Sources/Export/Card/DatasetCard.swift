import JSONLines
import Trajectories

/// The card of an export: for people, and for `datasets`, which finds files and column types in its header.
enum DatasetCard {
    static let fileName = "README.md"

    /// The card's text; nothing but the manifest shapes it.
    static func text(for manifest: ExportManifest) throws -> String {
        [
            header(manifest), opening(manifest), try making(manifest.recipe, manifest.report),
            tokens(manifest.tokens), columns(manifest.recipe),
        ].joined(separator: "\n")
    }

    private static func header(_ manifest: ExportManifest) -> String {
        let format = manifest.recipe.format
        var lines = ["---", "configs:", "- config_name: default", "  data_files:"]
        for split in DataSplit.allCases.filter({ split in manifest.shards.contains { $0.split == split } }) {
            lines += [
                "  - split: \(split.rawValue)", "    path: \(split.rawValue)-*.\(format.fileExtension)",
            ]
        }
        lines += ["dataset_info:", "  features:"]
        lines += format.textColumns(withRejected: manifest.recipe.failures == .preference)
        if manifest.recipe.metadata == .columns {
            for column in RowColumn.metadata {
                lines += ["  - name: \(column.name)", "    dtype: \(column.type)"]
            }
        }
        return (lines + ["---", ""]).joined(separator: "\n")
    }

    private static func opening(_ manifest: ExportManifest) -> String {
        let (recipe, counts) = (manifest.recipe, manifest.counts)
        let drops = counts.dropped.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
        let splits = counts.pairsBySplit.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
        return """
            # Training pairs: \(recipe.method.rawValue), \(recipe.style.rawValue)

            \(recipe.rowMeaning): \(recipe.format.description).

            | | |
            | --- | --- |
            | trajectories | \(counts.trajectories) |
            | pairs | \(counts.pairs) |
            | pairs by split | \(splits.isEmpty ? "none" : splits.joined(separator: ", ")) |
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

    private static func columns(_ recipe: ExportRecipe) -> String {
        let title: String
        switch recipe.metadata {
        case .none: return ""
        case .columns: title = "## Columns beside the texts"
        case .sidecar:
            title =
                "## What is known of each row\n\nLine *n* of a file under `metadata/` is about row *n* of the data file of "
                + "the same name."
        }
        let rows = RowColumn.metadata.map { "| `\($0.name)` | \($0.type) | \($0.meaning) |" }
        return ([title, "", "| name | type | meaning |", "| --- | --- | --- |"] + rows + [""])
            .joined(separator: "\n")
    }
}
