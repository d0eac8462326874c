import Trajectories

/// What runs came to, in one line.
struct RunSummary: Sendable {
    /// How many episodes the runs hold.
    var episodes = 0
    /// How many the environment calls a success.
    var succeeded = 0
    /// How many ended because something beside the agent failed.
    var failed = 0
    /// The sum of their rewards.
    var rewardSum = 0.0
    /// How many of them were played just now.
    var played = 0
    /// How long those waited for the environment, added up over them.
    var environmentTime: Duration = .zero
    /// How long they took beside that, added up.
    var otherTime: Duration = .zero
    /// What the answers of language models cost; `nil` where none answered.
    var usage: Usage?
    /// Pairs written, and into how many exports; `nil` where nothing was to be exported.
    var pairs: (count: Int, exports: Int)?

    /// Sums up collections; reads their trajectories.
    init(of results: [CollectResult]) throws {
        for result in results {
            let reader = try result.run.trajectories(tornTail: .endBefore)
            while let trajectory = try reader.next() {
                add(reward: trajectory.reward, success: trajectory.success, ended: trajectory.ended)
            }
            add(result)
        }
    }

    /// Sums up collections whose trajectories have been read already.
    init(of stages: [(result: CollectResult, survey: Survey)]) {
        for (result, survey) in stages {
            for entry in survey.entries {
                add(
                    reward: entry.candidate.reward, success: entry.candidate.success,
                    ended: entry.candidate.ended)
            }
            add(result)
        }
    }

    private mutating func add(reward: Double, success: Bool, ended: EndReason) {
        failed += ended.isFailure ? 1 : 0
        episodes += 1
        succeeded += success ? 1 : 0
        rewardSum += reward
    }

    private mutating func add(_ result: CollectResult) {
        played += result.played
        environmentTime += result.environmentTime
        otherTime += result.otherTime
        if let more = result.usage {
            var sum = usage ?? .zero
            sum.add(more)
            usage = sum
        }
    }

    /// `60 episodes, 51 succeeded, mean reward 0.91; 4312 pairs in 12 exports; the episodes add up to …`.
    var words: String {
        var parts = ["\(Wording.count(episodes, "episode")), \(succeeded) succeeded"]
        if failed > 0 { parts[0] += ", \(failed) failed (policy_error or environment_error)" }
        if episodes > 0 {
            parts[0] += ", mean reward \(Wording.decimal(rewardSum / Double(episodes), places: 2))"
        }
        if let pairs {
            parts.append("\(Wording.count(pairs.count, "pair")) in \(Wording.count(pairs.exports, "export"))")
        }
        if let usage { parts.append(Wording.usage(usage)) }
        if played > 0 {
            let share = played == episodes ? "the episodes" : "the \(played) episodes played just now"
            parts.append(
                "\(share) add up to \(Wording.duration(environmentTime)) in the environment"
                    + " and \(Wording.duration(otherTime)) outside it"
            )
        } else {
            parts.append("all collected before")
        }
        return parts.joined(separator: "; ")
    }
}
