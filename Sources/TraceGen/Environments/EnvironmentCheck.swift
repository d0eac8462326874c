import FoundationEssentials
import Trajectories

/// Looks whether a program keeps what the environment protocol promises (docs/environments.md), by talking to two processes of
/// it: the same requests get the same answers in both, whatever was asked before or beside them.
public struct EnvironmentCheck: Sendable {
    /// Something that the protocol promises.
    public struct Finding: Encodable, Sendable, Hashable {
        /// The promise.
        public var claim: String
        /// How it is broken; `nil` where it is kept.
        public var problem: String?
    }

    /// How many instances of each task and split are played.
    private let instancesOfEach: Int
    private let environment: ServedEnvironment
    private let limits: ServedEnvironment.TimeLimits

    /// Prepares the check of an environment.
    /// - Parameters:
    ///   - environment: the program, which has said who it is.
    ///   - instancesOfEach: how many instances of each task and split are played.
    public init(
        _ environment: ServedEnvironment, limits: ServedEnvironment.TimeLimits = .init(),
        instancesOfEach: Int = 1
    ) {
        self.environment = environment
        self.limits = limits
        self.instancesOfEach = instancesOfEach
    }

    /// Checks every promise, in the order in which they build on each other; the first that breaks the line to the program is
    /// the last.
    /// - Throws: what starting the program throws. What it does wrong is found, not thrown.
    public func run() async throws -> [Finding] {
        try await environment.withTwoProcesses { one, other in
            let pair = ProcessPair(one: one, other: other, limits: limits)
            var findings: [Finding] = []
            for (claim, check) in checks {
                do {
                    try await check(pair)
                    findings.append(Finding(claim: claim, problem: nil))
                } catch let broken as Broken {
                    findings.append(Finding(claim: claim, problem: broken.words))
                } catch let failure as WorkerFailure {
                    findings.append(Finding(claim: claim, problem: failure.summary))
                    break
                }
            }
            return findings
        }
    }

    private var checks: [(claim: String, check: @Sendable (ProcessPair) async throws -> Void)] {
        [
            ("says the same of itself in every process", sameHello),
            ("lists the same instances, each in one split", instances),
            ("begins an episode the same way in every process, with texts", beginnings),
            ("takes any text for an action, and answers the same alone and beside others", steps),
            ("stays as it is once an episode is over", endings),
            ("refuses what it does not have, and goes on", refusals),
        ]
    }
}

/// A promise that is broken, in words.
private struct Broken: Error {
    var words: String

    init(_ words: String) { self.words = words }
}

/// Two processes of one program.
private struct ProcessPair: Sendable {
    let one: WorkerConnection
    let other: WorkerConnection
    let limits: ServedEnvironment.TimeLimits

    /// The answer of one process.
    func ask(
        _ connection: WorkerConnection, _ request: [String: JSONValue]
    ) async throws -> [String: JSONValue] {
        try await connection.send(try CanonicalJSON.encode(JSONValue.object(request)))
        let line = try await connection.receive(within: limits.start)
        guard case .object(let answer)? = try? CanonicalJSON.decode(JSONValue.self, from: line) else {
            throw Broken("\(Self.words(request)): the answer is no JSON object: \(Self.cut(line))")
        }
        return answer
    }

    /// The answer of both, which is the same and no refusal.
    func agree(_ request: [String: JSONValue]) async throws -> [String: JSONValue] {
        let answer = try await accepted(one, request)
        let again = try await accepted(other, request)
        guard let difference = JSONDifference(.object(answer), .object(again), at: "") else { return answer }
        throw Broken(
            "\(Self.words(request)): two processes differ at \(difference.keyPath.dropFirst()): \(difference.first) and "
                + "\(difference.second)")
    }

    /// The answer of a process, which is no refusal.
    func accepted(
        _ connection: WorkerConnection, _ request: [String: JSONValue]
    ) async throws -> [String: JSONValue] {
        let answer = try await ask(connection, request)
        if case .string(let words)? = answer["error"] {
            throw Broken("\(Self.words(request)): is refused: \(words.prefix(300))")
        }
        return answer
    }

