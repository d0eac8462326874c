import Trajectories

/// An episode that is to be played: everything its record depends on.
public struct EpisodePlan: Sendable, Hashable {
    /// The id its trajectory will have.
    public var id: String
    /// `environment/task/variation`.
    public var taskID: String
    /// The work.
    public var instance: TaskInstance
    /// Which repeat of the same work, from 0.
    public var `repeat`: Int
    /// The loop.
    public var agent: AgentKind
    /// The bounds.
    public var limits: EpisodeLimits
    /// The run's seed; see ``seed(for:)`` for the episode's own.
    public var runSeed: Int

    /// Plans every episode of a collection, in canonical order: task (as the environment orders them), variation,
    /// repeat.
    ///
    /// - Parameters:
    ///   - instances: the work, in the environment's own order.
    ///   - environment: the environment's name.
    ///   - environmentOptions: see ``EpisodeIdentity/environmentOptions``.
    ///   - agent: the loop.
    ///   - policy: the policy as it is recorded.
    ///   - repeats: how often each instance is played.
    ///   - limit: at most so many plans, the first ones; `nil` for all.
    ///   - seed: the run's seed.
    ///   - limits: makes an episode's bounds from its instance's step limit; the paper's by default.
    /// - Returns: one plan an episode; their ids differ.
    /// - Throws: `EncodingError` for a policy whose sampling holds a number JSON does not have; ``TraceGenError``
    ///   (`badRequest`) for more than ``mostPlans``.
    public static func all(
        of instances: [TaskInstance], environment: String,
        environmentOptions: [String: JSONValue]? = nil, agent: AgentKind, policy: PolicyRecord,
        repeats: Int = 1, limit: Int? = nil, seed: Int,
        limits: (_ stepLimit: Int) -> EpisodeLimits = { EpisodeLimits(stepLimit: $0) }
    ) throws -> [EpisodePlan] {
        let count = try planCount(instances: instances.count, repeats: repeats, limit: limit)
        return try (0..<count).map { index in
            let (position, number) = index.quotientAndRemainder(dividingBy: repeats)
            let instance = instances[position]
            let taskID = "\(environment)/\(instance.task)/\(instance.variation)"
            let limits = limits(instance.stepLimit)
            let identity = EpisodeIdentity(
                taskID: taskID, agent: agent, policy: policy, repeat: number, seed: seed, limits: limits,
                environmentOptions: environmentOptions)
            return EpisodePlan(
                id: try identity.trajectoryID(), taskID: taskID, instance: instance, repeat: number,
                agent: agent, limits: limits, runSeed: seed)
        }
    }

    /// More episodes than any machine plays in a year; a plan of each is held in memory.
    public static let mostPlans = 10_000_000

    private static func planCount(instances: Int, repeats: Int, limit: Int?) throws -> Int {
        let (product, isTooMany) = instances.multipliedReportingOverflow(by: repeats)
        let count = min(isTooMany ? .max : product, limit ?? .max)
        guard count <= mostPlans else {
            throw TraceGenError(
                .badRequest,
                "\(instances) instances, each played \(repeats) times, are more than the \(mostPlans) episodes one run may "
                    + "have. Ask for fewer repeats, tasks or variations, or set a limit.")
        }
        return count
    }

    /// The seed of one of the episode's own streams of random numbers.
    ///
    /// - Parameter purpose: what the numbers are for.
    /// - Returns: a seed that no other purpose, task or repeat shares.
    public func seed(for purpose: SeedPurpose) -> UInt64 {
        EpisodeSeed.derive(run: runSeed, taskID: taskID, repeat: `repeat`, purpose: purpose.rawValue)
    }
}

/// What an episode draws random numbers for.
public enum SeedPurpose: String, Sendable, Hashable {
    /// `random` inside the policy's code.
    case namespace
    /// The policy's own draws.
    case policy
}
