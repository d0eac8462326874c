import Trajectories

/// Rows to export.
enum SamplePairs {
    static let awkward =
        "quotes \" ' back\\slash /slash \u{0}\u{1}\u{8}\u{9}\u{A}\u{B}\u{C}\u{D}\u{1F}\u{7F} \u{2028} naïve 中文 🌡️"

    static func trajectory(_ number: Int, reward: Double, split: Split = .train) -> Trajectory {
        let digits = String(number, radix: 16)
        return Trajectory(
            id: String(repeating: "0", count: 32 - digits.count) + digits,
            taskID: "scienceworld/boil/\(number)",
            environment: EnvironmentRecord(
                name: "scienceworld", version: "1.2.3", task: "boil", variation: number, split: split),
            instruction: "Boil.", initialObservation: "Hall.", agent: .recode,
            policy: PolicyRecord(name: "expert", model: "gold-path"), limits: EpisodeLimits(stepLimit: 100),
            reward: reward, nativeReward: NativeReward(value: reward * 100, min: -100, max: 100),
            success: reward == 1, ended: .resolved, steps: 0, calls: 1, usage: Usage(), seed: 0, repeat: 0,
            nodes: [])
    }

    static func pair(_ number: Int, node: Int = 0, reward: Double = 1, text: String = awkward) -> Pair {
        Pair(
            of: trajectory(number, reward: reward, split: number.isMultiple(of: 2) ? .train : .dev),
            method: .recode, index: node, nodeID: node, turn: node, depth: node,
            prompt: [Message(.system, "Be brief."), Message(.user, "\(number): \(text)")],
            completion: [Message(.assistant, "<think>\n\(text)\n</think>")],
            rank: number.isMultiple(of: 3) ? nil : number, style: .zeroShot)
    }

}