    static func words(_ request: [String: JSONValue]) -> String {
        cut((try? CanonicalJSON.encode(JSONValue.object(request))) ?? [])
    }

    private static func cut(_ bytes: [UInt8]) -> String {
        String(decoding: bytes.prefix(200), as: UTF8.self) + (bytes.count > 200 ? "…" : "")
    }
}

// MARK: - Promises

extension EnvironmentCheck {
    /// Actions that no environment has, and some have.
    private static let actions = [
        "look", "look around", "xyzzy nothing", "", " ", "wait", "search[red]", "go to desk 1",
        "ünïcödé 中文 🌡️",
        "a\"b\\c\nd", String(repeating: "long ", count: 2000),
    ]

    private func sameHello(_ pair: ProcessPair) async throws {
        let hello = try await pair.agree(["request": .string("hello")])
        guard try await pair.agree(["request": .string("hello")]) == hello else {
            throw Broken("hello: the second answer differs from the first")
        }
    }

    private func instances(_ pair: ProcessPair) async throws {
        var count = 0
        for task in environment.tasks {
            var seen: [Int: Split] = [:]
            for split in environment.splits {
                for variation in try await variations(of: task, in: split, pair) {
                    if let earlier = seen.updateValue(split, forKey: variation) {
                        throw Broken(
                            "\(task)/\(variation) lies in \(earlier.rawValue) and in \(split.rawValue)")
                    }
                    count += 1
                }
            }
        }
        if count == 0 { throw Broken("no task has an instance in any split") }
    }

    private func variations(of task: String, in split: Split, _ pair: ProcessPair) async throws -> [Int] {
        let request: [String: JSONValue] = [
            "request": .string("instances"), "task": .string(task), "split": .string(split.rawValue),
        ]
        guard case .array(let values)? = try await pair.agree(request)["variations"] else {
            throw Broken("\(ProcessPair.words(request)): variations is missing or no list")
        }
        let numbers = values.compactMap { if case .int(let number) = $0, number >= 0 { number } else { nil } }
        guard numbers.count == values.count, zip(numbers, numbers.dropFirst()).allSatisfy(<) else {
            throw Broken("\(ProcessPair.words(request)): variations are not ascending whole numbers from 0")
        }
        return numbers
    }

    /// A few instances of each task and split.
    private func sample(_ pair: ProcessPair) async throws -> [(task: String, variation: Int)] {
        var sample: [(String, Int)] = []
        for task in environment.tasks {
            for split in environment.splits {
                sample += try await variations(of: task, in: split, pair).prefix(instancesOfEach).map {
                    (task, $0)
                }
            }
        }
        return sample
    }

    private func reset(_ task: String, _ variation: Int, in session: Int) -> [String: JSONValue] {
        [
            "request": .string("reset"), "task": .string(task), "variation": .int(variation),
            "session": .int(session),
        ]
    }

    private func step(_ action: String, in session: Int) -> [String: JSONValue] {
        ["request": .string("step"), "action": .string(action), "session": .int(session)]
    }

    private func beginnings(_ pair: ProcessPair) async throws {
        for (task, variation) in try await sample(pair) {
            let request = reset(task, variation, in: 1)
            let start = try await pair.agree(request)
            for key in ["instruction", "observation"] {
                guard case .string(let text)? = start[key], !text.isEmpty else {
                    throw Broken("\(ProcessPair.words(request)): \(key) is missing, empty, or no text")
                }
            }
            guard try await pair.accepted(pair.one, request) == start else {
                throw Broken("\(ProcessPair.words(request)): the second beginning differs from the first")
            }
        }
    }

