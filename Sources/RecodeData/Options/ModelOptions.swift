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

    /// Keeps the keys of the profiles out of everything that is said from now on.
    func hideKeys() {
        StandardError.hide(
            ProfileFile.secrets(in: profiles, variables: ProcessInfo.processInfo.environment))
    }

    /// What the options describe, with the texts of prompts.
    func sources(prompts: PromptLibrary) -> ModelSources {
        ModelSources(
            profiles: profiles, prompts: prompts, variables: ProcessInfo.processInfo.environment)
    }
}
