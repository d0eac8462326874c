import FoundationEssentials
import JSONLines
import Testing

@testable import Trajectories

/// What the message says between its fixed beginning and end.
private func problem(in text: String) -> String {
    let line = JSONLine(number: 12, bytes: Array(text.utf8))
    do {
        _ = try TrajectoryCodec.decode(line, in: "RUN/a.jsonl")
        return "none"
    } catch {
        let start = "RUN/a.jsonl:12: no recode.trajectory.v1 record: "
        let end = ". Check that the file was made by recode-data collect, or remove the line."
        guard error.code == .badRecord, error.message.hasPrefix(start), error.message.hasSuffix(end) else {
            return "\(error)"
        }
        return String(error.message.dropFirst(start.count).dropLast(end.count))
    }
}

/// The example's line with one piece of text replaced.
private func example(_ old: String, _ new: String) throws -> String {
    let text = String(decoding: try TrajectoryCodec.encode(exampleTrajectory()), as: UTF8.self)
    try #require(text.contains(old), "the example has no \(old)")
    return text.replacing(old, with: new, maxReplacements: 1)
}

@Suite struct CodecTests {
    @Test func aRecordHasExactlyTheseBytes() throws {
        let expected = """
            {"agent":"recode","calls":2,"ended":"step_limit","ended_detail":null,\
            "environment":{"name":"scienceworld","options":{"easy":true,"jar":null},"split":"train","task":"boil",\
            "variation":3,"version":"1.2.3"},"id":"00ff","initial_observation":"A hallway.",\
            "instruction":"Boil water.",\
            "limits":{"max_depth":10,"max_retry":5,"max_rewrite":5,"step_limit":100},\
            "native_reward":{"max":100,"min":-100,"value":25},\
            "nodes":[{"actions":[],"attempt":0,"code":"solve(instruction, observation)","depth":0,"error":null,\
            "expansion":{"attempts":[{"message":"no <execute> block","problem":"format","response":"no code"}],\
            "code":"obs = run('look around')","response":"<think>Look first.</think>","thought":"Look first.",\
            "variables":[{"name":"observation","type":"str","value":"A hallway."}]},"id":0,\
            "inputs":["instruction","observation"],"kind":"placeholder","lost_outputs":[],"outputs":[],\
            "parent":null,"printed":[],"status":"expanded"},\
            {"actions":[{"action":"look around","observation":"A hallway.","reward":0.25}],"attempt":1,\
            "code":"obs = run('look around')","depth":1,"error":null,"expansion":null,"id":1,"inputs":[],\
            "kind":"code","lost_outputs":[],"outputs":[],"parent":0,"printed":["one\\n"],"status":"completed"},\
            {"actions":[],"attempt":1,"code":"1/0","depth":1,"error":"ZeroDivisionError","expansion":null,"id":2,\
            "inputs":[],"kind":"code","lost_outputs":[],"outputs":[],"parent":0,"printed":[],"status":"failed"}],\
            "policy":{"model":"expert","name":"expert","prompt_sha256":null,"sampling":{"slip":0.1}},"repeat":0,\
            "reward":0.25,"schema":"recode.trajectory.v1","seed":7,"steps":1,"success":false,\
            "task_id":"scienceworld/boil/3",\
            "usage":{"completion_tokens":0,"cost_usd":null,"prompt_tokens":0}}
            """
        #expect(String(decoding: try TrajectoryCodec.encode(exampleTrajectory()), as: UTF8.self) == expected)
    }

    @Test(arguments: [
        "plain", "zażółć gęślą jaźń", "日本語 👩‍🚀", "tab\t newline\n return\r", "quote \" backslash \\ slash /",
        (0...0x1f).map { String(UnicodeScalar(UInt8($0))) }.joined(),
        "\u{7f}\u{85}\u{2028}\u{2029}\u{feff}\u{10ffff}",
    ])
    func anyTextSurvivesAndStaysOnOneLine(text: String) throws {
        let trajectory = exampleTrajectory(text: text)
        #expect(try roundTrip(trajectory) == trajectory)
        #expect(!(try TrajectoryCodec.encode(trajectory).contains(UInt8(ascii: "\n"))))
    }

