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

    private var gate: LeakageGate {
        let texts = TaskTexts(instruction: "Boil  WATER", initialObservation: "A bathroom")
        return LeakageGate(
            exclusions: Exclusions(
                list: "# held out by hand\n\nscienceworld/boil/1\r\nscienceworld/boil/20*\n"),
            heldOut: [
                HeldOutTasks(
                    environment: "scienceworld", version: "1.2.3", options: Self.options,
                    instances: [.init(taskID: "scienceworld/boil/21", split: .test, texts: texts)])
            ])
    }

    private func reason(_ trajectory: TrajectorySummary) -> LeakageGate.Reason? {
        guard case .leak(let leak) = gate.verdict(on: trajectory) else { return nil }
        return leak.reason
    }

    @Test(arguments: [Split.dev, .test]) func tasksOfOtherSplitsLeak(split: Split) {
        #expect(reason(trajectory(split: split)) == .heldOutSplit)
    }

    @Test(arguments: [(1, true), (10, false), (2, false), (20, true), (200, true), (12, false)])
    func excludedTasksLeakAndTheirNeighboursDoNot(variation: Int, leaks: Bool) {
        #expect((reason(trajectory(variation)) == .excluded) == leaks)
    }

    @Test func theSameBeginningLeaksAndTheSameSentenceAloneIsCounted() {
        #expect(reason(trajectory(observation: "a BATHROOM!")) == .heldOutInstance)
        #expect(gate.verdict(on: trajectory(observation: "a bathroom 2")) == .sameInstruction)
        #expect(gate.verdict(on: trajectory(instruction: "Boil waters.")) == .clean)
    }

    @Test func anotherWorldIsNotCompared() {
        let other = trajectory(observation: "A bathroom", options: [:])
        #expect(gate.verdict(on: other) == .notCompared)
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
