import TemporaryFiles
import Testing
import Trajectories

@testable import Filter

@Suite struct LeakageGateTests {
    private static let options: [String: JSONValue] = ["simplification": .string("easy")]

    private func trajectory(
        _ variation: Int = 0, split: Split = .train, instruction: String = "Boil water.",
        observation: String = "A kitchen.", options: [String: JSONValue] = Self.options
    ) -> TrajectorySummary {
        TrajectorySummary(
            Trajectory(
                id: "t\(variation)", taskID: "scienceworld/boil/\(variation)",
                environment: EnvironmentRecord(
                    name: "scienceworld", version: "1.2.3", task: "boil", variation: variation, split: split,
                    options: options),
                instruction: instruction, initialObservation: observation, agent: .recode,
                policy: PolicyRecord(name: "expert", model: "expert"), limits: EpisodeLimits(stepLimit: 1),
                reward: 1, nativeReward: NativeReward(value: 1, min: 0, max: 1), success: true,
                ended: .resolved,
                steps: 1, calls: 1, usage: Usage(), seed: 0, repeat: 0, nodes: []))
    }

    private func gate() throws -> LeakageGate {
        let texts = TaskTexts(instruction: "Boil  WATER", initialObservation: "A bathroom")
        return LeakageGate(
            exclusions: try Exclusions(
                list: "\u{FEFF}# held out by hand\n\nscienceworld/boil/1\r\nscienceworld/boil/20*\n",
                file: "f"),
            heldOut: [
                HeldOutTasks(
                    environment: "scienceworld", version: "1.2.3", options: Self.options,
                    instances: [.init(taskID: "scienceworld/boil/21", split: .test, texts: texts)])
            ])
    }

    private func reason(_ trajectory: TrajectorySummary) throws -> LeakageGate.Reason? {
        guard case .leak(let leak) = try gate().verdict(on: trajectory) else { return nil }
        return leak.reason
    }

    @Test(arguments: [Split.dev, .test]) func tasksOfOtherSplitsLeak(split: Split) throws {
        #expect(try reason(trajectory(split: split)) == .heldOutSplit)
    }

    @Test(arguments: [(1, true), (10, false), (2, false), (20, true), (200, true), (12, false)])
    func excludedTasksLeakAndTheirNeighboursDoNot(variation: Int, leaks: Bool) throws {
        #expect((try reason(trajectory(variation)) == .excluded) == leaks)
    }

    @Test func theSameBeginningLeaksAndTheSameSentenceAloneIsCounted() throws {
        #expect(try reason(trajectory(observation: "a BATHROOM!")) == .heldOutInstance)
        #expect(try gate().verdict(on: trajectory(observation: "a bathroom 2")) == .sameInstruction)
        #expect(try gate().verdict(on: trajectory(instruction: "Boil waters.")) == .clean)
    }

    @Test func aHeldOutTaskIsKnownWhateverItsRecordSays() throws {
        #expect(try reason(trajectory(21)) == .heldOutSplit)
        #expect(try reason(trajectory(21, options: [:])) == .heldOutSplit)
    }

    @Test func aWorldsOwnListSaysWhichOfItsTasksAreHeldOut() throws {
        var gate = try gate()
        let texts = TaskTexts(instruction: "Melt ice", initialObservation: "A kitchen")
        let hard: [String: JSONValue] = ["simplification": .string("none")]
        gate.add(
            HeldOutTasks(
                environment: "scienceworld", version: "1.2.3", options: hard,
                instances: [.init(taskID: "scienceworld/boil/30", split: .dev, texts: texts)]))
        #expect(gate.verdict(on: trajectory(21, options: hard)) == .clean, "another world's test task")
        #expect(gate.holdsBack(trajectory(30, options: hard)) && gate.holdsBack(trajectory(21)))
        #expect(!gate.holdsBack(trajectory(30)))
        #expect(gate.holdsBack(trajectory(30, options: [:])), "a world without a list: any list counts")
    }

    @Test(arguments: [
        "boil/0", "scienceworld/boil", "scienceworld/boil/0 # why", "scienceworld//0", "*",
        "scienceworld/boil/",
    ])
    func whatIsNoTaskIDIsRefusedByItsLine(entry: String) {
        let error = #expect(throws: FilterError.self) {
            try Exclusions(list: "# ids\n\(entry)\n", file: "no.txt")
        }
        #expect(error?.code == .badHeldOutFile)
        #expect(error?.message.hasPrefix("no.txt:2: “\(entry)” is no task id, ") == true)
    }

    @Test func anotherWorldIsNotCompared() throws {
        let other = trajectory(observation: "A bathroom", options: [:])
        #expect(try gate().verdict(on: other) == .notCompared)
    }

    @Test func aListIsReadBackAndABrokenOneNamed() throws {
        let directory = try TemporaryDirectory()
        let list = HeldOutTasks(
            environment: "scienceworld", version: "1.2.3", options: Self.options,
            instances: [
                .init(
                    taskID: "scienceworld/boil/21", split: .test,
                    texts: TaskTexts(instruction: "a", initialObservation: "b"))
            ])
        for name in ["list.json", "list.json.gz"] {
            try list.write(to: directory.file(name))
            #expect(try HeldOutTasks.read(directory.file(name)) == list)
        }
        let text = String(decoding: try directory.bytes(of: "list.json"), as: UTF8.self)
        let cases = [
            (
                text.replacing("held-out.v1", with: "held-out.v2"),
                "schema: is \"recode.held-out.v2\", expected \"recode.held-out.v1\""
            ),
            (
                text.replacing("\"split\":\"test\"", with: "\"split\":\"tset\""),
                "instances[0].split: has an unknown value, expected one of train, dev, test"
            ),
            (
                text.replacing("\"instruction\"", with: "\"instuction\""),
                "instances[0].instruction: is missing"
            ),
        ]
        for (broken, problem) in cases {
            let path = try directory.write(Array(broken.utf8), to: "broken.json")
            let error = #expect(throws: FilterError.self) { try HeldOutTasks.read(path) }
            #expect(
                error?.message
                    == "\(path): no recode.held-out.v1 file: \(problem). Make it anew with recode-data held-out."
            )
        }
        let torn = try directory.write(
            Array(try directory.bytes(of: "list.json.gz").dropLast(9)), to: "torn.json.gz")
        #expect(throws: FilterError.self) { try HeldOutTasks.read(torn) }
    }
}
