import Trajectories

/// Draws trees of every shape an episode can leave: nested, retried, given up, cut off in the middle.
struct RandomEpisode {
    private var generator: SeededGenerator
    private var episode = EpisodeBuilder()
    private static let actions = [
        "look around", "wait1", "wait1", "open door", "say \"it's\"", "naïve\tmöve\u{A0}",
    ]

    static func drawn(seed: UInt64) -> Trajectory {
        var drawing = RandomEpisode(generator: SeededGenerator(seed: seed))
        drawing.drawPlaceholder(in: nil, attempt: 0)
        return drawing.episode.trajectory()
    }

    private init(generator: SeededGenerator) {
        self.generator = generator
    }

    private mutating func drawPlaceholder(in parent: Int?, attempt: Int) {
        let depth = parent.map { episode.nodes[$0].depth + 1 } ?? 0
        let retries =
            Int.random(in: 0...4, using: &generator) == 0 ? Int.random(in: 1...2, using: &generator) : 0
        let isGivenUp = retries > 0 && Bool.random(using: &generator)
        let attempts = (0..<retries).map {
            Attempt(response: "<think>try \($0)</think>", problem: .runtime, message: "raised")
        }
        let id = episode.placeholder(
            "step_\(depth)()", in: parent, attempt: attempt, status: isGivenUp ? .failed : .expanded,
            thought: "thought \(episode.nodes.count)", answer: "lines", attempts: attempts)
        for retry in 0..<retries {
            drawChildren(of: id, attempt: retry, depth: depth)
            episode.code("1/0", in: id, attempt: retry, status: .failed, error: "ZeroDivisionError")
        }
        if !isGivenUp { drawChildren(of: id, attempt: retries, depth: depth) }
    }

    private mutating func drawChildren(of parent: Int, attempt: Int, depth: Int) {
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            if depth < 4, Int.random(in: 0...2, using: &generator) == 0 {
                drawPlaceholder(in: parent, attempt: attempt)
            } else {
                drawCode(in: parent, attempt: attempt)
            }
        }
    }

    private mutating func drawCode(in parent: Int, attempt: Int) {
        let actions = (0..<Int.random(in: 0...4, using: &generator)).map { index in
            let action = Self.actions.randomElement(using: &generator) ?? "wait"
            return (action, "answer \(episode.nodes.count).\(index) to \(action)")
        }
        episode.code("run(…)", in: parent, attempt: attempt, actions: actions)
    }
}
