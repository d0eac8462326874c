import ArgumentParser
import JSONLines
import Prompts
import Trajectories

/// Where the texts of prompts are, as an option.
struct PromptOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The folder of prompt texts (docs/prompts.md); without it, the data/prompts or share/recode-data/prompts "
                + "found beside the program or in a folder above it.",
            valueName: "dir"), transform: OptionText.path)
    var prompts: String?

    /// Reads the texts that `styles` need: none where all of them are bare.
    /// - Throws: `PromptsError` naming the file that is missing or wrong; ``CommandFailure`` where there is no folder.
    func library(for styles: PromptStyle...) throws -> PromptLibrary {
        try PromptLibrary.read(from: prompts, for: styles)
    }
}

extension PromptLibrary {
    /// Reads the texts that `styles` need: none where all of them are bare.
    /// - Parameters:
    ///   - folder: where they are; the program's own when `nil`.
    ///   - styles: how prompts are rendered.
    /// - Throws: `PromptsError` naming the file that is missing or wrong; ``CommandFailure`` where there is no folder.
    static func read(from folder: String?, for styles: [PromptStyle]) throws -> PromptLibrary {
        guard styles.contains(where: { $0 != .bare }) else { return .none }
        guard let directory = folder ?? installed else {
            throw CommandFailure(
                .missingProgram,
                "the texts that prompts are made of are not where the program looks for them (data/prompts or "
                    + "share/recode-data/prompts in a folder above it). Name their folder with --prompts.")
        }
        return try PromptLibrary(directory: directory)
    }

    /// The folder of texts that belongs to this program.
    private static var installed: String? {
        InstalledFiles.first(of: ["data/prompts", "share/recode-data/prompts"]) {
            Directory.isDirectory("\($0)/recode")
        }
    }
}
