import Testing
import Trajectories

@testable import TraceGen

/// The loop against a table of scripted answers, in the real sandbox and the real ScienceWorld.
@Suite(.serialized) struct ReCodeAgentTests {
    private static let look = "observation = run('look around')"

    private typealias Played = (outcome: EpisodeOutcome, requests: [ExpansionRequest])

    /// Plays `lifespan-longest-lived/0` with fixed answers.
    private func play(
        _ answers: [String: [String]], limits: EpisodeLimits = EpisodeLimits(stepLimit: 10),
        agent: ReCodeAgent = ReCodeAgent(), blocks: ExecutorLimits = ExecutorLimits()
    ) async throws -> Played {
        try await RealWorld.withSession {
            try await play(answers, limits: limits, agent: agent, blocks: blocks, in: $0)
        }
    }

    private func play(
        _ answers: [String: [String]], limits: EpisodeLimits, agent: ReCodeAgent = ReCodeAgent(),
        blocks: ExecutorLimits = ExecutorLimits(), in session: any EnvironmentSession
    ) async throws -> Played {
        let instance = TaskInstance(
            task: "lifespan-longest-lived", variation: 0, split: .train, stepLimit: limits.stepLimit)
        let start = try await session.start(instance, scouting: .none)
        let policy = ScriptedSession(answers: answers)
        let outcome = try await RealWorld.sandbox(limits: blocks).withExecutor(seed: 1) { executor in
            try await agent.play(
                EpisodeSetting(
                    instance: instance, start: start, environment: session, executor: executor,
                    policy: policy, limits: limits))
        }
        return (outcome, policy.requests)
    }

    private func answer(_ code: String) -> String { ScriptedPolicy.answer(code) }

