import Trajectories

/// An episode that nobody played: the same bytes for the same number.
struct MadeUpEpisode {
    /// Its place in canonical order.
    let number: Int

    /// So many episodes, in canonical order.
    static func all(_ count: Int) -> [MadeUpEpisode] {
        (0..<count).map(MadeUpEpisode.init)
    }

    /// The order in which they are played: another than the canonical one, so that sealing has to sort.
    static func playingOrder(of episodes: [MadeUpEpisode]) -> [MadeUpEpisode] {
        episodes.filter { $0.number % 2 == 1 }.reversed() + episodes.filter { $0.number % 2 == 0 }
    }

    var id: String { Digest.sha256Hex(of: "episode \(number)".utf8).prefix(16).description }

    private var taskID: String { "scienceworld/boil/\(number)" }

    /// The call that the model answered.
    var call: CallRecord {
        CallRecord(
            trajectoryID: id, taskID: taskID, call: 0, subject: "solve(instruction, observation)",
            request: .object(["model": .string("made-up")]),
            outcome: .answered(
                ChatCompletion(
                    text: "<think>\(id)</think>",
                    usage: Usage(promptTokens: 30, completionTokens: 4, costUSD: 0.1))))
    }

    /// The record.
    var trajectory: Trajectory {
        let node = Node(
            id: 0, parent: nil, depth: 0, kind: .placeholder, code: "solve(instruction, observation)",
            status: .completed,
            actions: [Action(action: "look around", observation: Self.text(number), reward: 1)])
        return Trajectory(
            id: id, taskID: taskID,
            environment: EnvironmentRecord(
                name: "scienceworld", version: "1", task: "boil", variation: number, split: .train),
            instruction: "Boil water.", initialObservation: "A hallway.", agent: .recode,
            policy: PolicyRecord(name: "made-up", model: "made-up"), limits: EpisodeLimits(stepLimit: 10),
            reward: 1,
            nativeReward: NativeReward(value: 100, min: -100, max: 100), success: true,
            ended: .environmentDone,
            steps: 1, calls: 1, usage: Usage(promptTokens: 30, completionTokens: 4, costUSD: 0.1), seed: 0,
            repeat: 0,
            nodes: [node])
    }

    /// Text that compresses badly. Every fifth is long: writing it takes the kernel a while, in which it can be torn, and
    /// three of them fill a shard.
    private static func text(_ number: Int) -> String {
        var generator = SeededGenerator(seed: UInt64(number))
        let isLong = number % 5 == 2
        let words = (0..<(isLong ? 3000 : 300)).map { _ in String(generator.next(), radix: 36) }
        // Longer than the window of gzip, so repeating it does not make it smaller.
        return String(repeating: words.joined(separator: " "), count: isLong ? 9 : 1)
    }
}