    @Test func readingAndWritingAgainKeepsTheBytes() throws {
        let bytes = try TrajectoryCodec.encode(exampleTrajectory())
        #expect(try TrajectoryCodec.encode(roundTrip(exampleTrajectory())) == bytes)
    }

    @Test func rowsHaveTheSameKeysWhateverIsAbsent() throws {
        var full = exampleTrajectory()
        full.endedDetail = "why"
        full.usage.costUSD = 0.5
        full.policy.promptSHA256 = "ab"
        full.nodes[1].error = "late"
        func keys(_ trajectory: Trajectory) throws -> Set<String> {
            guard
                case .object(let row) = try CanonicalJSON.decode(
                    JSONValue.self, from: TrajectoryCodec.encode(trajectory))
            else { return [] }
            var keys = Set(row.keys)
            for (outer, value) in row {
                if case .object(let inner) = value { keys.formUnion(inner.keys.map { "\(outer).\($0)" }) }
                guard case .array(let nodes) = value else { continue }
                for case .object(let node) in nodes { keys.formUnion(node.keys.map { "node.\($0)" }) }
            }
            return keys
        }
        #expect(try keys(full) == keys(exampleTrajectory()))
        #expect(try keys(full).count == 20 + 6 + 4 + 4 + 3 + 3 + 14)
    }

    @Test(arguments: [
        "\"ended_detail\":null,", "\"prompt_sha256\":null,", "\"cost_usd\":null,", "\"error\":null,",
    ])
    func anAbsentOptionalKeyIsNull(key: String) throws {
        let line = JSONLine(number: 1, bytes: Array(try example(key, "").utf8))
        #expect(try TrajectoryCodec.decode(line, in: "a.jsonl") == exampleTrajectory())
    }

    @Test func keysOfOthersAreIgnored() throws {
        #expect(try problem(in: example("{\"agent\"", "{\"mine\":{\"a\":[1]},\"agent\"")) == "none")
    }

