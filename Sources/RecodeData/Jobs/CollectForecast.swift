import LanguageModels
import Prompts
import TraceGen
import Trajectories

/// What a collection would play, and about what a language model's answers would cost: `--dry-run`.
struct CollectForecast: Sendable {
    private let job: CollectJob
    private let policy: PolicyPlan
    private let episodesByTask: [(task: String, count: Int)]

    /// About how an episode goes, by method: means over the scripted expert's 60 episodes of the quickstart pipeline,
    /// which end in 32 steps on average. A model that errs needs more.
    private struct Shape {
        /// Answers.
        var calls: Double
        /// Bytes of all prompts together, beside the system messages.
        var promptBytes: Double
        /// Bytes of all answers together.
        var answerBytes: Double
    }

    private static let shapes: [AgentKind: Shape] = [
        .recode: Shape(calls: 10.7, promptBytes: 5_500, answerBytes: 4_200),
        .react: Shape(calls: 31.7, promptBytes: 580_000, answerBytes: 8_900),
        .codeact: Shape(calls: 8.4, promptBytes: 39_000, answerBytes: 3_000),
    ]
    private static let bytesPerToken = 4.0

    /// Looks at what there is to collect; starts the environment once to learn its instances.
    init(of job: CollectJob, in environment: any Environment) async throws {
        self.job = job
        policy = try PolicyPlan(job.recipe, job.models)
        let plans = try await job.plans(in: environment, policy)
        var counts: [(task: String, count: Int)] = []
        for plan in plans.prefix(job.budget.maxEpisodes ?? .max) {
            if counts.last?.task == plan.instance.task {
                counts[counts.count - 1].count += 1
            } else {
                counts.append((plan.instance.task, 1))
            }
        }
        episodesByTask = counts
    }

    /// The forecast, a fact a line.
    var words: String {
        let recipe = job.recipe
        let total = episodesByTask.reduce(0) { $0 + $1.count }
        var lines = [
            "would collect \(Wording.count(total, "episode")) of \(recipe.environment), split \(recipe.split.rawValue), "
                + "agent \(recipe.agent.rawValue), policy \(recipe.policy) (\(policy.record.model)), into \(job.directory):"
        ]
        lines += episodesByTask.map { "  \($0.task): \($0.count)" }
        if let count = recipe.untilSuccesses {
            lines.append("at most: repeats of an instance with \(count) successes are left out")
        }
        return (lines + costLines(episodes: total)).joined(separator: "\n") + "\n"
    }

    private func costLines(episodes: Int) -> [String] {
        guard case .chat(let profile, let renderer) = policy, let shape = Self.shapes[job.recipe.agent] else {
            return ["cost: nothing, no language model is asked"]
        }
        let system = Double(renderer.system?.utf8.count ?? 0)
        let prompt = Double(episodes) * (shape.promptBytes + shape.calls * system) / Self.bytesPerToken
        let answer = Double(episodes) * shape.answerBytes / Self.bytesPerToken
        let calls = Int((Double(episodes) * shape.calls).rounded())
        var lines = [
            "about \(calls) calls, \(Int(prompt)) prompt tokens and \(Int(answer)) answer tokens, at four bytes a token "
                + "and the scripted expert's calls an episode; a model that errs needs more"
        ]
        if let price = profile.price {
            let cost = price.cost(promptTokens: Int(prompt), completionTokens: Int(answer))
            lines.append("about \(Wording.dollars(cost)) at the price of profile \(profile.name)")
        } else {
            lines.append("cost unknown: profile \(profile.name) has no price")
        }
        return lines
    }
}