    @Test func goodAnswersResolveTheTreeDepthFirst() async throws {
        let (outcome, requests) = try await play([
            "solve": [answer("\(Self.look)\nplace = find_place(observation)\nprint(place)")],
            "find_place": [answer("place = observation.splitlines()[0][:24]")],
        ])
        #expect(outcome.ended == .resolved)
        #expect(
            outcome.nodes.map(\.code) == [
                "solve(instruction, observation)", Self.look, "place = find_place(observation)",
                "place = observation.splitlines()[0][:24]", "print(place)",
            ])
        #expect(outcome.nodes.map(\.status) == [.expanded, .completed, .expanded, .completed, .completed])
        #expect(outcome.nodes.map(\.parent) == [nil, 0, 0, 2, 0])
        #expect(outcome.nodes.map(\.depth) == [0, 1, 1, 2, 1])
        #expect(outcome.nodes[4].printed == ["This room is called the "])
        #expect(outcome.nodes[1].actions.map(\.action) == ["look around"])
        #expect((outcome.steps, outcome.calls) == (1, 2))
        #expect(outcome.usage == Usage(promptTokens: 14, completionTokens: 6))
        #expect(requests[1].signature == "place = find_place(observation)")
        #expect(requests[1].variables.map(\.name) == ["observation"])
        #expect(requests[0].variables.map(\.name) == ["instruction", "observation"])
    }

    private static let brokenAnswers = [
        ("no tags at all", "There is no <execute>"),
        ("<execute>\nrun('look around'", "not closed"),
        ("<execute>\n\n</execute>", "is empty"),
        ("<execute>x = 1</execute> <execute>y = 2</execute>", "more than one"),
        ("<execute>\nif True print(1)\n</execute>", "Line 1: this is not valid Python"),
        ("<execute>\ndef helper():\n    pass\n</execute>", "def"),
        ("<execute>\nclass A:\n    pass\n</execute>", "class"),
        ("<execute>\nf = lambda: 1\n</execute>", "lambda"),
        ("<execute>\nfor i in range(3):\n    do_it(i)\n</execute>", "do_it"),
        ("<execute>\nif observation:\n    do_it()\n</execute>", "do_it"),
        ("<execute>\nx = [do_it(i) for i in range(2)]\n</execute>", "do_it"),
        ("<execute>\ntry:\n    do_it()\nexcept Exception:\n    pass\n</execute>", "do_it"),
        ("<execute>\nx = str(do_it())\n</execute>", "do_it"),
    ]

    @Test func brokenFormatIsAskedForAgainWithTheReason() async throws {
        try await RealWorld.withSession { session in
            for (response, reason) in Self.brokenAnswers {
                try await expectRewrite(of: response, because: reason, in: session)
            }
        }
    }

    private func expectRewrite(
        of response: String, because reason: String, in session: any EnvironmentSession
    ) async throws {
        let (outcome, requests) = try await play(
            ["solve": [response, answer(Self.look)]], limits: EpisodeLimits(stepLimit: 10), in: session)
        #expect(outcome.ended == .resolved)
        #expect(outcome.calls == 2)
        let expansion = try #require(outcome.nodes[0].expansion)
        #expect(expansion.attempts.map(\.problem) == [.format])
        #expect(expansion.attempts[0].response == response)
        #expect(expansion.attempts[0].message.contains(reason), "\(expansion.attempts[0].message)")
        #expect(requests[1].correction?.message == expansion.attempts[0].message)
        #expect(outcome.nodes.count == 2, "nothing of a refused answer becomes a node")
        #expect(outcome.steps == 1)
    }

    @Test func formatBrokenTooOftenEndsTheEpisode() async throws {
        let limits = EpisodeLimits(maxRewrite: 2, stepLimit: 10)
        let (outcome, _) = try await play(["solve": ["nonsense"]], limits: limits)
        #expect(outcome.ended == .rewriteLimit)
        #expect(outcome.calls == 3)
        #expect(outcome.nodes.map(\.status) == [.failed])
        #expect(outcome.nodes[0].expansion?.attempts.count == 3)
        #expect(outcome.nodes[0].expansion?.response == "")
    }

    @Test func raisingCodeIsExpandedAgainAndBothAttemptsStay() async throws {
        let (outcome, requests) = try await play([
            "solve": [
                answer("\(Self.look)\nanimal = {}['bear']\nrun('focus on bear')"),
                answer("animal = 'bear'\n\(Self.look)"),
            ]
        ])
        #expect(outcome.ended == .resolved)
        #expect(
            outcome.nodes.map(\.status) == [.expanded, .completed, .failed, .skipped, .completed, .completed])
        #expect(outcome.nodes.map(\.attempt) == [0, 0, 0, 0, 1, 1])
        #expect(outcome.nodes[2].error?.contains("KeyError: 'bear'") == true)
        let attempts = try #require(outcome.nodes[0].expansion?.attempts)
        #expect(attempts.map(\.problem) == [.runtime])
        #expect(attempts[0].message.contains("animal = {}['bear']"))
        #expect(requests[1].correction?.problem == .runtime)
        #expect(requests[1].variables.last?.value.hasPrefix("This room") == true, "variables are read anew")
        #expect(outcome.steps == 2)
    }

    @Test func raisingTooOftenEndsTheEpisode() async throws {
        let limits = EpisodeLimits(maxRetry: 1, stepLimit: 10)
        let (outcome, _) = try await play(
            ["solve": [answer("work()")], "work": [answer("1 / 0")]], limits: limits)
        #expect(outcome.ended == .retryLimit)
        #expect(outcome.endedDetail == "work()")
        #expect(outcome.nodes.map(\.status) == [.expanded, .failed, .failed, .failed])
        #expect(outcome.calls == 3, "the placeholder above is not asked again")
    }

    @Test func expandingToItselfWithTheSameValuesIsALoop() async throws {
        let (outcome, _) = try await play([
            "solve": [answer("plan = think(instruction)")], "think": [answer("plan = think(instruction)")],
        ])
        #expect(outcome.ended == .loop)
        #expect(outcome.calls == 2)
        #expect(outcome.nodes.last?.status == .failed)
    }

    @Test func recursionOnNewValuesIsNoLoop() async throws {
        let step = "count = len(trail)\ntrail = trail + ['x']"
        let (outcome, _) = try await play([
            "solve": [answer("trail = []\nwalk(trail)")],
            "walk": [answer("\(step)\nwalk(trail)"), answer("\(step)\nwalk(trail)"), answer(step)],
        ])
        #expect(outcome.ended == .resolved)
        #expect(outcome.nodes.map(\.depth).max() == 4)
    }

    @Test func expansionsNestOnlySoDeep() async throws {
        let limits = EpisodeLimits(maxDepth: 3, stepLimit: 10)
        let (outcome, _) = try await play(
            [
                "solve": [answer("dig(1)")], "dig": [answer("depth = 1\ndigger(depth)")],
                "digger": [answer("deepest(7)")],
            ],
            limits: limits)
        #expect(outcome.ended == .depthLimit)
        #expect(outcome.calls == 3)
        #expect(outcome.nodes.last?.code == "deepest(7)")
        #expect(outcome.nodes.last?.error?.contains("3 deep") == true)
    }

    @Test func anOutputNobodyAssignsIsLost() async throws {
        let (outcome, _) = try await play([
            "solve": [answer("found, where = search(observation)\nnote = 1")],
            "search": [answer("where = look_here(observation)")],
            "look_here": [answer("place = 'here'")],
        ])
        #expect(outcome.ended == .resolved)
        let byCode = Dictionary(uniqueKeysWithValues: outcome.nodes.map { ($0.code, $0) })
        #expect(byCode["found, where = search(observation)"]?.lostOutputs == ["found", "where"])
        #expect(byCode["where = look_here(observation)"]?.lostOutputs == ["where"])
        #expect(byCode["note = 1"]?.lostOutputs == [])
    }

    @Test func theActionAfterTheLimitIsNotSent() async throws {
        let limits = EpisodeLimits(stepLimit: 2)
        let (outcome, _) = try await play(
            ["solve": [answer("for _ in range(5):\n    \(Self.look)\nx = 1")]], limits: limits)
        #expect(outcome.ended == .stepLimit)
        #expect(outcome.steps == 2)
        #expect(outcome.nodes.map(\.status) == [.expanded, .failed, .pending])
        #expect(outcome.nodes[1].actions.count == 2)
    }

    @Test func aWrongFocusEndsTheEpisodeWithNoReward() async throws {
        let (outcome, _) = try await play([
            "solve": [answer("run('teleport to kitchen')\nrun('focus on thermometer')\nrun('look around')")]
        ])
        #expect(outcome.ended == .environmentDone)
        #expect(!outcome.success)
        #expect(outcome.reward == 0)
        #expect(outcome.nativeReward < 0)
        #expect(outcome.nodes.map(\.status) == [.expanded, .completed, .completed, .pending])
    }

    @Test func aSilentPolicyEndsTheEpisodeWithItsReason() async throws {
        let (outcome, _) = try await play(["solve": [answer("unheard_of(1)")]])
        #expect(outcome.ended == .policyError)
        #expect(outcome.endedDetail == "The table has no answer for unheard_of.")
        #expect(outcome.nodes.last?.status == .failed)
    }

    @Test func codeThatKillsItsExecutorEndsTheEpisode() async throws {
        let (outcome, _) = try await play(["solve": [answer("import os\nos._exit(3)\nx = 1")]])
        #expect(outcome.ended == .policyError)
        #expect(outcome.endedDetail?.isEmpty == false)
        #expect(outcome.nodes.map(\.status) == [.expanded, .completed, .failed, .pending])
    }

    @Test func aBlockThatRunsIntoALimitIsAFailedAttemptAndTriedAgain() async throws {
        var blocks = ExecutorLimits()
        blocks.processorTime = .milliseconds(500)
        let (outcome, requests) = try await play(
            ["solve": [answer("while True: pass"), answer("print('x' * 99999)"), answer(Self.look)]],
            blocks: blocks)
        #expect(outcome.ended == .resolved)
        #expect(outcome.nodes.map(\.status) == [.expanded, .failed, .failed, .completed])
        let attempts = try #require(outcome.nodes[0].expansion?.attempts)
        #expect(attempts.map(\.problem) == [.limit, .limit])
        #expect(
            attempts[0].message == """
                The statement
                while True: pass
                ran into a limit:
                Traceback (most recent call last):
                  File "<block>", line 1, in <module>
                    while True: pass
                ProcessorTimeLimit: the block used more than 0.5 seconds of processor time
                """)
        #expect(requests[1].correction?.problem == .limit)
    }

    @Test func aBlockThatWouldNotStopEndsTheEpisode() async throws {
        var blocks = ExecutorLimits()
        blocks.processorTime = .milliseconds(500)
        let (outcome, _) = try await play(["solve": [answer("sum(range(10 ** 14))")]], blocks: blocks)
        #expect(outcome.ended == .timeLimit)
        #expect(
            outcome.endedDetail == "A block used more than 0.5 seconds of processor time and would not stop.")
    }

    @Test func theTimeOfAllBlocksEndsTheEpisode() async throws {
        var blocks = ExecutorLimits()
        blocks.processorTime = .milliseconds(500)
        blocks.episodeProcessorTime = .milliseconds(700)
        let (outcome, _) = try await play(["solve": [answer("while True:\n    pass")]], blocks: blocks)
        #expect(outcome.ended == .timeLimit)
        #expect(
            outcome.endedDetail == "The episode's blocks used more than 0.7 seconds of processor time in all."
        )
        #expect(outcome.nodes.last?.status == .failed)
        #expect(outcome.calls == 2)
    }

    @Test func aTreeThatBranchesWithoutEndIsCutOff() async throws {
        let branch = answer("n = n + 1\ngrow(n)\ngrow(n)")
        let (outcome, _) = try await play(
            ["solve": [answer("n = 0\ngrow(n)")], "grow": [branch]],
            limits: EpisodeLimits(maxDepth: 100, stepLimit: 10),
            agent: ReCodeAgent(callLimit: 20))
        #expect(outcome.ended == .policyError)
        #expect(outcome.endedDetail == "an episode may take 20 answers")
        #expect(outcome.calls == 20)
        #expect(outcome.nodes.contains { $0.error == "call limit: an episode may take 20 answers" })
    }

    @Test func aRecordThatGrowsTooLargeEndsTheEpisode() async throws {
        let (outcome, _) = try await play(["solve": [String(repeating: "long ", count: 2 << 20)]])
        #expect(outcome.ended == .policyError)
        #expect(outcome.endedDetail == "the record of an episode may hold 33554432 bytes")
        #expect(outcome.nodes.map(\.status) == [.failed])
        #expect(outcome.calls == 4)
    }
}
