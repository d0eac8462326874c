import JSONLines
import Trajectories

/// A record with every optional value absent where it may be, and a tree of two levels.
func exampleTrajectory(id: String = "00ff", variation: Int = 3, text: String = "A hallway.") -> Trajectory {
    let nodes = [
        Node(
            id: 0, parent: nil, depth: 0, kind: .placeholder, code: "solve(instruction, observation)",
            status: .expanded, inputs: ["instruction", "observation"],
            expansion: Expansion(
                variables: [Variable(name: "observation", type: "str", value: text)], thought: "Look first.",
                code: "obs = run('look around')", response: "<think>Look first.</think>",
                attempts: [Attempt(response: "no code", problem: .format, message: "no <execute> block")])),
        Node(
            id: 1, parent: 0, depth: 1, attempt: 1, kind: .code, code: "obs = run('look around')",
            status: .completed, actions: [Action(action: "look around", observation: text, reward: 0.25)],
            printed: ["one\n"]),
        Node(
            id: 2, parent: 0, depth: 1, attempt: 1, kind: .code, code: "1/0", status: .failed,
            error: "ZeroDivisionError"),
    ]
    return Trajectory(
        id: id, taskID: "scienceworld/boil/\(variation)",
        environment: EnvironmentRecord(
            name: "scienceworld", version: "1.2.3", task: "boil", variation: variation, split: .train,
            options: ["easy": .bool(true), "jar": .null]),
        instruction: "Boil water.", initialObservation: text, agent: .recode,
        policy: PolicyRecord(name: "expert", model: "expert", sampling: ["slip": .double(0.1)]),
        limits: EpisodeLimits(stepLimit: 100), reward: 0.25,
        nativeReward: NativeReward(value: 25, min: -100, max: 100),
        success: false, ended: .stepLimit, steps: 1, calls: 2, usage: Usage(), seed: 7, repeat: 0,
        nodes: nodes)
}

/// Encodes and decodes a value.
func roundTrip(_ trajectory: Trajectory) throws -> Trajectory {
    try TrajectoryCodec.decode(JSONLine(number: 1, bytes: TrajectoryCodec.encode(trajectory)), in: "a.jsonl")
}

/// All records a reader gives.
func records(of reader: TrajectoryReader) throws -> [Trajectory] {
    var all: [Trajectory] = []
    while let trajectory = try reader.next() { all.append(trajectory) }
    return all
}
