import JSONLines
import Trajectories

/// An episode as the reference implementation plays and writes it: made by walking a plan, so that tree and log agree.
///
/// The log is written in the order things happen there: a statement is run, found to need an expansion, asked about, and
/// its answer's statements become its children.
package struct ReferenceEpisode {
    /// A statement and what becomes of it.
    package indirect enum Step {
        /// `run('…')` with what the environment said and the score then.
        case act(code: String, seen: [String], score: Int)
        /// A statement that acts on nothing.
        case compute(code: String)
        /// A call nobody has defined, the answer to it, and answers before that broke the format.
        case expand(
            code: String, variables: [(name: String, type: String, value: String)], thought: String,
            steps: [Step], refused: [String] = [])
        /// A statement that raises; the episode ends there.
        case fail(code: String, error: String)
        /// An action at which ScienceWorld itself breaks down; the episode ends there, and is logged as a failure.
        case crash(action: String, error: String)
    }

    package var instance: Int
    package var root: Step
    package var success = true
    package var reward: JSONValue = .int(100)
    package var task = "find-plant"
    /// How ScienceWorld's runner calls the instance.
    package var name = "4-1_17"
    package var environment = "sciworld"

    private(set) var nodes: [(id: String, value: JSONValue)] = []
    private(set) var edges: [[String]] = []
    package private(set) var log = ""
    private(set) var actions = 0
    private var ended = false

    package init(
        instance: Int, root: Step, success: Bool = true, reward: JSONValue = .int(100),
        name: String = "4-1_17", environment: String = "sciworld"
    ) {
        self.instance = instance
        self.environment = environment
        self.root = root
        self.success = success
        self.reward = reward
        self.name = name
        say("Initializing ScienceWorld environment")
        say("[Instance \(instance)] Environment reset. Starting episode.")
        say(
            "[OBSERVATIONS]\nTask Description:\nYour task is to find a plant.\nThis room is called the hallway."
        )
        walk(root, parent: nil, depth: 0)
        if environment == "webshop" {
            // What comes after the last statement is counted and logged as a step.
            actions += 1
            say("Step \(actions): [FINISH]")
            say("[FINISH] action received - terminating episode")
        }
        say("\(name)-Finished: \(success ? "SUCCESS" : "FAILURE") (\(actions) steps, 1.5000s)")
    }

    /// The record in `results.json`.
    package var record: JSONValue {
        .object([
            "cost": .double(0.0125), "max_depth": .int(2), "success": .bool(success), "step": .int(actions),
            "reward": reward, "task_type": .string(task), "instance_id": .int(instance), "time": .double(1.5),
            "tree": tree,
        ])
    }

    /// The tree alone.
    package var tree: JSONValue {
        .object([
            "version": .string("recode.plan.v1"),
            "meta": .object([
                "env_name": .string(environment), "task_type": .null,
                "created_at": .string("2025-10-01T00:00:00"),
                "max_depth": .int(10), "max_retry": .int(5), "max_rewrite": .int(5),
            ]),
            "root_id": .string("n0"),
            "nodes": .object(Dictionary(nodes.map { ($0.id, $0.value) }, uniquingKeysWith: { $1 })),
            "edges": .array(edges.map { .array($0.map { .string($0) }) }),
        ])
    }

    private mutating func say(_ message: String, level: String = "INFO") {
        log += "2025-10-01 12:00:00,\(String(1000 + log.count % 1000).dropFirst()) - \(level) - \(message)\n"
    }

    private mutating func walk(_ step: Step, parent: String?, depth: Int) {
        let id = "n\(nodes.count)"
        if let parent { edges.append([parent, id]) }
        let place = nodes.count
        nodes.append((id, .null))
        guard !ended else {
            nodes[place].value = node(step.code, "PENDING", depth)
            return
        }
        say("[Execute]\n\(step.code)")
        switch step {
        case .act(let code, let seen, let score):
            actions += 1
            say(environment == "webshop" ? "Step \(actions): \(step.action)" : "[Score] \(score)")
            say("[Exec Result]\n{'code': \"…\", 'stdout': [], 'error': '', 'success': True}")
            nodes[place].value = node(code, "COMPLETED", depth, seen: seen)
        case .compute(let code):
            say("[Exec Result]\n{'code': \"…\", 'stdout': [], 'error': '', 'success': True}")
            nodes[place].value = node(code, "COMPLETED", depth)
        case .fail(let code, let error):
            say("[Exec Result]\n{'code': \"…\", 'stdout': [], 'error': '\(error)', 'success': False}")
            nodes[place].value = node(code, "ERROR", depth, error: error)
            ended = true
        case .crash(let action, let error):
            actions += 1
            say("Error executing action '\(action)': \(error)", level: "ERROR")
            say("[Exec Result]\n{'code': \"…\", 'stdout': [], 'error': '\(error)', 'success': False}")
            nodes[place].value = node(step.code, "ERROR", depth, error: error)
            ended = true
        case .expand(let code, let variables, let thought, let steps, let refused):
            say("[Exec Result]\n{'code': \"…\", 'stdout': [], 'error': 'NeedExpansion', 'success': False}")
            ask(code, variables, refused)
            say("[LLM_OUT]\n\(Self.answer(thought, steps))")
            guard !steps.isEmpty else {
                nodes[place].value = node(code, "SKIP", depth, thought: thought)
                return
            }
            say("[NEW_BLOCKS]\n\(steps.map { "\($0.code)\n" }.joined(separator: "\n"))")
            nodes[place].value = node(code, "STUB", depth, thought: thought)
            for step in steps { walk(step, parent: id, depth: depth + 1) }
        }
    }

    private mutating func ask(
        _ code: String, _ variables: [(name: String, type: String, value: String)], _ refused: [String]
    ) {
        let prompt = Self.prompt(code, variables)
        let note =
            "\n\n[Important] Your previous expansion produced syntactically invalid code and/or included disallowed "
            + "constructs (e.g., def/async def). "
        for (index, answer) in refused.enumerated() {
            say("[LLM_IN]\n\(prompt)\(index == 0 ? "" : note)")
            say("[LLM_OUT]\n\(answer)")
            say(
                "[RE-EXPAND \(index + 1)/5] Split/validation failed due to: invalid syntax. Re-asking EXPAND..."
            )
        }
        say("[LLM_IN]\n\(prompt)\(refused.isEmpty ? "" : note)")
    }

    static func answer(_ thought: String, _ steps: [Step]) -> String {
        "<think>\n\(thought)\n</think>\n\n<execute>\n\(steps.map(\.code).joined(separator: "\n"))\n</execute>"
    }

    static func prompt(_ code: String, _ variables: [(name: String, type: String, value: String)]) -> String {
        let lines = variables.map { "- \($0.name) (\($0.type)): \($0.value)" }.joined(separator: "\n")
        return """

            You are the EXPAND step in the LLM Agent loop.
            ---
            [Input]
            The current function to expand is:
            solve(instruction, observation)
            The variables you can use is:
            - instruction (str): Your task is an example.
            - observation (str): An example's room.

            (End of Examples)
            ---

            The current function to expand is:
            \(code)
            The variables you can use is:
            \(lines.isEmpty ? "(No Variables)" : lines)

            """
    }

    private func node(
        _ code: String, _ status: String, _ depth: Int, thought: String = "", seen: [String] = [],
        error: String? = nil
    ) -> JSONValue {
        .object([
            "code": .string(code + "\n"), "thought": .string(thought), "status": .string(status),
            "depth": .int(depth),
            "observations": .array(seen.map { .string($0) }), "error": error.map { .string($0) } ?? .null,
        ])
    }
}

