import ArgumentParser

/// Where the texts of the prompts of one collection or several are, as an option.
struct CollectPromptOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The folder of prompt texts (docs/prompts.md), or several, separated by commas; without it, the data/prompts "
                + "or share/recode-data/prompts found beside the program or in a folder above it.",
            valueName: "dir,…"), transform: OptionText.paths)
    var prompts: [String] = []
}
