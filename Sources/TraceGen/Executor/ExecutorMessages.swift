import Trajectories

/// What the host says to the executor's worker.
enum ExecutorRequest: Sendable {
    /// The first message: the seed of random numbers, the limits, and the system-call filter (hexadecimal).
    case start(seed: UInt64, limits: ExecutorLimits, filter: String)
    case bind([(name: String, value: String)])
    case execute(String, CodeRules, block: Int?)
    case variables([String])
    /// The answer to an action: go on with this.
    case observation(String)
    /// The answer to an action: the episode is over.
    case stop
}

/// A request with the number its answers carry, so that an answer to an earlier one cannot be taken for it.
struct NumberedRequest: Encodable, Sendable {
    var id: Int
    var request: ExecutorRequest

    private enum CodingKeys: String, CodingKey {
        case id, op, seed, filter, variables, code, rules, names, observation, block
        case processorSeconds = "processor_seconds"
        case wallSeconds = "wall_seconds"
        case episodeProcessorSeconds = "episode_processor_seconds"
        case memoryBytes = "memory_bytes"
        case outputBytes = "output_bytes"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        switch request {
        case .start(let seed, let limits, let filter):
            try container.encode("start", forKey: .op)
            try container.encode(seed, forKey: .seed)
            try container.encode(filter, forKey: .filter)
            try container.encode(limits.processorTime.inSeconds, forKey: .processorSeconds)
            try container.encode(limits.wallTime.inSeconds, forKey: .wallSeconds)
            try container.encode(limits.episodeProcessorTime.inSeconds, forKey: .episodeProcessorSeconds)
            try container.encode(limits.memoryByteCount, forKey: .memoryBytes)
            try container.encode(limits.outputByteCount, forKey: .outputBytes)
        case .bind(let variables):
            try container.encode("bind", forKey: .op)
            try container.encode(variables.map { [$0.name, $0.value] }, forKey: .variables)
        case .execute(let code, let rules, let block):
            try container.encodeIfPresent(block, forKey: .block)
            try container.encode(rules, forKey: .rules)
            try container.encode("execute", forKey: .op)
            try container.encode(code, forKey: .code)
        case .variables(let names):
            try container.encode("variables", forKey: .op)
            try container.encode(names, forKey: .names)
        case .observation(let observation):
            try container.encode("observation", forKey: .op)
            try container.encode(observation, forKey: .observation)
        case .stop:
            try container.encode("stop", forKey: .op)
        }
    }
}

/// What the worker says. It shares a process with the policy's code, so none of it is to be believed: this only
/// makes sure that it is a known message. ``oversizedPart(asAnswerTo:_:)`` bounds it, and ``StatementJudge`` holds it
/// against what was asked.
enum ExecutorReply: Sendable {
    case ready(isFiltered: Bool)
    case bound
    case variables([Variable])
    case action(String)
    /// What became of a statement, and which names are no more.
    case outcome(StatementOutcome, gone: [String])
    /// The episode has used up its processor time.
    case exhausted
}

/// A reply with the number of the request it answers.
struct NumberedReply: Decodable, Sendable {
    var id: Int
    var reply: ExecutorReply

    private enum CodingKeys: String, CodingKey {
        case id, kind, filtered, variables, action, name, signature, inputs, outputs
        case printed, assigned, gone, traceback
    }

    private typealias Container = KeyedDecodingContainer<CodingKeys>

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decode(Int.self, forKey: .id)
        reply = try Self.reply(in: container)
    }

    private static func reply(in container: Container) throws -> ExecutorReply {
        switch try container.decode(String.self, forKey: .kind) {
        case "ready": return .ready(isFiltered: try container.decode(Bool.self, forKey: .filtered))
        case "bound": return .bound
        case "variables": return .variables(try container.decode([Variable].self, forKey: .variables))
        case "action": return .action(try container.decode(String.self, forKey: .action))
        case "placeholder": return .outcome(.placeholder(try placeholder(in: container)), gone: [])
        case "completed": return try outcome(.completed(result(in: container)), in: container)
        case "stopped": return try outcome(.stopped(result(in: container)), in: container)
        case "exhausted": return .exhausted
        case "raised":
            return try outcome(
                .raised(result(in: container), traceback: traceback(in: container)), in: container)
        case "limited":
            return try outcome(
                .limited(result(in: container), traceback: traceback(in: container)), in: container)
        default:
            throw DecodingError.dataCorruptedError(
                forKey: .kind, in: container, debugDescription: "an unknown kind of message")
        }
    }

    private static func outcome(
        _ outcome: StatementOutcome, in container: Container
    ) throws -> ExecutorReply {
        .outcome(outcome, gone: try container.decodeIfPresent([String].self, forKey: .gone) ?? [])
    }

    private static func traceback(in container: Container) throws -> String {
        try container.decode(String.self, forKey: .traceback)
    }

    private static func result(in container: Container) throws -> StatementResult {
        StatementResult(
            printed: try container.decode([String].self, forKey: .printed),
            assigned: try container.decode([String].self, forKey: .assigned))
    }

    private static func placeholder(in container: Container) throws -> PlaceholderCall {
        PlaceholderCall(
            name: try container.decode(String.self, forKey: .name),
            signature: try container.decode(String.self, forKey: .signature),
            inputs: try container.decode([String].self, forKey: .inputs),
            outputs: try container.decode([String].self, forKey: .outputs),
            variables: try container.decode([Variable].self, forKey: .variables))
    }
}
