import JSONLines
import LanguageModels
import Prompts
import TraceGen
import Trajectories

/// What a collection would play, and about what a language model's answers would cost: `--dry-run`.
struct CollectForecast: Sendable {
    private let job: CollectJob
    private let policy: PolicyPlan
    private let episodesByTask: [(task: String, count: Int)]
    /// How many episodes the run holds already.
    private let collectedCount: Int
    /// How many episodes would be played.
    let episodes: Int
    /// What answers would take; `nil` where no language model is asked.
    let answers: Answers?

    /// About what a language model's answers take.
    struct Answers: Sendable, Hashable {
        var calls: Int
        var promptTokens: Int
        var answerTokens: Int
        /// US dollars; `nil` where the price is unknown.
        var cost: Double?

        /// Adds what other answers take; the cost of the sum is unknown once that of any part is.
        mutating func add(_ other: Answers) {
            calls += other.calls
            promptTokens += other.promptTokens
            answerTokens += other.answerTokens
            cost = cost.flatMap { cost in other.cost.map { cost + $0 } }
        }

        /// `about 640 calls, 120000 prompt tokens and 30000 answer tokens`.
        var words: String {
            "about \(calls) calls, \(promptTokens) prompt tokens and \(answerTokens) answer tokens"
        }
    }

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
        let collected = try Self.collected(in: job.directory)
        let missing = plans.filter { !collected.contains($0.id) }
        collectedCount = plans.count - missing.count
        var counts: [(task: String, count: Int)] = []
        for plan in missing.prefix(max(0, (job.budget.episodesHere ?? .max) - collectedCount)) {
            if counts.last?.task == plan.instance.task {
                counts[counts.count - 1].count += 1
            } else {
                counts.append((plan.instance.task, 1))
            }
        }
        episodesByTask = counts
        episodes = counts.reduce(0) { $0 + $1.count }
        answers = Self.answers(to: episodes, of: job.recipe.agent, policy)
    }

    /// The episodes a run holds already.
    private static func collected(in directory: String) throws -> Set<String> {
        guard Directory.isPresent("\(directory)/run.json") else { return [] }
        var ids: Set<String> = []
        let reader = try RunDirectory.open(directory).trajectories(tornTail: .endBefore)
        while let trajectory = try reader.next() { ids.insert(trajectory.id) }
        return ids
    }

    /// The forecast, a fact a line.
    var words: String {
        let recipe = job.recipe
        var lines = [
            "would collect \(Wording.count(episodes, "episode")) of \(recipe.environment.shown), split \(recipe.split.rawValue), "
                + "agent \(recipe.agent.rawValue), policy \(recipe.policy.shown(limit: 200)) (\(policy.record.model.shown(limit: 200))), "
                + "into \(job.directory.shown):"
        ]
        lines += episodesByTask.map { "  \($0.task.shown(limit: 200)): \($0.count)" }
        if collectedCount > 0 {
            lines.append("\(Wording.count(collectedCount, "episode")) of the recipe collected there already")
        }
        if let count = recipe.untilSuccesses {
            lines.append("at most: repeats of an instance with \(count) successes are left out")
        }
        return (lines + costLines).joined(separator: "\n") + "\n"
    }

    private static func answers(
        to episodes: Int, of agent: AgentKind, _ policy: PolicyPlan
    ) -> Answers? {
        guard case .chat(let profile, let renderer) = policy, let shape = shapes[agent] else { return nil }
        let system = Double(renderer.system?.utf8.count ?? 0)
        let prompt = Double(episodes) * (shape.promptBytes + shape.calls * system) / bytesPerToken
        let answer = Double(episodes) * shape.answerBytes / bytesPerToken
        return Answers(
            calls: Int((Double(episodes) * shape.calls).rounded()), promptTokens: Int(prompt),
            answerTokens: Int(answer),
            cost: profile.price?.cost(promptTokens: Int(prompt), completionTokens: Int(answer)))
    }

    private var costLines: [String] {
        guard let answers, case .chat(let profile, _) = policy else {
            return ["cost: nothing, no language model is asked"]
        }
        let line =
            "\(answers.words), at four bytes a token and the scripted expert's calls an episode; a model that errs "
            + "needs more"
        guard let cost = answers.cost else {
            return [line, "cost unknown: profile \(profile.name.shown(limit: 200)) has no price"]
        }
        return [
            line, "about \(Wording.dollars(cost)) at the price of profile \(profile.name.shown(limit: 200))",
        ]
    }
}
