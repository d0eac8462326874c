import ArgumentParser
import FoundationEssentials
import Trajectories

/// Where language models are described, as an option.
struct ModelOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The file of language-model profiles (docs/models.md); profiles.yaml without it.",
            valueName: "file"), transform: OptionText.path)
    var profiles: String?

    /// What the options describe, with the texts that prompts of these styles need.
    func sources(prompts: PromptOptions, styles: [PromptStyle]) throws -> ModelSources {
        ModelSources(
            profiles: profiles, prompts: try prompts.library(for: styles),
            variables: ProcessInfo.processInfo.environment)
    }
}
