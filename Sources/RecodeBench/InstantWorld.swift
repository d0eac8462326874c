import TraceGen
import Trajectories

/// A world that answers at once, with something new each time, and is done after a number of steps.
struct InstantWorld: Environment {
    let name = "instant"
    let version = "1"
    let platform: [String: String] = [:]
    let options: [String: JSONValue] = [:]
    let nativeRewardRange = 0.0...1.0
    let steps: Int

    private actor Session: EnvironmentSession {
        private let steps: Int
        private var taken = 0

        init(steps: Int) {
            self.steps = steps
        }

        func start(_ instance: TaskInstance, scouting: Scouting) -> EpisodeStart {
            taken = 0
            return EpisodeStart(instruction: "Look around.", observation: "You see thing number 0.")
        }

        func step(_ action: String) -> StepResult {
            taken += 1
            let reward = Double(taken) / Double(steps)
            return StepResult(
                observation: "You see thing number \(taken).", nativeReward: reward, reward: reward,
                done: taken == steps, success: taken == steps)
        }
    }

    func instances(tasks: [String]?, split: Split, variations: Int?) async throws -> [TaskInstance] {
        (0..<(variations ?? 1)).map {
            TaskInstance(task: "look", variation: $0, split: split, stepLimit: 2 * steps)
        }
    }

    func withSession<Result: Sendable>(
        _ body: @Sendable (any EnvironmentSession) async throws -> Result
    ) async throws -> Result {
        try await body(Session(steps: steps))
    }

    func withWorkers<Result: Sendable>(
        _ count: Int, sessions: Int, _ body: @Sendable (any Environment) async throws -> Result
    ) async throws -> Result {
        try await body(self)
    }
}