    @Test(
        arguments: [
            ("\"nodes\":", "\"knots\":", "nodes: is missing"),
            (
                "\"reward\":0.25,\"schema\"", "\"reward\":\"0.25\",\"schema\"",
                "reward: has the wrong type, expected a number"
            ),
            ("\"reward\":0.25,\"schema\"", "\"reward\":1.01,\"schema\"", "reward: is 1.01, expected 0 to 1"),
            ("\"reward\":0.25,\"schema\"", "\"reward\":-0.5,\"schema\"", "reward: is -0.5, expected 0 to 1"),
            (
                "\"reward\":0.25,\"schema\"", "\"reward\":null,\"schema\"",
                "reward: is null, expected a number"
            ),
            (
                "\"value\":25}", "\"value\":870}",
                "native_reward.value: is 870.0, expected -100.0 to 100.0, the range it declares"
            ),
            ("\"steps\":1", "\"steps\":1.5", "steps: is 1.5, expected a whole number"),
            ("\"steps\":1", "\"steps\":-1", "steps: is -1, expected 0 or more"),
            (
                "\"task_id\":\"scienceworld/boil/3\"", "\"task_id\":\"\"",
                "task_id: is empty, expected environment/task/variation"
            ),
            ("\"id\":\"00ff\"", "\"id\":\"\"", "id: is empty, expected hex digits"),
            (
                "recode.trajectory.v1", "recode.trajectory.v2",
                "schema: is \"recode.trajectory.v2\", expected \"recode.trajectory.v1\""
            ),
            ("\"schema\"", "\"scheme\"", "schema: is missing or no text, expected \"recode.trajectory.v1\""),
            (
                "\"kind\":\"placeholder\"", "\"kind\":\"plan\"",
                "nodes[0].kind: has an unknown value, expected one of placeholder, code, turn"
            ),
            (
                "\"split\":\"train\"", "\"split\":\"valid\"",
                "environment.split: has an unknown value, expected one of train, dev, test"
            ),
            ("\"nodes\":[", "\"nodes\":{\"a\":[", nil),
            ("\"id\":1,", "\"id\":2,", "nodes[1].id: is 2, expected its position 1"),
            (
                "\"parent\":0,", "\"parent\":1,",
                "nodes[1].parent: is 1, expected the node before it or one of its ancestors (pre-order)"
            ),
            (
                "\"parent\":0,", "\"parent\":null,",
                "nodes[1].parent: is null, expected the node before it or one of its ancestors (pre-order)"
            ),
            (
                "\"parent\":null,", "\"parent\":0,",
                "nodes[0].parent: is not null, and the first node is the root"
            ),
            ("\"depth\":1,", "\"depth\":2,", "nodes[1].depth: is 2, expected 1 below its parent"),
            (
                "\"usage\":", "\"tries\":[],\"usage\":",
                "tries: is empty, expected a try that was given up, or no such key"
            ),
            (
                "\"usage\":", "\"tries\":[{\"fault\":\"executor\",\"steps\":-1}],\"usage\":",
                "tries[0].steps: is -1, expected 0 to 2^40"
            ),
            (
                "\"usage\":", "\"tries\":[{\"fault\":\"policy\",\"steps\":1}],\"usage\":",
                "tries[0].fault: has an unknown value, expected one of environment_worker, environment_data, executor"
            ),
            (
                "\"usage\":", "\"tries\":[{\"fault\":\"executor\"}],\"usage\":",
                "tries[0].steps: is missing"
            ),
        ] as [(String, String, String?)])
    func aBrokenRecordNamesTheKey(old: String, new: String, expected: String?) throws {
        let found = try problem(in: example(old, new))
        if let expected {
            #expect(found == expected)
        } else {
            #expect(found.hasPrefix("this is not JSON: "))
        }
    }

    @Test func siblingsOfAnAncestorAreNoParents() throws {
        var trajectory = exampleTrajectory()
        trajectory.nodes[2].depth = 2
        trajectory.nodes[2].parent = 1
        trajectory.nodes.append(Node(id: 3, parent: 0, depth: 1, kind: .code, code: "pass"))
        #expect(try roundTrip(trajectory) == trajectory)
        trajectory.nodes.append(Node(id: 4, parent: 1, depth: 2, kind: .code, code: "pass"))
        #expect(throws: TrajectoriesError.self) { try TrajectoryCodec.encode(trajectory) }
    }

    @Test(arguments: [
        "", "nonsense", "{", "{\"a\":}", "{\"schema\":\"recode.trajectory.v1\"", "\u{1}", "{} {}",
    ])
    func aLineThatIsNoJSONSaysSo(text: String) {
        #expect(problem(in: text).hasPrefix("this is not JSON: "), "\(problem(in: text))")
    }

    @Test(arguments: ["[]", "1", "null", "\"text\"", "true"])
    func jsonThatIsNoObjectSaysSo(text: String) {
        #expect(problem(in: text) == "this is JSON but not an object {…}")
    }

    @Test func bytesThatAreNoTextSayTheLine() {
        let line = JSONLine(number: 3, bytes: [0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])
        let error = #expect(throws: TrajectoriesError.self) {
            try TrajectoryCodec.decode(line, in: "a.jsonl")
        }
        #expect(error?.message.hasPrefix("a.jsonl:3: ") == true)
    }

    @Test(arguments: [Double.nan, .infinity, -0.1, 1.1])
    func noRecordWithAnImpossibleRewardIsStored(reward: Double) {
        var trajectory = exampleTrajectory()
        trajectory.reward = reward
        let error = #expect(throws: TrajectoriesError.self) { try TrajectoryCodec.encode(trajectory) }
        #expect(error?.message == "trajectory 00ff cannot be stored: reward: is \(reward), expected 0 to 1")
    }
}
