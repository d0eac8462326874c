import Trajectories

/// What a program that speaks the environment protocol says of itself (docs/environments.md).
struct EnvironmentHello: Decodable, Sendable, Hashable {
    /// The protocol that is spoken here.
    static let protocolName = "recode.environment.v1"

    /// The native reward's lowest and highest value.
    struct Range: Decodable, Sendable, Hashable {
        var min: Double
        var max: Double
    }

    var `protocol`: String
    var name: String
    var version: String
    var platform: [String: String]
    var options: [String: JSONValue]
    var splits: [String]
    var tasks: [String]
    var actions: String
    var nativeReward: Range
    /// Primitive actions an episode may send, where an instance says nothing else.
    var stepLimit: Int
    /// How many sessions may be open at a time; `nil` for any number.
    var sessions: Int?

    enum CodingKeys: String, CodingKey {
        case `protocol`, name, version, platform, options, splits, tasks, actions, sessions
        case nativeReward = "native_reward"
        case stepLimit = "step_limit"
    }

    /// The longest name of a task, in bytes.
    private static let longestTask = 800

    /// What is wrong with it, by key; `nil` where it can be used.
    var problem: String? {
        // Looked at first, in bytes: comparing texts of many accents takes n² steps, and a character may have megabytes.
        guard tasks.allSatisfy({ $0.utf8.count <= Self.longestTask }) else {
            return "tasks has a name of more than \(Self.longestTask) bytes"
        }
        guard name.utf8.count <= 60 else { return "name has more than 60 bytes" }
        guard version.utf8.count <= Self.longestTask else {
            return "version has more than \(Self.longestTask) bytes"
        }
        guard splits.allSatisfy({ $0.utf8.count <= 60 }) else {
            return "splits holds others than train, dev and test"
        }
        guard EndlessAccents.key(in: .object(options)) == nil else {
            return "options \(EndlessAccents.words)"
        }
        guard platform.allSatisfy({ !$0.value.holdsEndlessAccents }) else {
            return "platform \(EndlessAccents.words)"
        }
        let letters = Set("abcdefghijklmnopqrstuvwxyz0123456789_-")
        let known = Set(Split.allCases.map(\.rawValue))
        let checks: [(Bool, String)] = [
            (
                `protocol`.isIdentical(to: Self.protocolName),
                "protocol is \(`protocol`.prefix(60)), expected \(Self.protocolName)"
            ),
            (
                !name.isEmpty && name.count <= 60 && name.allSatisfy(letters.contains),
                "name is \(name.prefix(80)), expected small letters, digits, '-' and '_'"
            ),
            (!version.isEmpty, "version is empty"),
            (
                !splits.isEmpty && known.isSuperset(of: splits),
                "splits holds others than train, dev and test, or none"
            ),
            (!tasks.isEmpty, "tasks is empty"),
            (Set(tasks).count == tasks.count, "tasks names one twice"),
            (
                tasks.allSatisfy { !$0.isEmpty && !$0.contains("/") && !$0.contains(",") && $0.count <= 200 },
                "tasks has a name that is empty, or has '/' or ','"
            ),
            (nativeReward.min < nativeReward.max, "native_reward.min is not below native_reward.max"),
            (stepLimit >= 1, "step_limit is \(stepLimit), expected 1 or more"),
            (sessions.map { $0 >= 1 } ?? true, "sessions is \(sessions ?? 0), expected 1 or more, or null"),
        ]
        return checks.first { !$0.0 }?.1
    }
}

extension EnvironmentHello {
    /// Makes sure that there are such tasks, and such a split.
    func require(tasks: [String]?, split: Split) throws {
        for task in tasks ?? [] where !self.tasks.contains(task) {
            throw TraceGenError.unknownTask(task, in: name, known: self.tasks)
        }
        guard splits.contains(split.rawValue) else {
            throw TraceGenError(
                .badRequest,
                "\(name) has no split \(split.rawValue). It has: \(splits.joined(separator: ", ")).")
        }
    }
}

/// One process of a program that speaks the environment protocol, which holds any number of sessions.
struct ServedWorker: EnvironmentWorker {
    /// What it says of itself.
    let hello: EnvironmentHello

    private let connection: WorkerConnection
    private let limits: ServedEnvironment.TimeLimits

