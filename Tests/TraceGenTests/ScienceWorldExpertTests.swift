import Testing
import Trajectories

@testable import TraceGen

/// The scripted expert in real ScienceWorld, in the real sandbox.
@Suite(.serialized) struct ScienceWorldExpertTests {
    /// One task of each family that asks for another skill, all quick to load.
    private static let tasks = [
        "boil", "find-animal", "power-component", "chemistry-mix-paint-secondary-color",
        "lifespan-shortest-lived",
        "use-thermometer", "identify-life-stages-1", "test-conductivity", "inclined-plane-determine-angle",
        "grow-plant", "measure-melting-point-known-substance", "find-plant", "chemistry-mix", "freeze",
        "identify-life-stages-2", "power-component-renewable-vs-nonrenewable-energy",
        "test-conductivity-of-unknown-substances", "chemistry-mix-paint-tertiary-color",
    ]

    /// Things that cannot be shown before they are named, with the reason.
    private static let unshown = [
        "drawer": "it is inside the cupboard that the loop naming both opens first"
    ]

    private func play(_ tasks: [String], slip: Double, seed: Int = 0) async throws -> [Trajectory] {
        let environment = try await ScienceWorld(python: RealWorld.python)
        let policy = try ScienceWorldExpert(slip: slip)
        let instances = try await environment.instances(tasks: tasks, split: .train, variations: 1)
        let plans = try EpisodePlan.all(
            of: instances, environment: environment.name, agent: .recode, policy: policy.record, seed: seed)
        let rollout = Rollout(
            environment: environment, policy: policy, agent: ReCodeAgent(),
            executors: try await RealWorld.sandbox(),
            concurrency: 2)
        let records = Records()
        try await rollout.run(plans) { trajectory, _ in await records.add(trajectory) }
        let played = await records.trajectories
        return plans.compactMap { plan in played.first { $0.id == plan.id } }
    }

    private actor Records {
        var trajectories: [Trajectory] = []
        func add(_ trajectory: Trajectory) { trajectories.append(trajectory) }
    }

    @Test func withoutSlipsEachFamilyReachesItsGoldScoreWithinTheLimits() async throws {
        let trajectories = try await play(Self.tasks, slip: 0)
        #expect(trajectories.count == Self.tasks.count)
        var sight = PromptSight()
        for trajectory in trajectories {
            sight.read(trajectory)
            #expect(
                trajectory.reward == 1,
                "\(trajectory.taskID) ended \(trajectory.ended) with \(trajectory.reward)")
            #expect(trajectory.success)
            #expect(trajectory.steps <= trajectory.limits.stepLimit)
            #expect(trajectory.nodes.allSatisfy { $0.lostOutputs.isEmpty && $0.status != .failed })
            expectGoodTeaching(trajectory)
        }
        #expect(sight.answers > 100)
        let gaps = sight.gaps.filter { Self.unshown[$0.thing] == nil }
        #expect(
            gaps.isEmpty,
            "named, but shown by nothing in the prompt:\n\(gaps.map(\.description).joined(separator: "\n"))")
    }

    /// Names that say what is done, thoughts that say why, variables handed on.
    private func expectGoodTeaching(_ trajectory: Trajectory) {
        let expansions = trajectory.nodes.filter { $0.expansion != nil }
        #expect(expansions.count >= 3, "\(trajectory.taskID) has no levels")
        for node in expansions {
            #expect(
                node.expansion.map { $0.thought.count > 40 } == true, "\(trajectory.taskID): \(node.code)")
            #expect(
                node.code.wholeMatch(of: /([a-z_0-9, ]+ = )?[a-z][a-z_0-9]+\([a-z_0-9, ]*\)/) != nil,
                "\(node.code)")
            #expect(!node.code.contains("subgoal") && !node.code.contains("step_"))
            #expect(node.depth == 0 || node.inputs.contains("observation"), "\(node.code)")
        }
        let thoughts = Set(expansions.compactMap(\.expansion?.thought))
        #expect(
            Double(thoughts.count) > 0.6 * Double(expansions.count),
            "\(trajectory.taskID) repeats its thoughts")
    }

    @Test func slipsSpreadTheRewardAndRepeatWithTheSeed() async throws {
        let tasks = ["boil", "power-component", "find-plant", "lifespan-longest-lived-then-shortest-lived"]
        let slipping = try await play(tasks, slip: 0.5, seed: 3)
        #expect(slipping.contains { $0.reward < 1 })
        #expect(try await play(tasks, slip: 0.5, seed: 3) == slipping)
        let other = try await play(tasks, slip: 0.5, seed: 4)
        #expect(other.map(\.nodes) != slipping.map(\.nodes))
    }

    @Test func whatNoVariableShowsIsFound() {
        let answer = Expansion(
            variables: [
                Variable(name: "observation", type: "str", value: "You focus on the red light bulb.")
            ],
            thought: "", code: "", response: "")
        var sight = PromptSight()
        sight.read(
            [
                Node(
                    id: 0, parent: nil, depth: 0, kind: .placeholder,
                    code: "observation = connect_battery(observation)", status: .expanded, expansion: answer),
                Node(
                    id: 1, parent: 0, depth: 1, kind: .code,
                    code: "observation = run('connect battery anode to yellow wire terminal 1')",
                    status: .completed),
                Node(
                    id: 2, parent: 0, depth: 1, kind: .code,
                    code:
                        "for wire in ['black wire']:\n    run(f'connect {wire} terminal 1 to anode in red light bulb')",
                    status: .completed),
            ], of: "power-component/0")
        #expect(sight.answers == 1)
        #expect(sight.gaps.map(\.thing) == ["black wire", "yellow wire"])
    }

    @Test(arguments: [-0.1, 1.5, .nan])
    func slipIsAProbability(slip: Double) {
        #expect(throws: TraceGenError.self) { try ScienceWorldExpert(slip: slip) }
    }
}
