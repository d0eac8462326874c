/// Where an episode's time went. Lives beside the record, never in it.
public struct EpisodeTiming: Sendable, Hashable {
    /// The trajectory's id.
    public var id: String
    /// From the moment a lane took the plan to the finished record, tries that failed included.
    public var total: Duration
    /// Loading the episode in the environment, scouting included.
    public var start: Duration
    /// Waiting for the environment's steps.
    public var environment: Duration
    /// Waiting for the policy.
    public var policy: Duration
    /// How often it was begun: 1 when all went well. One whose worker was lost over another episode counts here only.
    public var tries: Int

    /// Makes a timing; nothing but `total` is spent by default.
    public init(
        id: String, total: Duration, start: Duration = .zero, environment: Duration = .zero,
        policy: Duration = .zero, tries: Int = 1
    ) {
        self.id = id
        self.total = total
        self.start = start
        self.environment = environment
        self.policy = policy
        self.tries = tries
    }

    /// What is left: the executor, the agent loop and the record.
    public var elsewhere: Duration { total - start - environment - policy }
}

extension EpisodeTiming: Encodable {
    enum CodingKeys: String, CodingKey {
        case id, tries
        case total = "total_seconds"
        case start = "start_seconds"
        case environment = "environment_seconds"
        case policy = "policy_seconds"
        case elsewhere = "elsewhere_seconds"
    }

    /// Writes durations as seconds, to the microsecond.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(total.seconds, forKey: .total)
        try container.encode(start.seconds, forKey: .start)
        try container.encode(environment.seconds, forKey: .environment)
        try container.encode(policy.seconds, forKey: .policy)
        try container.encode(elsewhere.seconds, forKey: .elsewhere)
        try container.encode(tries, forKey: .tries)
    }
}

extension Duration {
    /// The length in seconds, to the microsecond.
    fileprivate var seconds: Double {
        ((self / .microseconds(1)).rounded()) / 1e6
    }
}
