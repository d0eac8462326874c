import JSONLines
import TraceGen
import Trajectories

/// Collects several runs of one recipe, each with other values of some options, one after the other.
///
/// Each is an ordinary run directory inside the sweep's, with the bytes that collecting it alone gives. Runs that are
/// finished are recognised. A budget is one for all of them.
struct CollectSweep: Sendable {
    /// Where the runs are.
    let directory: String
    private let jobs: [CollectJob]

    /// Puts a sweep together; nothing is changed yet.
    /// - Parameters:
    ///   - directory: where the runs go, each into the folder of its name.
    ///   - jobs: the runs; each ``CollectJob/directory`` is below `directory`.
    /// - Throws: ``CommandFailure`` (`badUsage`) for a `directory` that is a run itself.
    init(directory: String, jobs: [CollectJob]) throws {
        guard !Directory.isPresent("\(directory)/run.json") else {
            throw CommandFailure(
                .badUsage,
                "\(directory) is a run directory, and a sweep makes one for each of its runs in a folder. Choose another "
                    + "directory with --run.")
        }
        self.directory = directory
        self.jobs = jobs
    }

    /// Collects what is missing, and says what each run came to; stops where the budget says so.
    ///
    /// - Parameter site: where the episodes are played.
    /// - Throws: before anything is collected, `TrajectoriesError` for a run's directory that holds something
    ///   else; then as ``CollectJob/run(at:)``.
    func run(at site: Site) async throws {
        for job in jobs { try job.requireFree(at: site) }
        var results: [CollectResult] = []
        for index in jobs.indices {
            let result = try await budgeted(index).run(at: site)
            results.append(result)
            StandardError.say("\(jobs[index].directory): \(try RunSummary(of: [result]).words)")
            if let reason = result.stopped {
                StandardError.say(
                    "stopped: \(reason). \(index) of \(Wording.count(jobs.count, "run")) finished. Run the same command "
                        + "with --resume and more budget to go on.")
                return
            }
        }
        StandardError.say("\(directory): \(jobs.count) runs: \(try RunSummary(of: results).words)")
    }

    /// What all runs would play, and about what a language model's answers would cost.
    func forecast(in environment: any Environment) async throws -> String {
        var episodes = 0
        var answers: [CollectForecast.Answers] = []
        var words = ""
        for var job in jobs {
            // A budget of episodes is used up in the order of the runs.
            var before = RunSpending()
            before.episodes = episodes
            job.budget.elsewhere = before
            let forecast = try await CollectForecast(of: job, in: environment)
            episodes += forecast.episodes
            answers += [forecast.answers].compactMap(\.self)
            words += forecast.words
        }
        let total = "in all: \(Wording.count(jobs.count, "run")), \(Wording.count(episodes, "episode"))"
        guard var sum = answers.first else { return words + total + "; cost: nothing\n" }
        for more in answers.dropFirst() { sum.add(more) }
        let cost =
            sum.cost.map { "about \(Wording.dollars($0))" } ?? "cost unknown: a profile has no price"
        return words + total + "; \(sum.words); \(cost)\n"
    }

    /// Makes sure that no two runs would be the same: what they are given may have other names and the same content.
    /// - Throws: ``CommandFailure`` (`badUsage`) naming two that are.
    static func requireDifferent(_ runs: [(name: String, recipe: CollectRecipe, policy: PolicyRecord)]) throws
    {
        var names: [RunKey: String] = [:]
        for run in runs {
            var recipe = run.recipe
            recipe.policy = ""
            let key = RunKey(recipe: recipe, policy: run.policy)
            guard let other = names.updateValue(run.name, forKey: key) else { continue }
            throw CommandFailure(
                .badUsage,
                "the runs \(other) and \(run.name) would be the same: the agent's prompts and policy do not differ. Folders "
                    + "of prompt texts must hold other texts, and the expert and the style bare read none.")
        }
    }

    private struct RunKey: Hashable {
        var recipe: CollectRecipe
        var policy: PolicyRecord
    }

    private func budgeted(_ index: Int) throws -> CollectJob {
        var job = jobs[index]
        job.budget = try job.budget.counting(jobs.map(\.directory).filter { $0 != job.directory })
        return job
    }
}
