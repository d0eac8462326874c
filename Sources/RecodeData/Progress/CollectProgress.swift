import Trajectories

/// What is known of a collection under way. Pure: the same events make the same words.
struct CollectProgress: Sendable, Hashable {
    /// What is collected.
    var title: String
    /// How many episodes there will be.
    var total: Int
    /// How many were there before this began.
    var resumed = 0
    /// How many have been played by now.
    var played = 0
    /// How many of those succeeded.
    var succeeded = 0
    /// How many of those the environment's worker or the policy failed.
    var failed = 0
    /// The sum of their rewards.
    var rewardSum = 0.0

    /// Takes an episode in.
    mutating func add(reward: Double, success: Bool, failed hasFailed: Bool) {
        played += 1
        rewardSum += reward
        if success { succeeded += 1 }
        if hasFailed { failed += 1 }
    }

    /// Episodes done, those of an earlier run among them.
    var finished: Int { resumed + played }

    /// `collect expert: 12/60 episodes, 11 succeeded, mean reward 0.93, 1.2 episodes/s, 40 s left`.
    func line(after elapsed: Duration) -> String {
        "collect \(title): " + facts(after: elapsed).joined(separator: ", ")
    }

    /// The same with a bar, in at most `columnCount` columns.
    func bar(after elapsed: Duration, columnCount: Int) -> String {
        let facts = facts(after: elapsed)
        // As wide as it is shown.
        let title = title.shown(limit: 40)
        let fraction = total > 0 ? Double(finished) / Double(total) : 1
        for count in stride(from: facts.count, to: 0, by: -1) {
            let text = facts.prefix(count).joined(separator: ", ")
            let room = columnCount - 1 - title.count - text.count - 4
            guard room >= 8 else { continue }
            let width = min(room, 30)
            let filled = min(width, Int(fraction * Double(width)))
            let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: width - filled)
            return "\(title) [\(bar)] \(text)"
        }
        return String("\(title) \(finished)/\(total)".prefix(max(0, columnCount - 1)))
    }

    private func facts(after elapsed: Duration) -> [String] {
        var facts = ["\(finished)/\(total) episodes"]
        guard played > 0 else {
            return resumed > 0 ? facts + ["\(resumed) from before"] : facts
        }
        facts.append("\(succeeded) succeeded")
        if failed > 0 { facts.append("\(failed) failed") }
        facts.append("mean reward \(Wording.decimal(rewardSum / Double(played), places: 2))")
        let rate = Double(played) / max(elapsed.inSeconds, 0.001)
        facts.append("\(Wording.decimal(rate, places: 1)) episodes/s")
        if finished < total {
            facts.append("\(Wording.duration(.seconds(Double(total - finished) / rate))) left")
        }
        return facts
    }
}
