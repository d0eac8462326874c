import Prompts
import Trajectories

/// Answers to the same prompts in trajectories of less reward, for better ones to be chosen over.
///
/// Filled in two passes: first every trajectory whose answers may be chosen is given to ``expect(_:by:)``, then every one
/// there is to ``add(_:by:)``. Kept are a key of 16 bytes for each prompt that may be chosen for, and at most two answers for
/// each of those that was answered with less reward: the worst, and the worst that differs from it. Whatever is chosen, one of
/// them is the worst answer that is another one.
///
/// The result does not depend on the order of the trajectories.
public struct SiblingAnswers: Sendable {
    /// An answer that may be rejected.
    private struct Candidate {
        var reward: Double
        /// The id of its pair; decides between equal rewards.
        var id: String
        var answer: Message

        func isWorse(than other: Candidate) -> Bool {
            (reward, id) < (other.reward, other.id)
        }
    }

    /// Rewards are differences of decimal fractions: 0.9 − 0.8 is a little less than 0.1.
    private static let rounding = 1e-9

    private let margin: Double?
    /// The highest reward with which a prompt was answered by what may be chosen.
    private var bestRewards: [PromptKey: Double] = [:]
    private var worst: [PromptKey: [Candidate]] = [:]

    /// Begins with nothing.
    /// - Parameter margin: by how much the rewards of the two trajectories differ at least, above 0; `nil` for any difference.
    public init(margin: Double? = nil) {
        self.margin = margin
    }

    /// Takes in the prompts of a trajectory's answers that may be chosen. An answer that has a failed one before it needs no
    /// sibling, and is left out.
    /// - Throws: ``DecomposeError`` as ``PairBuilder/pairs(of:rank:siblings:)``.
    public mutating func expect(_ trajectory: Trajectory, by builder: PairBuilder) throws(DecomposeError) {
        let (sheet, prompts, renderer) = try builder.sheets(of: trajectory)
        for answer in sheet.answers where answer.dropped == nil && renderer.rejected(before: answer) == nil {
            let key = prompts.key(of: answer)
            bestRewards[key] = max(bestRewards[key] ?? trajectory.reward, trajectory.reward)
        }
    }

    /// Takes in a trajectory's answers that may be rejected: all that kept the format, whatever became of them. Of an episode that
    /// an error or the budget ended the reward says nothing of the answers, and none is taken.
    /// - Throws: ``DecomposeError`` as ``PairBuilder/pairs(of:rank:siblings:)``.
    public mutating func add(_ trajectory: Trajectory, by builder: PairBuilder) throws(DecomposeError) {
        let endedByErrors: [EndReason] = [.policyError, .environmentError, .budget]
        guard !bestRewards.isEmpty, !endedByErrors.contains(trajectory.ended) else { return }
        let (sheet, prompts, renderer) = try builder.sheets(of: trajectory)
        for answer in sheet.answers where answer.dropped != .notAccepted {
            let key = prompts.key(of: answer)
            guard let best = bestRewards[key], isLess(trajectory.reward, than: best) else { continue }
            let id = Pair.derivedID(
                trajectoryID: trajectory.id, method: builder.method, index: answer.index)
            add(Candidate(reward: trajectory.reward, id: id, answer: renderer.answer(to: answer)), to: key)
        }
    }

    private mutating func add(_ candidate: Candidate, to key: PromptKey) {
        var known = worst[key, default: []] + [candidate]
        known.sort { $0.isWorse(than: $1) }
        let other = known.first { !$0.answer.hasSameBytes(as: known[0].answer) }
        worst[key] = [known[0]] + [other].compactMap(\.self)
    }

    /// The answer to reject: of those to the same prompt that say something else, that of least reward, of equal rewards that of
    /// the smallest id.
    func rejected(for key: PromptKey, insteadOf chosen: Message, reward: Double) -> Message? {
        guard let other = worst[key]?.first(where: { !$0.answer.hasSameBytes(as: chosen) }),
            isLess(other.reward, than: reward)
        else { return nil }
        return other.answer
    }

    private func isLess(_ reward: Double, than other: Double) -> Bool {
        margin.map { other - reward >= $0 - Self.rounding } ?? (reward < other)
    }
}
