import Export
import Testing
import Trajectories

/// What is written beside the rows for those who train on them; `make test-interop` has the trainers read it.
@Suite struct TrainerRecipesTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    /// Writes rows of a format, a tenth row of each split.
    private func export(
        _ format: ExportFormat, failures: FailurePolicy = .drop, order: RowOrder = .collected,
        tokens: ExportTokens? = ExportSettings.tokens([700, 3000]), rowCount: Int = 3
    ) throws -> ExportManifest {
        var recipe = ExportSettings.recipe
        recipe.format = format
        recipe.metadata = .none
        recipe.failures = failures
        recipe.order = order
        // Of the tasks below it keeps scienceworld/boil/4 back.
        recipe.holdout = Holdout(fraction: 0.25, seed: 4)
        let exporter = try PairExporter(
            directory: directory.file("out"), recipe: recipe, limit: ShardLimit(rowCount: rowCount))
        for number in [0, 2, 4, 6] {
            var pair = SamplePairs.pair(number)
            if failures == .preference { pair.rejected = [Message(.assistant, "No.")] }
            try exporter.append(pair)
        }
        return try exporter.finish(
            trajectories: 4, dropped: [:], tokens: tokens, leakage: ExportSettings.leakage)
    }

    private func text(of path: String) throws -> String {
        String(decoding: try directory.bytes(of: "out/\(path)"), as: UTF8.self)
    }

    @Test(arguments: [
        (ExportFormat.promptCompletion, "recipes/trl_sft.py", "trl_sft.py"),
        (.messages, "recipes/axolotl.yaml", "axolotl.yaml"),
        (.sharegpt, "dataset_info.json", "dataset_info-sharegpt.json"),
        (.alpaca, "dataset_info.json", "dataset_info-alpaca.json"),
    ])
    func recipesAreAsRecorded(format: ExportFormat, path: String, golden: String) throws {
        let manifest = try export(format)
        #expect(manifest.files.map(\.path).contains(path))
        try GoldenFile.check(try text(of: path), golden)
    }

    @Test func preferencesHaveARecipeOfTheirOwn() throws {
        let manifest = try export(.promptCompletion, failures: .preference)
        #expect(manifest.files.map(\.path) == ["recipes/trl_dpo.py"])
        try GoldenFile.check(try text(of: "recipes/trl_dpo.py"), "trl_dpo.py")
    }

    @Test func aFileOfPreferencesIsRanked() throws {
        _ = try export(.sharegpt, failures: .preference)
        let info = try text(of: "dataset_info.json")
        #expect(info.contains("\"ranking\" : true"))
        #expect(info.contains("\"rejected\" : \"rejected\""))
    }

    @Test func everyFileOfASplitHasANameForLlamaFactory() throws {
        _ = try export(.alpaca, rowCount: 2)
        let info = try CanonicalJSON.decode(
            JSONValue.self, from: try directory.bytes(of: "out/dataset_info.json"))
        guard case .object(let names) = info else { return #expect(Bool(false), "\(info)") }
        #expect(names.keys.sorted() == ["train_0", "train_1", "validation"])
    }

    @Test func rowsThatStandInAnOrderAreTakenInIt() throws {
        _ = try export(.promptCompletion, order: .curriculum(Curriculum(by: [.height], stages: 2)))
        #expect(try text(of: "recipes/trl_sft.py").contains("train_sampling_strategy=\"sequential\""))
        _ = try export(.messages, order: .shuffled(seed: 1))
        #expect(try text(of: "recipes/axolotl.yaml").contains("curriculum_sampling: true"))
    }

    @Test func whereTokensWereNotCountedNoLengthIsPromised() throws {
        _ = try export(.promptCompletion, tokens: nil)
        #expect(try text(of: "recipes/trl_sft.py").contains("max_length=None,"))
        _ = try export(.messages, tokens: nil)
        #expect(try text(of: "recipes/axolotl.yaml").contains("# Tokens were not counted"))
    }

    @Test func anEarlierExportGivesWayWithItsRecipes() throws {
        _ = try export(.messages)
        _ = try export(.alpaca)
        #expect(try directory.names() == ["out"])
        let foreign = try directory.write(Array("mine".utf8), to: "out/notes.txt")
        #expect(throws: ExportError.self, "\(foreign)") { try export(.messages) }
    }

    @Test(arguments: [ExportFormat.openai, .text]) func otherFormatsHaveNone(format: ExportFormat) throws {
        #expect(try export(format).files.isEmpty)
    }
}