    /// Asks a program that was started who it is.
    /// - Parameter expected: what it said before; `nil` where it was not asked yet.
    /// - Throws: ``TraceGenError``: `workerFailed` for one that speaks no such protocol, or is another one now; `badData` and
    ///   `missingProgram` as it says.
    init(
        _ connection: WorkerConnection, _ limits: ServedEnvironment.TimeLimits,
        expecting expected: EnvironmentHello?
    ) async throws {
        self.connection = connection
        self.limits = limits
        let title = expected?.name ?? "environment"
        let exchange = ServedExchange(connection: connection, title: title)
        let hello: EnvironmentHello = try await exchange.answer(
            to: ServedRequest(request: "hello"), within: limits.hello, doing: "start")
        if let problem = hello.problem {
            throw exchange.nonsense("say what it is: \(problem)")
        }
        if let expected, hello != expected {
            throw exchange.nonsense("start as before: what it says of itself has changed")
        }
        self.hello = hello
    }

    func start(
        _ instance: TaskInstance, scouting: Scouting, in session: Int
    ) async throws -> EpisodeStart {
        let request = ServedRequest(
            request: "reset", session: session, task: instance.task, variation: instance.variation,
            scouting: scouting == .goldPath)
        let what = "load \(instance.task)/\(instance.variation)"
        let answer: Start = try await exchange.answer(to: request, within: limits.start, doing: what)
        for action in answer.gold ?? [] where !(0...1).contains(action.reward) {
            throw exchange.nonsense("\(what): gold has a reward of \(action.reward), expected 0 to 1")
        }
        var options = answer.options ?? [:]
        if let actions = answer.actions { options["actions"] = .string(actions) }
        guard EndlessAccents.key(in: .object(options)) == nil else {
            throw exchange.nonsense("\(what): options \(EndlessAccents.words)")
        }
        return EpisodeStart(
            instruction: answer.instruction, observation: answer.observation, goldPath: answer.gold ?? [],
            options: options)
    }

    func step(_ action: String, in session: Int) async throws -> StepResult {
        let request = ServedRequest(request: "step", session: session, action: action)
        let what = "take the action “\(action.prefix(120))”"
        let answer: Step
        do {
            answer = try await exchange.answer(to: request, within: limits.step, doing: what)
        } catch let error as TraceGenError {
            throw error.asAnswerToAction(what, of: hello.name)
        }
        guard (0...1).contains(answer.reward) else {
            throw exchange.nonsense("\(what): reward is \(answer.reward), expected 0 to 1")
        }
        guard (hello.nativeReward.min...hello.nativeReward.max).contains(answer.nativeReward) else {
            throw exchange.nonsense(
                "\(what): native_reward is \(answer.nativeReward), and it said \(hello.nativeReward.min) to "
                    + "\(hello.nativeReward.max)")
        }
        return StepResult(
            observation: answer.observation, nativeReward: answer.nativeReward, reward: answer.reward,
            done: answer.done, success: answer.success)
    }

    func close(_ session: Int) async throws {
        let _: Closed = try await exchange.answer(
            to: ServedRequest(request: "close", session: session), within: limits.step,
            doing: "close a session")
    }

    func instances(tasks: [String]?, split: Split, variations: Int?) async throws -> [TaskInstance] {
        try hello.require(tasks: tasks, split: split)
        var instances: [TaskInstance] = []
        for task in hello.tasks where tasks?.contains(task) ?? true {
            let all = try await self.variations(of: task, in: split)
            instances += all.prefix(variations ?? .max).map {
                TaskInstance(task: task, variation: $0, split: split, stepLimit: hello.stepLimit)
            }
        }
        return instances
    }

    /// The variations of a task in a split, ascending.
    func variations(of task: String, in split: Split) async throws -> [Int] {
        let what = "list the variations of \(task)"
        let answer: Instances = try await exchange.answer(
            to: ServedRequest(request: "instances", task: task, split: split.rawValue), within: limits.start,
            doing: what)
        guard zip(answer.variations, answer.variations.dropFirst()).allSatisfy(<),
            answer.variations.first ?? 0 >= 0
        else { throw exchange.nonsense("\(what): they are not ascending numbers from 0") }
        return answer.variations
    }

    private var exchange: ServedExchange { ServedExchange(connection: connection, title: hello.name) }
}

// MARK: - Messages

/// A request of the environment protocol; keys that it has no use for are left out.
struct ServedRequest: Encodable, Sendable {
    var request: String
    var session: Int?
    var task: String?
    var split: String?
    var variation: Int?
    var scouting: Bool?
    var action: String?
}

private struct Start: Decodable {
    var instruction: String
    var observation: String
    var actions: String?
    var options: [String: JSONValue]?
    var gold: [ScoutedAction]?
}

private struct Step: Decodable {
    var observation: String
    var reward: Double
    var nativeReward: Double
    var done: Bool
    var success: Bool

    enum CodingKeys: String, CodingKey {
        case observation, reward, done, success
        case nativeReward = "native_reward"
    }
}

private struct Instances: Decodable {
    var variations: [Int]
}

private struct Closed: Decodable {}
