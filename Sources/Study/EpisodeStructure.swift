import Trajectories

/// What became of the structure of one episode: outputs that were lost, answers that did not stand, how it ended.
public struct EpisodeStructure: Sendable, Hashable {
    /// What became of the outputs that placeholders declare.
    public struct Outputs: Sendable, Hashable {
        /// Placeholders that declare outputs and whose expansion ran to its end.
        public var declaring: Int
        /// Those of them that lost one.
        public var losing: Int
        /// Names that were lost, over all of them.
        public var lost: Int

        /// Makes counts from their parts.
        public init(declaring: Int = 0, losing: Int = 0, lost: Int = 0) {
            self.declaring = declaring
            self.losing = losing
            self.lost = lost
        }
    }

    /// `nil` where nobody looked: flat episodes have no placeholders, and imported ones do not say.
    public var outputs: Outputs?
    /// Answers that did not stand, by the place of their problem in `AttemptProblem.allCases`.
    private var attemptCounts: [Int]
    /// Placeholders and turns with such an answer whose last answer stood.
    public var repaired: Int
    /// Placeholders and turns with such an answer and none that stood.
    public var unrepaired: Int

    /// Makes counts from their parts.
    public init(
        outputs: Outputs? = nil, attempts: [AttemptProblem: Int] = [:], repaired: Int = 0, unrepaired: Int = 0
    ) {
        self.outputs = outputs
        attemptCounts = AttemptProblem.allCases.map { attempts[$0] ?? 0 }
        self.repaired = repaired
        self.unrepaired = unrepaired
    }

    /// Measures a trajectory; what happened in attempts that were given up is in it, for it did happen.
    ///
    /// - Parameter recordsLosses: whether who wrote it looked for lost outputs.
    /// - Complexity: O(*n*) in the number of nodes.
    public init(of trajectory: Trajectory, recordsLosses: Bool = true) {
        self.init()
        if trajectory.agent == .recode, recordsLosses { outputs = Self.outputs(of: trajectory) }
        for node in trajectory.nodes {
            guard let attempts = node.expansion?.attempts, !attempts.isEmpty else { continue }
            for (place, problem) in AttemptProblem.allCases.enumerated() {
                attemptCounts[place] += attempts.count { $0.problem == problem }
            }
            if node.hasAnswerThatStood { repaired += 1 } else { unrepaired += 1 }
        }
    }

    /// How many answers did not stand for one reason.
    public func attempts(_ problem: AttemptProblem) -> Int {
        AttemptProblem.allCases.firstIndex(of: problem).map { attemptCounts[$0] } ?? 0
    }

    private static func outputs(of trajectory: Trajectory) -> Outputs {
        let unfinished = unfinishedNodes(of: trajectory)
        var outputs = Outputs()
        for node in trajectory.nodes
        where node.isExpanded && !node.outputs.isEmpty && !unfinished.contains(node.id) {
            outputs.declaring += 1
            outputs.losing += node.lostOutputs.isEmpty ? 0 : 1
            outputs.lost += node.lostOutputs.count
        }
        return outputs
    }

    /// The node an episode stopped at and those above it, which were never left: nobody knows what they would have lost.
    /// None of a tree that was resolved.
    private static func unfinishedNodes(of trajectory: Trajectory) -> Set<Int> {
        guard trajectory.ended != .resolved else { return [] }
        var unfinished: Set<Int> = []
        var next = trajectory.nodes.last { $0.status != .pending && $0.status != .skipped }
        while let node = next {
            unfinished.insert(node.id)
            next = node.parent.map { trajectory.nodes[$0] }
        }
        return unfinished
    }
}

extension Node {
    /// Whether the last answer of a placeholder or a turn stood.
    fileprivate var hasAnswerThatStood: Bool {
        kind == .turn ? expansion?.response.isEmpty == false : isExpanded
    }
}
