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
    /// How many plans may still be handed out.
    private var allowed: Int

    init(_ plans: [EpisodePlan], quota: SuccessQuota? = nil, limit: Int = .max) {
        waiting = plans
        allowed = limit
        self.quota = quota
        possible = quota?.earlier ?? [:]
    }

    /// Whether plans were left that only the limit kept from being played; to be asked when all that were handed out have
    /// ended.
    var isCutShort: Bool {
        guard allowed == 0 else { return false }
        guard let quota else { return first < waiting.count }
        return waiting.contains { possible[$0.taskID, default: 0] < quota.count }
    }

    /// The next plan; `nil` when none is left to play, or the limit is reached. Waits while that depends on episodes being played.
    func next() async -> EpisodePlan? {
        guard let quota else {
            guard first < waiting.count, allowed > 0 else { return nil }
            first += 1
            allowed -= 1
            return waiting[first - 1]
        }
        while allowed > 0 {
            let place = waiting.firstIndex { possible[$0.taskID, default: 0] < quota.count }
            if let place {
                let plan = waiting.remove(at: place)
                possible[plan.taskID, default: 0] += 1
                playing += 1
                allowed -= 1
                return plan
            }
            guard playing > 0, !waiting.isEmpty, !Task.isCancelled else { return nil }
            let (signal, continuation) = AsyncStream.makeStream(of: Void.self)
            idle.append(continuation)
            for await _ in signal {}
        }
        return nil
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
