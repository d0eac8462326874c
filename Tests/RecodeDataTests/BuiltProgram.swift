import FoundationEssentials
import JSONLines
import Subprocess
import TestProcesses
import Trajectories

/// The program as it was built, run as a user runs it.
struct BuiltProgram {
    struct Outcome {
        var code: Int32
        var output: String
        var errors: String
    }

    /// Runs it to its end, with more environment variables; or another program, which starts it.
    static func run(
        _ arguments: [String], at program: String = path, in directory: String? = nil,
        variables: [String: String] = [:]
    ) async throws -> Outcome {
        let added = variables.map { (Environment.Key(rawValue: $0) ?? "", Optional($1)) }
        let result = try await bounded("recode-data \(arguments)") {
            try await Subprocess.run(
                .path(.init(program)), arguments: Arguments(arguments),
                environment: .inherit.updating(Dictionary(added) { first, _ in first }),
                workingDirectory: directory.map { .init($0) },
                output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
        }
        return Outcome(
            code: code(of: result.terminationStatus), output: result.standardOutput,
            errors: result.standardError)
    }

    /// What a script prints.
    static func output(of script: String, _ arguments: [String]) async throws -> String {
        try await bounded(script) {
            try await Subprocess.run(
                .path(.init(script)), arguments: Arguments(arguments), output: .string(limit: 1 << 20),
                error: .discarded
            ).standardOutput
        }
    }

    /// Runs it and interrupts it once it has said `word` on standard error.
    static func run(
        _ arguments: [String], in directory: String, interruptingAt word: String
    ) async throws -> Outcome {
        let result = try await bounded("recode-data \(arguments)") {
            try await Subprocess.run(
                .path(.init(path)), arguments: Arguments(arguments), workingDirectory: .init(directory),
                input: .none, output: .discarded, error: .sequence
            ) { execution in
                var errors = ""
                for try await line in execution.standardError.strings() {
                    let wasSaid = errors.contains(word)
                    errors += line + "\n"
                    if !wasSaid, errors.contains(word) { try execution.send(signal: .interrupt) }
                }
                return errors
            }
        }
        return Outcome(code: code(of: result.terminationStatus), output: "", errors: result.closureResult)
    }

    private static func code(of status: TerminationStatus) -> Int32 {
        switch status {
        case .exited(let code): code
        case .signaled(let number): -number
        }
    }

    /// Beside the test program.
    static var path: String {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return own.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" } + "/recode-data"
    }
}

/// A finished run of made-up episodes: one for each reward, each with two expansions, or turns, and two actions.
/// - Parameter first: the variation of the first; runs that share none have no episode in common.
func writeRun(
    at path: String, rewards: [Double], first: Int = 0, split: Split = .train, agent: AgentKind = .recode,
    usage: Usage = Usage()
) throws {
    let start = try RunCollector.begin(
        at: path, recipe: ["made": "up"], versions: ["test": "1"], unfinished: .refuse)
    guard case .collecting(let collector) = start else { return }
    for (index, reward) in rewards.enumerated() {
        var episode = episode(variation: first + index, reward: reward, split: split)
        episode.usage = usage
        if agent != .recode { episode.flatten(to: agent) }
        episode.id = episodeID(first + index, agent)
        try collector.append(episode)
    }
    _ = try collector.seal(order: rewards.indices.map { episodeID(first + $0, agent) })
}

private func episodeID(_ variation: Int, _ agent: AgentKind = .recode) -> String {
    let place = agent == .recode ? "\(variation)" : "\(variation) by \(agent.rawValue)"
    return Digest.sha256Hex(of: "episode \(place)".utf8).prefix(32).description
}

private func episode(variation: Int, reward: Double, split: Split) -> Trajectory {
    let look = Action(action: "look around", observation: "A hallway.", reward: 0)
    let wait = Action(action: "wait", observation: "Time passes.", reward: reward)
    let nodes = [
        Node(
            id: 0, parent: nil, depth: 0, kind: .placeholder, code: "solve(instruction, observation)",
            status: .expanded,
            inputs: ["instruction", "observation"],
            expansion: answer("Look first.", "seen = run('look around')\nwait_for_it(seen)")),
        Node(
            id: 1, parent: 0, depth: 1, kind: .code, code: "seen = run('look around')", status: .completed,
            actions: [look]),
        Node(
            id: 2, parent: 0, depth: 1, kind: .placeholder, code: "wait_for_it(seen)", status: .expanded,
            inputs: ["seen"], expansion: answer("Now wait.", "run('wait')")),
        Node(
            id: 3, parent: 2, depth: 2, kind: .code, code: "run('wait')", status: .completed, actions: [wait]),
    ]
    return Trajectory(
        id: episodeID(variation), taskID: "scienceworld/boil/\(variation)",
        environment: EnvironmentRecord(
            name: "scienceworld", version: "1.2.3", task: "boil", variation: variation, split: split),
        instruction: "Boil water.", initialObservation: "A hallway.", agent: .recode,
        policy: PolicyRecord(name: "expert", model: "expert"), limits: EpisodeLimits(stepLimit: 100),
        reward: reward, nativeReward: NativeReward(value: reward * 100, min: -100, max: 100),
        success: reward == 1,
        ended: .resolved, steps: 2, calls: 2, usage: Usage(), seed: 0, repeat: 0, nodes: nodes)
}

extension Trajectory {
    /// Makes the made-up episode one of a flat agent: a turn for each action.
    fileprivate mutating func flatten(to agent: AgentKind) {
        self.agent = agent
        let actions = nodes.flatMap(\.actions)
        nodes = [
            Node(
                id: 0, parent: nil, depth: 0, kind: .placeholder, code: "solve(instruction, observation)",
                status: .pending)
        ]
        for (index, action) in actions.enumerated() {
            nodes.append(
                Node(
                    id: index + 1, parent: 0, depth: 1, kind: .turn, code: action.action, status: .completed,
                    expansion: answer("Go on.", action.action), actions: [action]))
        }
    }
}

private func answer(_ thought: String, _ code: String) -> Expansion {
    Expansion(
        variables: [], thought: thought, code: code,
        response: "<think>\(thought)</think>\n<execute>\n\(code)\n</execute>")
}

/// Begins a run and leaves it so.
func beginRun(at path: String) throws {
    _ = try RunCollector.begin(at: path, recipe: ["made": "up"], versions: ["test": "1"], unfinished: .refuse)
}