    private func steps(_ pair: ProcessPair) async throws {
        let sample = try await sample(pair)
        for (index, instance) in sample.enumerated() {
            _ = try await pair.agree(reset(instance.task, instance.variation, in: 1))
            // In one of the processes another episode is played beside it.
            let neighbour = sample[(index + 1) % sample.count]
            _ = try await pair.accepted(pair.other, reset(neighbour.task, neighbour.variation, in: 2))
            for action in Self.actions {
                try checkStep(try await pair.agree(step(action, in: 1)), of: action)
                _ = try await pair.accepted(pair.other, step(action, in: 2))
            }
            _ = try await pair.accepted(pair.other, ["request": .string("close"), "session": .int(2)])
        }
    }

    private func checkStep(_ answer: [String: JSONValue], of action: String) throws {
        func number(_ key: String) throws -> Double {
            switch answer[key] {
            case .int(let number): return Double(number)
            case .double(let number): return number
            default: throw Broken("the step “\(action.prefix(40))”: \(key) is missing or no number")
            }
        }
        guard case .string = answer["observation"], case .bool = answer["done"],
            case .bool = answer["success"]
        else {
            throw Broken(
                "the step “\(action.prefix(40))”: observation is no text, or done or success no truth value")
        }
        let (reward, native) = (try number("reward"), try number("native_reward"))
        guard (0...1).contains(reward) else { throw Broken("a reward is \(reward), expected 0 to 1") }
        guard environment.nativeRewardRange.contains(native) else {
            throw Broken("a native_reward is \(native), and hello says \(environment.nativeRewardRange)")
        }
    }

    /// Plays the gold path where there is one, and goes on after the end.
    private func endings(_ pair: ProcessPair) async throws {
        for (task, variation) in try await sample(pair) {
            var request = reset(task, variation, in: 1)
            request["scouting"] = .bool(true)
            guard case .array(let gold)? = try await pair.agree(request)["gold"] else { continue }
            for case .object(let scouted) in gold {
                guard case .string(let action)? = scouted["action"] else {
                    throw Broken("\(ProcessPair.words(request)): gold has an entry without an action")
                }
                let answer = try await pair.accepted(pair.one, step(action, in: 1))
                for key in ["observation", "reward", "done"] where answer[key] != scouted[key] {
                    throw Broken(
                        "\(task)/\(variation): “\(action)” gives another \(key) than the gold path says")
                }
                guard answer["done"] == .bool(true) else { continue }
                guard try await pair.accepted(pair.one, step("look", in: 1)) == answer else {
                    throw Broken(
                        "\(task)/\(variation): a step after the end gives another answer than the last")
                }
            }
        }
    }

    private func refusals(_ pair: ProcessPair) async throws {
        let task = JSONValue.string(environment.tasks[0])
        let wrong: [[String: JSONValue]] = [
            ["request": .string("dance")],
            [
                "request": .string("reset"), "session": .int(1), "task": .string("no such task"),
                "variation": .int(0),
            ],
            ["request": .string("reset"), "session": .int(1), "task": task, "variation": .int(-1)],
            ["request": .string("reset"), "session": .int(1), "task": task, "variation": .string("0")],
            ["request": .string("instances"), "task": task, "split": .string("no such split")],
            ["request": .string("step"), "session": .int(987_654), "action": .string("look")],
            ["request": .string("step"), "session": .int(1), "action": .int(7)],
            ["session": .int(1)],
        ]
        for request in wrong {
            guard case .string(let words)? = try await pair.ask(pair.one, request)["error"], !words.isEmpty
            else {
                throw Broken("\(ProcessPair.words(request)): is not refused with an error")
            }
        }
        guard try await pair.ask(pair.one, ["request": .string("hello")])["error"] == nil else {
            throw Broken("hello is refused after requests that were")
        }
    }
}

extension ServedEnvironment {
    /// Starts two processes for the time of `body`.
    fileprivate func withTwoProcesses<Result: Sendable>(
        _ body: @Sendable (WorkerConnection, WorkerConnection) async throws -> Result
    ) async throws -> Result {
        try await launch.withWorker { one in
            try await launch.withWorker { other in try await body(one, other) }
        }
    }
}
