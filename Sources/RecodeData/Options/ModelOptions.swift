import ArgumentParser
import FoundationEssentials
import Prompts

/// Where language models are described, as an option.
struct ModelOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The file of language-model profiles (docs/models.md); profiles.yaml without it.",
            valueName: "file"), transform: OptionText.path)
    var profiles: String?

    /// What the options describe, with the texts of prompts.
    func sources(prompts: PromptLibrary) -> ModelSources {
        ModelSources(
            profiles: profiles, prompts: prompts, variables: ProcessInfo.processInfo.environment)
    }
}
