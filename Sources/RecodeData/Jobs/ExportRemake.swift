import Export
import Filter
import JSONLines
import Prompts
import Tokens
import Trajectories

/// Makes an export again from the runs it was made from, as its manifest says, and compares the two to the byte: rows and
/// their order, what is known of them, stages, counts, tokens, recipes. The card is left out: it is its owner's to edit.
///
/// Disk: as much again as the export, for the time of the check.
struct ExportRemake {
    /// What came of it.
    struct Summary: Encodable, Sendable {
        /// Files that are the same, or are not; 0 where the export was not made again.
        var files = 0
        /// Why it was not made again; `nil` where it was.
        var notMade: String?

        enum CodingKeys: String, CodingKey {
            case files
            case notMade = "not_made"
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(files, forKey: .files)
            try container.encode(notMade, forKey: .notMade)
        }

        /// `made again: 3 files the same to the byte`.
        var words: String {
            notMade.map { "not made again: \($0)" }
                ?? "made again: \(Wording.count(files, "file")) the same to the byte"
        }
    }

    /// Why an export cannot be made again here.
    private struct Obstacle: Error {
        var words: String
    }

    /// Criteria in the manifest that no export was made by.
    private struct Unsound: Error {
        var key: String
        var words: String
    }

    /// The export.
    var directory: String
    /// What it says of itself.
    var manifest: ExportManifest
    /// What its rows look like, by its recipe.
    var shape: ExportShape
    /// The folder of prompt texts; `nil` for the program's own.
    var prompts: String?
    /// What must not be trained on.
    var gate: ExportGate
    /// The vocabulary that tokens are counted with, where the export has them.
    var vocabulary: VocabularyChoice
    /// What conversations are rendered with, where the export's template is no one of the program's.
    var template: TemplateChoice
    /// The Python of Parquet files and Jinja templates.
    var python: String

    /// Makes the export again and compares.
    /// - Parameter sources: the runs it was made from, all of them and in its order.
    /// - Throws: as ``ExportJob/run()``, where what should be made again cannot.
    func compare(with sources: TrajectorySources, _ findings: inout CheckFindings) throws -> Summary {
        let scratch = try StagedDirectory.scratch(named: "recode-data-verify")
        do {
            _ = try job(over: sources, into: "\(scratch.path)/export").run()
        } catch let obstacle as Obstacle {
            return Summary(notMade: obstacle.words)
        } catch let unsound as Unsound {
            findings.add(
                "\(directory)/\(ExportManifest.fileName)",
                "\(unsound.key): \(unsound.words). Copy the export again, or make it anew.")
            return Summary(notMade: "its \(unsound.key) is none")
        } catch let failure as CommandFailure where failure.code == .missingProgram {
            return Summary(notMade: failure.message)
        }
        let again = try RemadeExport(directory: directory, again: "\(scratch.path)/export", manifest)
        return Summary(files: try again.compare(&findings))
    }

    private func job(over sources: TrajectorySources, into directory: String) throws -> ExportJob {
        let recipe = manifest.recipe
        let made = recipe.versions[Version.program]
        guard made == Version.current else {
            throw Obstacle(
                words:
                    "recode-data \(made?.prefix(40).debugDescription ?? "of no version") wrote it, and this is \(Version.current)"
            )
        }
        let gate = try sameGate()
        let template = try sameTemplate()
        try requireSamePyarrow()
        let tokens = try sameTokens(template)
        try requireSameControlTokens(tokens, template)
        return ExportJob(
            sources: sources, shape: shape, style: recipe.style,
            prompts: try PromptLibrary.read(from: prompts, for: [recipe.style]),
            tokens: tokens,
            template: template, python: python, pairCriteria: try pairCriteria(), gate: gate,
            pipeline: recipe.provenance?.pipeline,
            targets: [
                ExportJob.Target(
                    directory: directory, method: recipe.method,
                    selection: try selection(from: sources, gate),
                    selectionSHA256: recipe.provenance?.selectionSHA256)
            ])
    }

