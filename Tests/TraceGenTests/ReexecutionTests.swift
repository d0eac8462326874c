import Synchronization
import Testing
import Trajectories

@testable import TraceGen

/// Episodes of the real ScienceWorld, played again from their records alone: the real loops, the real sandbox.
@Suite(.serialized) struct ReexecutionTests {
    private static let instance = TaskInstance(
        task: "lifespan-longest-lived", variation: 0, split: .train, stepLimit: 10)
    private static let taskID = "scienceworld/lifespan-longest-lived/0"

    /// Plays an episode with answers given one after the other, and records it.
    private func record(
        _ agent: any Agent, _ answers: [String], limits: EpisodeLimits = EpisodeLimits(stepLimit: 10)
    ) async throws -> Trajectory {
        let seed = EpisodeSeed.derive(run: 3, taskID: Self.taskID, repeat: 1, purpose: "namespace")
        let (start, outcome) = try await RealWorld.withSession { session in
            let start = try await session.start(Self.instance, scouting: .none)
            let outcome = try await RealWorld.sandbox().withExecutor(seed: seed) { executor in
                try await agent.play(
                    EpisodeSetting(
                        instance: Self.instance, start: start, environment: session, executor: executor,
                        policy: ListedAnswers(answers), limits: limits))
            }
            return (start, outcome)
        }
        let trajectory = Trajectory(
            id: "e", taskID: Self.taskID,
            environment: EnvironmentRecord(
                name: "scienceworld", version: "1.2.3", task: Self.instance.task, variation: 0, split: .train),
            instruction: start.instruction, initialObservation: start.observation, agent: agent.kind,
            policy: PolicyRecord(name: "listed", model: "list"), limits: limits, reward: outcome.reward,
            nativeReward: NativeReward(value: outcome.nativeReward, min: -100, max: 100),
            success: outcome.success, ended: outcome.ended, endedDetail: outcome.endedDetail,
            steps: outcome.steps, calls: outcome.calls, usage: outcome.usage, seed: 3, repeat: 1,
            nodes: outcome.nodes)
        // As it stands on disk.
        return try CanonicalJSON.decode(Trajectory.self, from: TrajectoryCodec.encode(trajectory))
    }

    private func difference(_ trajectory: Trajectory) async throws -> EpisodeDifference? {
        try await Reexecution(executors: RealWorld.sandbox()).difference(from: trajectory)
    }

    private static func answer(_ code: String) -> String { ScriptedPolicy.answer(code) }

    /// Everything the loop knows: broken formats, a failure whose own placeholder succeeded, printing, chance, lost outputs.
    private static let treeAnswers = [
        "no tags at all",
        answer(
            "import random\ndrawn = random.random()\nprint(drawn)\nplace, way = look_here(observation)\nprint(1 / 0)"
        ),
        answer("place = run('look around')[:20]"),
        "<execute>\ndef f(): pass\n</execute>",
        answer("names = {'a', 'b', 'c'}\nprint(sorted(names), random.random())\nseen = look_twice(place)"),
        answer("seen = [run('inventory'), run('look around')]\nfor text in seen:\n    print(len(text))"),
    ]

    @Test func aTreeWithRetriesAndChanceComesOutTheSame() async throws {
        let episode = try await record(ReCodeAgent(), Self.treeAnswers)
        #expect(episode.ended == .resolved)
        #expect(episode.nodes[0].expansion?.attempts.map(\.problem) == [.format, .runtime, .format])
        #expect(episode.nodes.contains { $0.lostOutputs == ["way"] })
        #expect(episode.calls == Self.treeAnswers.count)
        #expect(Reexecution.Exemption(episode) == nil)
        #expect(try await difference(episode) == nil)
    }

    private static let ends: [(EndReason, EpisodeLimits, [String])] = [
        (
            .environmentDone, EpisodeLimits(stepLimit: 10),
            [answer("for _ in range(3):\n    run('focus on air')\nprint('not reached')")]
        ),
        (.stepLimit, EpisodeLimits(stepLimit: 2), [answer("while True:\n    print(run('look around')[:4])")]),
        (.depthLimit, EpisodeLimits(maxDepth: 1, stepLimit: 9), [answer("run('inventory')\nx = deeper()")]),
        (.rewriteLimit, EpisodeLimits(maxRewrite: 1, stepLimit: 9), ["nothing", "again nothing"]),
        (
            .retryLimit, EpisodeLimits(maxRetry: 1, stepLimit: 9),
            [answer("run('inventory')\nmissing"), answer("x = 1\nassert x == 2, run('look around')")]
        ),
        (.loop, EpisodeLimits(stepLimit: 9), [answer("solve(instruction, observation)")]),
    ]

