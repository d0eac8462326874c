/// Stops playing repeats of an instance that has enough successes.
///
/// An episode is played if, and only if, fewer than ``count`` of the episodes before it (of the same instance, in canonical
/// order) succeeded. While some of those are still being played it waits, so what is played never depends on the number
/// of lanes.
public struct SuccessQuota: Sendable, Hashable {
    /// How many successes an instance needs, at least 1.
    public var count: Int
    /// Successes of episodes that are in already, by task id.
    public var earlier: [String: Int]

    /// Makes a quota.
    public init(count: Int, earlier: [String: Int] = [:]) {
        self.count = count
        self.earlier = earlier
    }
}

/// Plans that wait for a lane, handed out in order.
actor PlanQueue {
    private var waiting: [EpisodePlan]
    private var first = 0
    private let quota: SuccessQuota?
    /// Successes that there are or may still come of episodes being played, by task id.
    private var possible: [String: Int]
    private var idle: [AsyncStream<Void>.Continuation] = []
    private var playing = 0

    init(_ plans: [EpisodePlan], quota: SuccessQuota? = nil) {
        waiting = plans
        self.quota = quota
        possible = quota?.earlier ?? [:]
    }

    /// The next plan; `nil` when none is left to play. Waits while that depends on episodes being played.
    func next() async -> EpisodePlan? {
        guard let quota else {
            guard first < waiting.count else { return nil }
            first += 1
            return waiting[first - 1]
        }
        while true {
            let place = waiting.firstIndex { possible[$0.taskID, default: 0] < quota.count }
            if let place {
                let plan = waiting.remove(at: place)
                possible[plan.taskID, default: 0] += 1
                playing += 1
                return plan
            }
            guard playing > 0, !waiting.isEmpty, !Task.isCancelled else { return nil }
            let (signal, continuation) = AsyncStream.makeStream(of: Void.self)
            idle.append(continuation)
            for await _ in signal {}
        }
    }

    /// Notes how an episode that was handed out has ended.
    func finish(_ plan: EpisodePlan, success: Bool) {
        guard quota != nil else { return }
        playing -= 1
        if !success { possible[plan.taskID, default: 0] -= 1 }
        for continuation in idle { continuation.finish() }
        idle = []
    }
}