extension ReferenceEpisode.Step {
    var code: String {
        switch self {
        case .act(let code, _, _), .compute(let code), .expand(let code, _, _, _, _), .fail(let code, _): code
        case .crash(let action, _): "run('\(action)')"
        }
    }

    /// What stands between the quotes of `run('…')`.
    var action: Substring { code.drop { $0 != "'" }.dropFirst().prefix { $0 != "'" } }
}

extension ReferenceEpisode {
    package static let instruction = (
        name: "instruction", type: "str", value: "Your task is to find a plant."
    )
    package static let hallway = (
        name: "observation", type: "str",
        value:
            "This room is called the hallway. In it, you see:\n\ta painting\nYou also see: a door – ouverte 🚪"
    )

    /// An episode of two expansions and three actions; its values have many lines, some of them like log lines.
    package static func usual(_ instance: Int, reward: JSONValue = .int(100), value: String? = nil)
        -> ReferenceEpisode
    {
        let seen =
            value ?? """
                This room is called the greenhouse.
                - a flower pot
                2025-10-01 12:00:00,123 - INFO - something that looks like a message
                The current function to expand is:
                nothing(observation)
                - other (str): a line like a variable's
                You also see: ünïcödé
                """
        return ReferenceEpisode(
            instance: instance,
            root: .expand(
                code: "solve(instruction, observation)", variables: [instruction, hallway],
                thought: "Plants grow in the greenhouse.",
                steps: [
                    .act(
                        code: "run('teleport to greenhouse')", seen: ["You teleport to the greenhouse."],
                        score: 25),
                    .act(
                        code: "seen = run(\"look around\")",
                        seen: ["This room is called the greenhouse.", "a pot"],
                        score: 25),
                    .expand(
                        code: "plant, place = find_plant(seen, kind='tree')",
                        variables: [("seen", "str", seen), ("kind", "str", "tree")],
                        thought: "The pot holds it.",
                        steps: [
                            .compute(code: "plant, place = 'tree', 'pot'"),
                            .act(code: "run('focus on tree')", seen: ["You focus on the tree."], score: 100),
                        ], refused: ["<think>no</think><execute>def f():</execute>"]),
                ]), reward: reward)
    }
}

/// `results.json` as the reference implementation writes it.
package func resultsFile(_ records: [JSONValue]) throws -> [UInt8] {
    try CanonicalJSON.encodePretty(
        JSONValue.object([
            "by_task_type": .object([:]), "instances": .array(records),
            "summary": .object(["total_instances": .int(records.count)]),
        ]))
}