    @Test(arguments: ends.indices) func episodesThatALimitEndedComeOutTheSame(index: Int) async throws {
        let (reason, limits, answers) = Self.ends[index]
        let episode = try await record(ReCodeAgent(), answers, limits: limits)
        #expect(episode.ended == reason, "\(episode.endedDetail ?? "")")
        #expect(try await difference(episode) == nil)
    }

    @Test func flatEpisodesComeOutTheSame() async throws {
        let codeact = try await record(
            FlatAgent.codeact,
            [
                Self.answer("x = run('look around')\nprint(x[:12])"), "no block",
                Self.answer("print(undefined)"), Self.answer("while True:\n    run('focus on air')"),
            ])
        #expect(codeact.nodes.count == 4 && codeact.nodes[2].error?.contains("NameError") == true)
        #expect(try await difference(codeact) == nil)
        let react = try await record(
            FlatAgent.react,
            ["Thought: Look.\nAction: look around", "I act", "Thought: End.\nAction: focus on air"])
        #expect(react.ended == .environmentDone && react.steps == 2)
        #expect(try await difference(react) == nil)
    }

    @Test func whatWasChangedIsNamedByNodeAndField() async throws {
        let episode = try await record(ReCodeAgent(), Self.treeAnswers)
        let acting = try #require(episode.nodes.first { $0.actions.count == 2 })
        let printing = try #require(episode.nodes.first { !$0.printed.isEmpty })
        func changed(_ change: (inout Trajectory) -> Void) async throws -> String? {
            var episode = episode
            change(&episode)
            return try await difference(episode)?.words
        }
        #expect(
            try await changed { $0.nodes[acting.id].actions[1].action = "wait" }
                == "node \(acting.id), actions[1].action: “wait” in the record, “look around” when played again"
        )
        // The code of the next node prints how long it was.
        #expect(
            try await changed { $0.nodes[acting.id].actions[1].observation = "Nothing." }?.hasPrefix(
                "node \(acting.id + 1), printed: ") == true)
        #expect(
            try await changed { $0.nodes[printing.id].printed = ["0.5"] }?.hasPrefix(
                "node \(printing.id), printed: “[\"0.5\"]” in the record") == true)
        #expect(
            try await changed { $0.nodes[acting.id].actions[1].reward = 0.25 }?.hasPrefix("reward: ") == true)
        #expect(
            try await changed { $0.nodes[0].expansion?.variables[0].value = "Do nothing." }?.hasPrefix(
                "node 0, expansion.variables: ") == true)
        #expect(try await changed { $0.seed = 4 }?.contains("printed") == true)
        #expect(
            try await changed { $0.nodes[acting.id].actions.removeLast() }?.hasPrefix(
                "node \(acting.id), actions: ") == true)
        #expect(
            try await changed { $0.nodes[0].expansion?.attempts.removeFirst() }?.hasPrefix("calls: ") == true
        )
        // The world would have stopped the statement.
        #expect(
            try await changed { $0.ended = .environmentDone }?.hasPrefix("node \(acting.id + 1), ") == true)
    }

    @Test func whatTheCodeDoesNotDecideIsLeftOut() async throws {
        var episode = try await record(FlatAgent.react, ["Thought: End.\nAction: focus on air"])
        for reason in [EndReason.policyError, .environmentError, .budget, .timeLimit] {
            episode.ended = reason
            #expect(Reexecution.Exemption(episode) == .endedFromOutside)
        }
        let limited = try await record(
            ReCodeAgent(), [Self.answer("print('x' * 100_000)"), Self.answer("print('short')")])
        #expect(limited.ended == .resolved && Reexecution.Exemption(limited) == .executorLimit)
        let block = try await record(
            FlatAgent.codeact, [Self.answer("print('x' * 100_000)"), Self.answer("run('focus on air')")])
        #expect(block.ended == .environmentDone && Reexecution.Exemption(block) == .executorLimit)
    }
}

/// Gives answers one after the other, whatever is asked.
private final class ListedAnswers: PolicySession {
    private let left: Mutex<[String]>

    init(_ answers: [String]) {
        left = Mutex(answers)
    }

    func expand(_ request: ExpansionRequest) async throws -> PolicyAnswer { try next() }
    func act(_ request: TurnRequest) async throws -> PolicyAnswer { try next() }

    private func next() throws -> PolicyAnswer {
        try left.withLock { answers in
            guard !answers.isEmpty else { throw PolicyFailure("The list is at its end.") }
            return PolicyAnswer(text: answers.removeFirst())
        }
    }
}
