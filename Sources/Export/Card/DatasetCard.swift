import JSONLines
import Trajectories

/// The card of an export: for people, and for `datasets`, which finds files and column types in its header.
enum DatasetCard {
    static let fileName = "README.md"

    /// The card's text; nothing but the manifest shapes it.
    static func text(for manifest: ExportManifest) throws -> String {
        [
            header(manifest), opening(manifest), use(manifest), try making(manifest.recipe, manifest.report),
            controlTokens(manifest), tokens(manifest.tokens), columns(manifest.recipe),
            license(manifest.recipe), citation,
        ].filter { !$0.isEmpty }.joined(separator: "\n")
    }

    private static func header(_ manifest: ExportManifest) -> String {
        let format = manifest.recipe.format
        var lines = ["---"] + about(manifest) + ["configs:", "- config_name: default", "  data_files:"]
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

    /// What the Hub files a dataset under.
    private static func about(_ manifest: ExportManifest) -> [String] {
        let recipe = manifest.recipe
        let environments =
            recipe.provenance?.promptSHA256.keys.sorted()
            ?? (recipe.versions["scienceworld"] == nil ? [] : ["scienceworld"])
        let license =
            recipe.license.map { ["license: \(isPlain($0) ? $0 : $0.yamlText)"] } ?? [
                "license: other", "license_name: not-stated",
            ]
        return [
            "pretty_name: \"Training pairs: \(recipe.method.rawValue), \(recipe.style.rawValue)\"",
            "language:", "- en",
        ] + license + [
            "task_categories:", "- text-generation", "size_categories:",
            "- \(size(of: manifest.counts.pairs))",
            "tags:", "- agent", "- code", "- \(recipe.method.rawValue)",
        ] + (recipe.failures == .preference ? ["- preference", "- dpo"] : ["- sft"])
            + environments.filter(isTag).map { "- \($0)" }
    }

    /// Whether a text means itself in YAML without quotes.
    private static func isPlain(_ text: String) -> Bool {
        text.first?.isLetter == true && !yamlWords.contains(text.lowercased())
            && text.utf8.allSatisfy { byte in
                byte < 0x80
                    && (Character(Unicode.Scalar(byte)).isLetter || "0123456789.-_+".utf8.contains(byte))
            }
    }

    /// Words that YAML takes for something other than a text.
    private static let yamlWords: Set<String> = [
        "true", "false", "yes", "no", "on", "off", "y", "n", "null",
    ]

    /// Whether a name can stand in YAML as it is: imported records may have any.
    private static func isTag(_ name: String) -> Bool {
        isPlain(name) && name.utf8.count <= 100 && !name.utf8.contains { ".+".utf8.contains($0) }
    }

    /// The Hub's name for as many rows.
    private static func size(of rows: Int) -> String {
        let names = [
            (1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"),
            (10_000_000, "1M<n<10M"), (100_000_000, "10M<n<100M"),
        ]
        return names.first { rows < $0.0 }?.1 ?? "100M<n<1B"
    }

    private static func opening(_ manifest: ExportManifest) -> String {
        let (recipe, counts) = (manifest.recipe, manifest.counts)
        let drops = counts.dropped.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key.shownInMarkdown)" }
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

    /// How it is opened and trained on.
    private static func use(_ manifest: ExportManifest) -> String {
        let recipes = manifest.files.map(\.path)
        let also =
            recipes.isEmpty
            ? ""
            : "\n\nTo train on it as it is: " + recipes.map(\.markdownCode).joined(separator: ", ")
                + ". Each says at its top how it is used."
        return """
            ## How to load it

            ```python
            from datasets import load_dataset

            rows = load_dataset("PATH OF THIS FOLDER")
            ```\(also)

            """
    }

    private static func license(_ recipe: ExportRecipe) -> String {
        let stated =
            recipe.license.map { "This dataset is under the licence \($0.markdownCode)." }
            ?? "Whoever made this dataset has not said under which licence it is."
        let world =
            recipe.versions["scienceworld"] == nil
            ? ""
            : " Observations in it are ScienceWorld's words (Allen Institute for AI), which is under the Apache License 2.0."
        return
            "## Licence\n\n\(stated)\(world) What a language model answered is under its provider's terms.\n"
    }

    private static let citation = """
        ## Citation

        The agent, the pairs and the selection are those of this paper:

        ```bibtex
        @article{recode2025,
          title         = {{ReCode}: Unify Plan and Action for Universal Granularity Control},
          author        = {Yu, Zhaoyang and Zhang, Jiayi and Su, Huixue and Zhao, Yufan and Wu, Yifan and Deng, Mingyi
                           and Xiang, Jinyu and Lin, Yizhang and Tang, Lingxiao and Li, Yingchao and Luo, Yuyu and Liu, Bang and Wu, Chenglin},
          year          = {2025},
          eprint        = {2510.23564},
          archivePrefix = {arXiv}
        }
        ```

        """

    private static func leakage(_ leakage: ExportLeakage) -> String {
        let leaks = leakage.leaks.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key.shownInMarkdown)" }
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
                + (try json(recipe.selection)) + "```"
        let pairs =
            recipe.pairSelection == .null
            ? ""
            : "\n\nPairs were kept by these criteria\(report == nil ? "" : "; `\(ExportReport.fileName)` lists the others"):\n\n"
                + "```json\n"
                + (try json(recipe.pairSelection)) + "```"
        let sources = recipe.sources.map { "- run \($0.name.markdownCode), sha256 \($0.sha256.markdownCode)" }
        let versions = recipe.versions.sorted { $0.key < $1.key }.map {
            "- \($0.key.shownInMarkdown) \($0.value.shownInMarkdown)"
        }
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

    private static func json(_ value: JSONValue) throws -> String {
        OutputLayout.json(String(decoding: try CanonicalJSON.encodePretty(value), as: UTF8.self))
    }

    /// Which control tokens were found, and what became of them.
    private static func controlTokens(_ manifest: ExportManifest) -> String {
        guard let rule = manifest.recipe.controlTokens, let found = manifest.counts.controlTokens else {
            return ""
        }
        let dropped = manifest.counts.dropped[ControlTokenPolicy.dropReason] ?? 0
        let left = "Pairs whose texts hold any were left out: \(dropped)."
        let outcome: String
        switch rule.policy {
        case .drop: outcome = left
        case .escape:
            outcome =
                "Rows in which they were escaped, by a backslash behind the first character of each: \(found.escaped). "
                + "Pairs in which that could not be done were left out: \(dropped)."
        case .keep:
            outcome =
                "They were **kept**. Rows that hold any: \(found.kept). A trainer that renders and encodes them takes them for turns."
        }
        let named = found.tokens.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { "- \($0.key.markdownCode): \($0.value)" }
        // A list, for the bars of tokens would part the cells of a table.
        let list = named.isEmpty ? [] : ["", "Pairs that each was found in:", ""] + named
        let more = found.more > 0 ? ["", "Further tokens that were found: \(found.more)."] : []
        return
            ([
                "## Control tokens", "",
                "\(rule.tokens) control tokens of chat templates, such as `<|im_end|>`, were looked for (sha256 `\(rule.sha256)`). "
                    + outcome,
            ] + list + more + [""]).joined(separator: "\n")
    }

    private static func tokens(_ tokens: ExportTokens?) -> String {
        guard let tokens else {
            return "## Tokens\n\nThey were not counted.\n"
        }
        let lengths = tokens.histogram.bins.map { "| \($0.from) to \($0.below - 1) | \($0.pairs) |" }
        let over = ExportTokens.limits.map { "| over \($0) | \(tokens.over[String($0)] ?? 0) |" }
        return """
            ## Tokens

            Counted with the vocabulary \(tokens.vocabulary.name.markdownCode) (sha256 \
            \(tokens.vocabulary.sha256.markdownCode)) under the chat template \(tokens.template.markdownCode).

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
