import LanguageModels
import Prompts
import TraceGen
import Trajectories

/// What answers the prompts, as its name on the command line or in a pipeline file says.
enum PolicyChoice: Sendable, Hashable {
    /// The scripted teacher.
    case expert
    /// A language model, by its profile's name.
    case profile(String)
    /// The recorded calls of the run in this directory.
    case replay(run: String)

    /// Reads a name. Whether there is such a profile shows when the profile file is read.
    init(_ name: String) {
        let prefix = "replay:"
        if name == "expert" {
            self = .expert
        } else if name.hasPrefix(prefix) {
            self = .replay(run: String(name.dropFirst(prefix.count)))
        } else {
            self = .profile(name)
        }
    }
}

/// Where language models and their prompts come from.
struct ModelSources: Sendable {
    /// The profile file; `nil` for the one in the current directory.
    var profiles: String?
    /// The texts of prompts, where any are needed.
    var prompts: PromptLibrary
    /// The environment variables, where keys are.
    var variables: [String: String]

    /// The same with the texts of prompts that a recipe needs: those of another folder where one is named.
    /// - Throws: `PromptsError` naming the file that is missing or wrong.
    func reading(prompts folder: String?, for recipe: CollectRecipe) throws -> ModelSources {
        guard let folder else { return self }
        var sources = self
        sources.prompts = try PromptLibrary.read(from: folder, for: recipe.collectedStyles)
        return sources
    }
}

/// A policy that is known but not yet connected to anything.
enum PolicyPlan: Sendable {
    case scripted(any Policy)
    case chat(ModelProfile, PromptRenderer)
    case replay(RecordedRun, PromptRenderer)

    /// Finds out what a recipe's policy is; nothing is asked over the network yet.
    /// - Throws: ``CommandFailure`` and ``PipelineFileError`` for a policy or profile that is not there;
    ///   `PromptsError`; `TrajectoriesError` for a run that cannot be replayed.
    init(_ recipe: CollectRecipe, _ sources: ModelSources) throws {
        func renderer() throws -> PromptRenderer {
            try PromptRenderer(
                library: sources.prompts, environment: recipe.environment, method: recipe.agent,
                style: recipe.promptStyle ?? .fewShot)
        }
        switch PolicyChoice(recipe.policy) {
        case .expert:
            self = .scripted(try Experts.policy(for: recipe))
        case .profile(let name):
            let profile = try ProfileFile.profile(
                named: name, in: sources.profiles, variables: sources.variables)
            self = .chat(profile, try renderer())
            StandardError.hide(secrets(sources.variables))
        case .replay(let path):
            self = .replay(try RecordedRun(path: path), try renderer())
        }
    }

    /// What no file and no message may hold of it.
    /// - Parameter variables: the environment variables.
    func secrets(_ variables: [String: String]) -> SecretFilter {
        if case .chat(let profile, _) = self {
            KnownSecrets(profile, variables: variables).filter
        } else {
            .none
        }
    }

    /// Makes sure that a budget in US dollars means something.
    /// - Throws: ``CommandFailure`` (`badUsage`) for a model whose price nobody has said.
    func requirePrice(for budget: CollectBudget) throws {
        guard let maxCost = budget.maxCost, case .chat(let profile, _) = self, profile.price == nil else {
            return
        }
        throw CommandFailure(
            .badUsage,
            "--max-cost \(maxCost) cannot be kept: profile '\(profile.name)' has no price, so nobody knows what its answers "
                + "cost. Add price: {prompt, completion}, US dollars per million tokens, or use --max-tokens."
        )
    }

    /// The policy as its trajectories will name it.
    var record: PolicyRecord {
        switch self {
        case .scripted(let policy): policy.record
        case .chat(let profile, let renderer): ChatPolicy.record(of: profile, renderer)
        case .replay(let run, _): run.policy
        }
    }

    /// What `run.json` says of it beside its name; `nil` where the name says it all.
    var description: PolicyRecord? {
        if case .scripted = self { nil } else { record }
    }

    /// Connects the policy for the time of `body`.
    /// - Parameters:
    ///   - journal: where calls are kept.
    ///   - budget: how much they may cost.
    ///   - body: what is done with it.
    func withPolicy<Result: Sendable>(
        journal: any CallJournal, budget: CallBudget, _ body: @Sendable (any Policy) async throws -> Result
    ) async throws -> Result {
        switch self {
        case .scripted(let policy): return try await body(policy)
        case .chat(let profile, let renderer):
            return try await ChatClient.withClient(profile: profile, logger: StandardError.logger) { client in
                try await body(
                    ChatPolicy(
                        profile: profile, model: client, renderer: renderer, journal: journal,
                        budget: budget))
            }
        case .replay(let run, let renderer):
            return try await body(
                ReplayPolicy(
                    run: run.path, record: run.policy, calls: run, renderer: renderer, journal: journal))
        }
    }
}
