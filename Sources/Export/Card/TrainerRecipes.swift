import JSONLines

/// What trainers need to use an export as it is: a file for each that reads its format.
///
/// Nothing but the manifest shapes them, and each works from any folder: paths in it begin at its own place, or it says what
/// they begin at.
enum TrainerRecipes {
    /// The folder of the files that no trainer looks for at the top.
    static let folder = "recipes"
    /// What is fine-tuned, where the user names nothing else.
    static let model = "Qwen/Qwen2.5-7B-Instruct"

    /// The files' texts, by their places in the export's directory; in order.
    static func files(for manifest: ExportManifest) throws -> [(path: String, text: String)] {
        let recipe = manifest.recipe
        let prefers = recipe.failures == .preference
        guard manifest.shards.contains(where: { $0.split == .train }) else { return [] }
        switch recipe.format {
        case .promptCompletion:
            return prefers
                ? [("\(folder)/trl_dpo.py", TRLRecipe.preference(manifest))]
                : [("\(folder)/trl_sft.py", TRLRecipe.supervised(manifest))]
        case .messages:
            return [
                ("\(folder)/axolotl.yaml", AxolotlRecipe.text(for: manifest)),
                ("\(folder)/trl_sft.py", TRLRecipe.supervised(manifest)),
            ]
        case .sharegpt, .alpaca:
            return [(LlamaFactoryRecipe.path, try LlamaFactoryRecipe.text(for: manifest))]
        case .parquet: return prefers ? [] : [("\(folder)/verl.sh", VerlRecipe.text(for: manifest))]
        case .openai, .text: return []
        }
    }

    /// Writes them.
    /// - Returns: what the manifest says of them.
    static func write(for manifest: ExportManifest, in directory: String) throws -> [ExportFile] {
        try files(for: manifest).map { path, text in
            if path.contains("/") { try Directory.create("\(directory)/\(folder)") }
            try AtomicFile.write(Array(text.utf8), to: "\(directory)/\(path)")
            let lines = text.utf8.count { $0 == UInt8(ascii: "\n") }
            return ExportFile(
                path: path, digest: try FileDigest.ofFile("\(directory)/\(path)", lineCount: lines))
        }
    }
}

extension ExportManifest {
    /// A length that no row goes past, in tokens under the chat template: a power of two, 1,024 or more; `nil` where tokens
    /// were not counted.
    var lengthBound: Int? {
        tokens.map { max(1024, $0.histogram.bins.last?.below ?? 0) }
    }

    /// Whether there are rows to watch the training by.
    var hasValidation: Bool { shards.contains { $0.split == .validation } }

    /// The data files of a split, in order.
    func paths(of split: DataSplit) -> [String] { shards.filter { $0.split == split }.map(\.path) }
}
