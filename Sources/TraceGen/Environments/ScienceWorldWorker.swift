import Trajectories

/// One worker with its JVM, which holds any number of sessions. One task at a time may use it.
struct ScienceWorldWorker: EnvironmentWorker {
    /// The tasks there are, in the simulator's order.
    let tasks: [String]
    /// The worker's process number.
    let process: Int32

    private let connection: WorkerConnection
    private let startLimit: Duration
    private let stepLimit: Duration

    /// Hands the worker its program and waits until its JVM is up.
    /// - Throws: ``TraceGenError`` (`workerFailed`).
    init(_ connection: WorkerConnection, startLimit: Duration, stepLimit: Duration) async throws {
        self.connection = connection
        self.startLimit = startLimit
        self.stepLimit = stepLimit
        let hello: Hello = try await Self.settled("start") {
            try await connection.send(PackageResources.scienceworld_worker_py)
            try await connection.send(try CanonicalJSON.encode(Request(request: "hello")))
            return try await connection.receive(within: startLimit)
        }
        tasks = hello.tasks
        process = hello.process
    }

    /// Loads an instance in a session, which is opened where there is none of that number.
    func start(
        _ instance: TaskInstance, scouting: Scouting, in session: Int
    ) async throws -> EpisodeStart {
        let request = Request(
            request: "start", session: session, task: instance.task, variation: instance.variation,
            scouting: scouting == .goldPath)
        let answer: Start = try await answer(
            to: request, within: startLimit, doing: "load \(instance.task)/\(instance.variation)")
        return EpisodeStart(
            instruction: answer.instruction, observation: answer.observation, goldPath: answer.gold)
    }

    /// Sends one primitive action to a session.
    func step(_ action: String, in session: Int) async throws -> StepResult {
        let what = "take the action “\(action.cut(to: 120))”"
        let answer: Step
        do {
            answer = try await self.answer(
                to: Request(request: "step", session: session, action: action), within: stepLimit, doing: what
            )
        } catch let error as TraceGenError {
            throw error.asAnswerToAction(what, of: "ScienceWorld")
        }
        return StepResult(
            observation: answer.observation, nativeReward: Double(answer.score),
            reward: Double(max(0, answer.score)) / 100, done: answer.done, success: answer.success)
    }

    /// Lets go of a session's world.
    func close(_ session: Int) async throws {
        let _: Closed = try await answer(
            to: Request(request: "close", session: session), within: stepLimit, doing: "close a session")
    }

    func instances(tasks: [String]?, split: Split, variations: Int?) async throws -> [TaskInstance] {
        for task in tasks ?? [] where !self.tasks.contains(task) {
            throw TraceGenError.unknownTask(task, in: "ScienceWorld", known: self.tasks)
        }
        var instances: [TaskInstance] = []
        for task in self.tasks where tasks?.contains(task) ?? true {
            let all = try await self.variations(of: task, in: split)
            instances += all.prefix(variations ?? .max).map {
                TaskInstance(
                    task: task, variation: $0, split: split, stepLimit: ScienceWorldLimits.stepLimit(of: task)
                )
            }
        }
        return instances
    }

    /// The variations of a task that belong to a split, in order.
    func variations(of task: String, in split: Split) async throws -> [Int] {
        let answer: [String: [Int]] = try await answer(
            to: Request(request: "splits", task: task), within: startLimit,
            doing: "list the variations of \(task)")
        return answer[split.rawValue] ?? []
    }

    private func answer<Answer: Decodable>(
        to request: Request, within limit: Duration, doing what: @autoclosure () -> String
    ) async throws -> Answer {
        let line = try CanonicalJSON.encode(request)
        return try await Self.settled(what()) {
            try await connection.send(line)
            return try await connection.receive(within: limit)
        }
    }

    /// Reads an answer, and words what can go wrong on the way to it.
    private static func settled<Answer: Decodable>(
        _ what: String, _ exchange: @Sendable () async throws -> [UInt8]
    ) async throws -> Answer {
        let failed = "The ScienceWorld worker failed to \(what.cut(to: 120))."
        do {
            let line = try await exchange()
            if let refusal = try? CanonicalJSON.decode(Refusal.self, from: line) {
                throw TraceGenError(.badRequest, "ScienceWorld: \(refusal.error).")
            }
            return try CanonicalJSON.decode(Answer.self, from: line)
        } catch let failure as WorkerFailure {
            throw TraceGenError(.workerFailed, failed, cause: failure.summary)
        } catch let problem as DecodingError {
            throw TraceGenError(
                .workerFailed, failed, cause: "Its answer cannot be read: \(problem)".cut(to: 400))
        }
    }
}

// MARK: - Messages

private struct Request: Encodable, Sendable {
    var request: String
    var session: Int?
    var task: String?
    var variation: Int?
    var scouting: Bool?
    var action: String?
}

private struct Hello: Decodable {
    var tasks: [String]
    var process: Int32
}

private struct Start: Decodable {
    var instruction: String
    var observation: String
    var gold: [ScoutedAction]
}

private struct Step: Decodable {
    var observation: String
    var score: Int
    var done: Bool
    var success: Bool
}

private struct Closed: Decodable {}

private struct Refusal: Decodable {
    var error: String
}

extension String {
    /// The first `count` characters, with an ellipsis where something is missing.
    fileprivate func cut(to count: Int) -> String {
        self.count <= count ? self : self.prefix(count) + "…"
    }
}
