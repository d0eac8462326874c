import Export
import Trajectories

/// A recipe with something in every field.
enum ExportSettings {
    static let recipe = ExportRecipe(
        method: .recode, style: .zeroShot,
        selection: .object(["top": .int(40), "ties": .string("hash"), "min_reward": .double(0.5)]),
        sources: [ExportSource(name: "expert", sha256: String(repeating: "ab", count: 32))],
        versions: ["recode-data": "0.1.0", "scienceworld": "1.2.3"])

    static let leakage = ExportLeakage(
        gate: .lifted, leaks: ["held_out_split": 2], sameInstruction: 1, notCompared: 3)

    /// The tokens of rows of these lengths.
    static func tokens(_ lengths: [Int]) -> ExportTokens {
        var tokens = ExportTokens(
            vocabulary: .init(name: "qwen2.5", sha256: String(repeating: "cd", count: 32)),
            template: "qwen2.5")
        for length in lengths {
            tokens.add(PairTokens(content: length - 31, chat: length, trained: length / 2))
        }
        return tokens
    }
}
