import JSONLines

/// What makes two episodes the same work: the same identity has the same trajectory id.
public struct EpisodeIdentity: Codable, Sendable, Hashable {
    /// `environment/task/variation`.
    public var taskID: String
    /// The loop.
    public var agent: AgentKind
    /// The policy, with its sampling.
    public var policy: PolicyRecord
    /// Which repeat, from 0.
    public var `repeat`: Int
    /// The run's seed.
    public var seed: Int
    /// The bounds.
    public var limits: EpisodeLimits
    /// What else shapes the world, of an environment that is a program of its own: two catalogues have tasks of the same
    /// ids. `nil`, and no part of the id, for one of ours.
    public var environmentOptions: [String: JSONValue]?

    enum CodingKeys: String, CodingKey {
        case taskID = "task_id"
        case agent, policy, `repeat`, seed, limits
        case environmentOptions = "environment_options"
    }

    /// Makes an identity from its parts.
    public init(
        taskID: String, agent: AgentKind, policy: PolicyRecord, repeat: Int, seed: Int, limits: EpisodeLimits,
        environmentOptions: [String: JSONValue]? = nil
    ) {
        self.taskID = taskID
        self.agent = agent
        self.policy = policy
        self.repeat = `repeat`
        self.seed = seed
        self.limits = limits
        self.environmentOptions = environmentOptions
    }

    /// The trajectory id: the first 32 hex digits of the SHA-256 of the identity's canonical JSON.
    public func trajectoryID() throws -> String {
        String(Digest.sha256Hex(of: try CanonicalJSON.encode(self)).prefix(32))
    }
}

/// SHA-256 in the two forms the project needs.
public enum Digest {
    /// The digest as 64 lower-case hex digits.
    /// - Complexity: O(*n*) in the number of bytes.
    public static func sha256Hex(of bytes: some Sequence<UInt8>) -> String {
        Hexadecimal.text(of: SHA256Hash.digest(of: Array(bytes)))
    }

    /// The first eight bytes of the digest, big-endian.
    public static func sha256Prefix(of text: String) -> UInt64 {
        SHA256Hash.digest(of: Array(text.utf8)).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
}
