import JSONLines
import Trajectories

/// What LLaMA-Factory looks for in a `dataset_dir`: a name for each data file, and how it is read.
enum LlamaFactoryRecipe {
    /// LLaMA-Factory knows no other place.
    static let path = "dataset_info.json"

    private struct Entry: Encodable {
        var fileName: String
        var formatting: String
        var ranking: Bool?
        var columns: [String: String]
        var tags: [String: String]?

        enum CodingKeys: String, CodingKey {
            case formatting, ranking, columns, tags
            case fileName = "file_name"
        }
    }

    static func text(for manifest: ExportManifest) throws -> String {
        let recipe = manifest.recipe
        let prefers = recipe.failures == .preference
        let speech = recipe.format == .sharegpt
        let entries = names(in: manifest).map { name, file in
            (
                name,
                Entry(
                    fileName: file, formatting: speech ? "sharegpt" : "alpaca", ranking: prefers ? true : nil,
                    columns: columns(speech: speech, prefers: prefers),
                    tags: speech
                        ? [
                            "role_tag": "from", "content_tag": "value", "user_tag": "human",
                            "assistant_tag": "gpt",
                        ] : nil)
            )
        }
        let bytes = try CanonicalJSON.encodePretty(Dictionary(uniqueKeysWithValues: entries))
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A file each, for LLaMA-Factory takes one by its name: `train` where a split has but one, else `train_0`, `train_1`, ….
    static func names(in manifest: ExportManifest) -> [(name: String, file: String)] {
        DataSplit.allCases.flatMap { split in
            let paths = manifest.paths(of: split)
            return paths.enumerated().map { index, path in
                (name: paths.count == 1 ? split.rawValue : "\(split.rawValue)_\(index)", file: path)
            }
        }
    }

    private static func columns(speech: Bool, prefers: Bool) -> [String: String] {
        guard speech else {
            return [
                "prompt": "instruction", "query": "input", "response": "output", "system": "system",
                "history": "history",
            ]
        }
        let answers = prefers ? ["chosen": "chosen", "rejected": "rejected"] : [:]
        return ["messages": "conversations", "system": "system"].merging(answers) { own, _ in own }
    }
}
