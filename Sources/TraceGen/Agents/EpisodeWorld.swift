import Trajectories

/// The host's side of `run(action)`: counts steps, keeps the reward and knows when the world says done.
///
/// The policy's code never reaches this; all it has is the text of an observation.
struct EpisodeWorld: Sendable {
    let stepLimit: Int
    private(set) var steps = 0
    private(set) var reward = 0.0
    private(set) var nativeReward = 0.0
    private(set) var done = false
    private(set) var success = false
    private(set) var time = Duration.zero

    init(stepLimit: Int) {
        self.stepLimit = stepLimit
    }

    /// Whether one more action may be played.
    var takesActions: Bool { !done && steps < stepLimit }

    /// Counts an action and what it led to.
    mutating func record(_ action: String, _ result: StepResult, took duration: Duration) -> Action {
        time += duration
        steps += 1
        let change = ((result.reward - reward) * 100).rounded() / 100
        reward = result.reward
        nativeReward = result.nativeReward
        done = result.done
        success = result.success
        return Action(action: action, observation: result.observation, reward: change)
    }
}