    /// The gate of the export, where it went by the lists that there are now.
    private func sameGate() throws -> ExportGate {
        let lists = gate.lists.map { ExportSource(name: $0.name, sha256: $0.sha256) }
        guard lists == manifest.leakage.lists else {
            throw Obstacle(words: "its leakage gate went by other lists than there are here")
        }
        var gate = gate
        gate.isLifted = manifest.leakage.gate == .lifted
        return gate
    }

    private func sameTemplate() throws -> ConversationTemplate {
        guard let recorded = manifest.recipe.chatTemplate else { return .builtIn(.qwen25) }
        let own = recorded.sha256 == nil ? ChatTemplate(rawValue: recorded.name) : nil
        let template =
            try own.map(ConversationTemplate.builtIn)
            ?? ConversationTemplate.read(self.template, python: python)
        guard template.record == recorded else {
            throw Obstacle(
                words:
                    "it has conversations as \(recorded.name) renders them with Jinja \(recorded.jinja ?? "of no version"); "
                    + "name that file with --chat-template")
        }
        return template
    }

    private func sameTokens(_ template: ConversationTemplate) throws -> TokenCounting? {
        guard let recorded = manifest.tokens?.vocabulary else { return nil }
        let counting = try TokenCounting.read(vocabulary, template: template, python: python)
        guard let counting, counting.vocabulary == recorded else {
            throw Obstacle(
                words: "its tokens were counted with \(recorded.name); name that file with --tokens")
        }
        return counting
    }

    /// What is looked for decides which rows there are.
    private func requireSameControlTokens(_ tokens: TokenCounting?, _ template: ConversationTemplate) throws {
        guard let recorded = manifest.recipe.controlTokens else { return }
        let here = ControlTokenRule(recorded.policy, try PairScreen.tokens(tokens, template))
        guard here == recorded else {
            throw Obstacle(
                words:
                    "\(recorded.tokens) control tokens were looked for in it, and here others are (data/control-tokens.json)"
            )
        }
    }

    /// Another pyarrow packs the same rows in other bytes.
    private func requireSamePyarrow() throws {
        guard manifest.recipe.format == .parquet else { return }
        let here = try ParquetConverter(columns: [], python: python).version
        let recorded = manifest.recipe.versions["pyarrow"] ?? "of no version"
        guard here == recorded else {
            throw Obstacle(words: "pyarrow \(recorded) wrote its files, and this is \(here)")
        }
    }

    private func pairCriteria() throws -> PairCriteria {
        try sound("pair_selection") {
            guard let criteria: PairCriteria = try decoded(manifest.recipe.pairSelection) else {
                return try PairCriteria()
            }
            return try PairCriteria(
                duplicates: criteria.duplicates, similarity: criteria.similarity,
                maxPerDepth: criteria.maxPerDepth, seed: criteria.seed)
        }
    }

    /// What the export's criteria keep of its runs.
    private func selection(from sources: TrajectorySources, _ gate: ExportGate) throws -> Selection? {
        let criteria: SelectionCriteria? = try sound("selection") {
            let criteria: SelectionCriteria? = try decoded(manifest.recipe.selection)
            try criteria?.validate()
            return criteria
        }
        guard let criteria else { return nil }
        if criteria.leakage == .drop,
            manifest.recipe.provenance?.selectionLists != manifest.leakage.lists
        {
            throw Obstacle(
                words: "its selection left out what leaks by other lists than its leakage gate went by")
        }
        return try sources.select(by: criteria, gate: criteria.leakage == .drop ? gate : nil)
    }

    /// Reads criteria of the manifest.
    private func sound<Value>(_ key: String, _ read: () throws -> Value) throws -> Value {
        do {
            return try read()
        } catch let error as FilterError {
            throw Unsound(key: key, words: error.description)
        } catch let error as DecodingError {
            throw Unsound(key: key, words: RecordProblem(error, allowing: [:]).text)
        }
    }

    private func decoded<Value: Decodable>(_ value: JSONValue) throws -> Value? {
        guard value != .null else { return nil }
        return try CanonicalJSON.decode(Value.self, from: CanonicalJSON.encode(value))
    }
}
