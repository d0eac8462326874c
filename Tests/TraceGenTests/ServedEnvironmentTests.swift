import FoundationEssentials
import TemporaryFiles
import Testing
import Trajectories

@testable import TraceGen

/// Environments that are programs of their own: what they say is checked before it is believed.
@Suite struct ServedEnvironmentTests {
    private static let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    private static let python = "\(root)/.venv/bin/python"
    private static let keyAndDoor = [python, "-I", "-B", "\(root)/environments/examples/key_and_door.py"]
    private static let webShop = [
        python, "-I", "-B", "\(root)/environments/webshop.py", "--synthetic", "200", "--seed", "3",
    ]

    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    /// A program that answers the n-th request, and those after it, with `answers`, the last one again and again.
    private func program(_ answers: [String], around: String = "print(answer, flush=True)") throws -> [String]
    {
        let source = """
            import sys, time
            answers = \(String(decoding: try CanonicalJSON.encode(answers), as: UTF8.self))
            for number, line in enumerate(sys.stdin):
                answer = answers[min(number, len(answers) - 1)]
                \(around)
            """
        let path = try directory.write(Array(source.utf8), to: "world.py")
        return [Self.python, "-I", "-B", path]
    }

    private static let hello = #"""
        {"protocol": "recode.environment.v1", "name": "tiny", "version": "1", "platform": {}, "options": {"size": 2}, \#
        "splits": ["train"], "tasks": ["a"], "actions": "look", "native_reward": {"min": 0, "max": 10}, "step_limit": 5, \#
        "sessions": null}
        """#
    private static let start = #"{"instruction": "Do it.", "observation": "Here.", "options": {"n": 1}}"#

    private func failure(_ body: () async throws -> Void) async -> TraceGenError? {
        do {
            try await body()
            return nil
        } catch {
            return error as? TraceGenError
        }
    }

    @Test(arguments: [keyAndDoor, webShop]) func oursKeepWhatTheProtocolPromises(command: [String])
        async throws
    {
        let findings = try await EnvironmentCheck(ServedEnvironment(command: command)).run()
        #expect(findings.count == 6)
        for finding in findings { #expect(finding.problem == nil, "\(finding.claim)") }
    }

    @Test func theDocumentedEnvironmentIsTheOneThatIsTested() throws {
        let example = try String(
            contentsOfFile: "\(Self.root)/environments/examples/key_and_door.py", encoding: .utf8)
        let page = try String(contentsOfFile: "\(Self.root)/docs/environments.md", encoding: .utf8)
        #expect(page.contains(example) && example.split(separator: "\n").count < 100)
    }

    @Test func itsInstancesAndEpisodesAreWhatItSays() async throws {
        let world = try await ServedEnvironment(command: Self.keyAndDoor)
        #expect(world.name == "key-and-door" && world.nativeRewardRange == 0...1)
        let instances = try await world.instances(tasks: ["short"], split: .dev, variations: 2)
        #expect(
            instances
                == [100, 101].map { TaskInstance(task: "short", variation: $0, split: .dev, stepLimit: 40) })
        let last = try await world.withSession { session in
            let start = try await session.start(instances[0], scouting: .none)
            #expect(start.instruction == "Open the door of the last room.")
            var result = try await session.step("xyzzy")
            #expect(result.observation == "Nothing happens." && !result.done)
            for action in Array(repeating: "go left", count: 3) + ["take key"]
                + Array(repeating: ["go right", "take key"], count: 3).flatMap(\.self) + ["open door"]
            {
                result = try await session.step(action)
            }
            return result
        }
        #expect(last.done && last.success && last.reward == 1)
    }

    /// Many sessions in one process, each as if it were alone.
    @Test func sessionsBesideEachOtherKeepApart() async throws {
        let world = try await ServedEnvironment(command: Self.webShop)
        let instances = try await world.instances(tasks: nil, split: .train, variations: 4)
        #expect(instances.count >= 10)
        @Sendable func play(_ instance: TaskInstance, in world: any Environment) async throws -> [String] {
            try await world.withSession { session in
                let start = try await session.start(instance, scouting: .none)
                var seen = [start.instruction, start.observation]
                for action in ["search[\(start.instruction.prefix(30))]", "click[next >]", "click[buy now]"] {
                    seen.append(try await session.step(action).observation)
                }
                return seen
            }
        }
        let alone = try await world.withWorkers(1, sessions: 1) { world in
            var all: [[String]] = []
            for instance in instances { all.append(try await play(instance, in: world)) }
            return all
        }
        let together = try await world.withWorkers(2, sessions: instances.count) { world in
            try await withThrowingTaskGroup(of: (Int, [String]).self) { group in
                for (index, instance) in instances.enumerated() {
                    group.addTask { (index, try await play(instance, in: world)) }
                }
                return try await group.reduce(into: [Int: [String]]()) { $0[$1.0] = $1.1 }
            }
        }
        #expect(instances.indices.map { together[$0] } == alone)
    }

    @Test(arguments: [
        ("not JSON", "Its answer cannot be read: "),
        (#"{"protocol": "recode.environment.v9"}"#, "Its answer cannot be read: "),
        (
            hello.replacing("environment.v1", with: "environment.v9"),
            "protocol is recode.environment.v9, expected "
        ),
        (hello.replacing("tiny", with: "../tiny"), "name is ../tiny, expected small letters"),
        (
            hello.replacing(#"["train"]"#, with: #"["training"]"#),
            "splits holds others than train, dev and test"
        ),
        (hello.replacing(#"["a"]"#, with: #"["a", "a"]"#), "tasks names one twice"),
        (
            hello.replacing(#""max": 10"#, with: #""max": 0"#),
            "native_reward.min is not below native_reward.max"
        ),
        (
            hello.replacing(#""step_limit": 5"#, with: #""step_limit": 0"#),
            "step_limit is 0, expected 1 or more"
        ),
    ])
    func whatSpeaksAnotherProtocolIsRefused(answer: String, problem: String) async throws {
        let command = try program([answer])
        let failed = await failure { _ = try await ServedEnvironment(command: command) }
        #expect(failed?.code == .workerFailed)
        #expect(failed?.description.contains(problem) == true, "\(failed?.description ?? "")")
    }

    @Test(arguments: [
        (#"{"error": "games/1: torn", "code": "bad_data"}"#, TraceGenError.Code.badData, "games/1: torn"),
        (#"{"error": "no planner", "code": "missing_program"}"#, .missingProgram, "no planner"),
        (#"{"error": "what?"}"#, .badRequest, "what?"),
    ])
    func whatItRefusesItselfIsPassedOn(answer: String, code: TraceGenError.Code, words: String) async throws {
        let command = try program([answer])
        let failed = await failure { _ = try await ServedEnvironment(command: command) }
        #expect(failed?.code == code && failed?.description.contains(words) == true)
    }

    @Test(arguments: [
        (
            #"{"observation": "x", "reward": 2, "native_reward": 1, "done": false, "success": false}"#,
            "reward is 2.0"
        ),
        (
            #"{"observation": "x", "reward": 1, "native_reward": 11, "done": false, "success": false}"#,
            "native_reward is 11.0, and it said 0.0 to 10.0"
        ),
        (
            #"{"observation": 7, "reward": 1, "native_reward": 1, "done": false, "success": false}"#,
            "observation"
        ),
        ("nonsense", "Its answer cannot be read: "),
    ])
    func aStepThatMeansNothingEndsTheWorker(answer: String, problem: String) async throws {
        let world = try await ServedEnvironment(command: try program([Self.hello, Self.start, answer]))
        let failed = await failure {
            try await world.withSession { session in
                let instance = TaskInstance(task: "a", variation: 0, split: .train, stepLimit: 5)
                let start = try await session.start(instance, scouting: .none)
                #expect(start.options == ["n": .int(1)])
                _ = try await session.step("look")
            }
        }
        #expect(failed?.code == .workerFailed)
        #expect(failed?.description.contains(problem) == true, "\(failed?.description ?? "")")
    }

    @Test(arguments: [
        ("time.sleep(3600)", 1, "gave no answer within 1.0 seconds"),
        ("sys.exit('the disk is gone')", 60, "the disk is gone"),
        ("print('x' * (17 << 20), flush=True)", 60, "a line of over"),
    ])
    func oneThatHangsDiesOrFloodsIsEnded(around: String, seconds: Int, words: String) async throws {
        let command = try program([Self.hello], around: around)
        let failed = await failure {
            _ = try await ServedEnvironment(command: command, limits: .init(hello: .seconds(seconds)))
        }
        #expect(failed?.code == .workerFailed)
        #expect(failed?.description.contains(words) == true, "\(failed?.description ?? "")")
    }

    @Test func aProgramThatIsNotThereIsNamed() async throws {
        for command in [["no-such-program"], ["./nothing/here"], ["/no/such/world"]] {
            let failed = await failure { _ = try await ServedEnvironment(command: command) }
            #expect(failed?.code == .missingProgram)
            #expect(failed?.message.contains("There is no program \(command[0]) ") == true)
        }
    }

    /// What is changed in an environment that keeps its promises, and which one it breaks then.
    @Test(arguments: [
        ("random.Random(f\"{task}/{variation}\")", "random.Random()", "begins an episode the same way"),
        (
            "return list(INSTANCES[split])", "return list(range(5))",
            "lists the same instances, each in one split"
        ),
        ("\"key-and-door\", \"1.0\"", "\"key-and-door\", str(random.random())", "says the same of itself"),
        (
            "return self.seen(\"Nothing happens.\")", "return Step(\"\", 7.0, 0.5, False, False)",
            "takes any text"
        ),
        ("if not any(", "if 1 > 2 and any(", "refuses what it does not have"),
    ])
    func aBrokenPromiseIsNamed(words: String, others: String, claim: String) async throws {
        let source = try String(contentsOfFile: Self.keyAndDoor[3], encoding: .utf8)
        #expect(source.contains(words))
        let changed = source.replacing(words, with: others).replacing(
            "str(Path(__file__).resolve().parent.parent)", with: "\"\(Self.root)/environments\"")
        let path = try directory.write(Array(changed.utf8), to: "door.py")
        let findings = try await EnvironmentCheck(
            ServedEnvironment(command: [Self.python, "-I", "-B", path]), instancesOfEach: 5
        ).run()
        let broken = findings.filter { $0.problem != nil }.map(\.claim)
        #expect(broken.first?.hasPrefix(claim) == true, "\(findings)")
    }
}
