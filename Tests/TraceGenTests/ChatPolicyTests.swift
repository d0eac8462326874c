import Decompose
import FoundationEssentials
import LanguageModels
import Prompts
import Testing
import Trajectories

@testable import TraceGen

/// A language model's episodes in the real world, with answers a test has written.
@Suite(.serialized) struct ChatPolicyTests {
    /// Answers with a fixed list, in order, again from the start for each episode; counts how often it is asked.
    private actor ScriptedModel: ChatModel {
        private let answers: [String]
        private(set) var asked = 0

        init(_ answers: [String]) {
            self.answers = answers
        }

        func complete(_ body: JSONValue) async throws -> ChatCompletion {
            defer { asked += 1 }
            let usage = Usage(promptTokens: 100, completionTokens: 10, costUSD: 0.5)
            return ChatCompletion(text: answers[asked % answers.count], usage: usage)
        }
    }

    /// Keeps calls in memory, as they are written.
    private actor Journal: CallJournal, RecordedCalls {
        var records: [CallKey: CallRecord] = [:]

        func find(_ key: CallKey) -> CallRecord? { records[key] }
        func keep(_ record: CallRecord, took duration: Duration?) throws {
            records[record.key] = try CanonicalJSON.decode(
                CallRecord.self, from: CanonicalJSON.encode(record))
        }

        /// Takes the last call away again, as if the environment had failed before it.
        func loseLast() {
            guard let last = records.keys.max(by: { $0.call < $1.call }) else { return }
            records[last] = nil
            lost.insert(last.trajectoryID)
        }

        private var lost: Set<String> = []
        func lostEnvironment(_ trajectoryID: String) -> Bool { lost.contains(trajectoryID) }
    }

    private static let profile = ModelProfile(
        name: "scripted", baseURL: "http://localhost/v1", model: "m", temperature: 0, topP: 1, seed: 5)
    private static let answers: [AgentKind: [String]] = [
        .recode: [
            "no tags",
            ScriptedPolicy.answer("observation = run('look around')\nplace = find_place(observation)"),
            ScriptedPolicy.answer("place = observation[:4]"),
        ],
        .react: [
            "no action", "Thought: Look.\nAction: look around", "Thought: Again.\nAction: inventory",
            "Thought: Once more.\nAction: look around",
        ],
        .codeact: [
            ScriptedPolicy.answer("def look():\n    return run('look around')\nprint(look()[:9])"),
            ScriptedPolicy.answer("print(1)\nraise ValueError('no')"),
            ScriptedPolicy.answer("for _ in range(9): print(run('inventory')[:3])"),
        ],
    ]

    private func renderer(_ agent: AgentKind) throws -> PromptRenderer {
        let library = try PromptLibrary(directory: "\(RealWorld.root)/data/prompts")
        return try PromptRenderer(
            library: library, environment: "scienceworld", method: agent, style: .fewShot)
    }

    private func play(
        _ agent: AgentKind, _ policy: any Policy, task: String = "lifespan-longest-lived",
        stepLimit: Int = 3
    ) async throws -> Trajectory {
        let environment = try await ScienceWorld(python: RealWorld.python)
        let instance = TaskInstance(task: task, variation: 0, split: .train, stepLimit: stepLimit)
        let plans = try EpisodePlan.all(
            of: [instance], environment: environment.name, agent: agent, policy: policy.record, seed: 1)
        let loop: any Agent =
            switch agent {
            case .recode: ReCodeAgent()
            case .react: FlatAgent.react
            case .codeact: FlatAgent.codeact
            }
        let harvest = Harvest()
        let rollout = Rollout(
            environment: environment, policy: policy, agent: loop, executors: try await RealWorld.sandbox(),
            concurrency: 1)
        try await rollout.run(plans) { await harvest.take($0, $1) }
        return try #require(await harvest.trajectories.first)
    }

    private func chat(_ agent: AgentKind, _ model: ScriptedModel, _ journal: Journal, _ budget: CallBudget)
        throws
        -> ChatPolicy
    {
        ChatPolicy(
            profile: Self.profile, model: model, renderer: try renderer(agent), journal: journal,
            budget: budget)
    }

    @Test(arguments: AgentKind.allCases)
    func aReplayAndAResumedEpisodeHaveTheSameBytesAndAskNobody(agent: AgentKind) async throws {
        let model = ScriptedModel(Self.answers[agent] ?? [])
        let (journal, again) = (Journal(), Journal())
        let policy = try chat(agent, model, journal, CallBudget())
        let first = try await play(agent, policy)
        let asked = await model.asked
        #expect(first.ended == (agent == .recode ? .resolved : .stepLimit))
        #expect(first.calls == asked)
        #expect(
            first.usage
                == Usage(
                    promptTokens: 100 * asked, completionTokens: 10 * asked, costUSD: 0.5 * Double(asked)))
        #expect(try await play(agent, policy) == first, "known calls are not made again")
        #expect(await model.asked == asked)
        let replay = ReplayPolicy(
            run: "run", record: policy.record, calls: journal, renderer: try renderer(agent), journal: again)
        let replayed = try await play(agent, replay)
        #expect(try CanonicalJSON.encode(replayed) == CanonicalJSON.encode(first))
        #expect(await again.records == journal.records)
    }

    /// A failure before the first answer that stands: of the format, of what runs, and of the format after that.
    private static let failing: [AgentKind: [String]] = [
        .recode: [
            "no tags", ScriptedPolicy.answer("boom = 1/0"), "",
            ScriptedPolicy.answer("observation = run('look around')\nplace = find_place(observation)"),
            ScriptedPolicy.answer("place = observation[:4]"),
        ],
        .react: ["", "Thought: Look.\nAction: look around", "Thought: Again.\nAction: inventory"],
        .codeact: ["no tags", ScriptedPolicy.answer("print(1)"), ScriptedPolicy.answer("print(2)")],
    ]

    @Test(arguments: AgentKind.allCases)
    func aRepairPairHoldsTheVeryPromptTheModelWasSent(agent: AgentKind) async throws {
        let journal = Journal()
        let answers = try #require(Self.failing[agent])
        let played = try await play(
            agent, try chat(agent, ScriptedModel(answers), journal, CallBudget()), stepLimit: 2)
        let builder = PairBuilder(
            method: agent, style: .fewShot,
            prompts: try PromptLibrary(directory: "\(RealWorld.root)/data/prompts"), failures: .repair)
        let repair = try #require(try builder.pairs(of: played).pairs.first { $0.kind == .repair })
        let standing = try #require(played.nodes[repair.nodeID].expansion).attempts.count
        #expect(standing == (agent == .recode ? 3 : 1))
        let key = CallKey(trajectoryID: played.id, call: standing)
        guard case .object(let body) = try #require(await journal.find(key)).request,
            let messages = body["messages"]
        else {
            Issue.record("the call has no messages")
            return
        }
        let sent = try CanonicalJSON.decode([Message].self, from: CanonicalJSON.encode(messages))
        #expect(repair.prompt == sent)
    }

    /// What a model is shown as good work has to be good work.
    @Test(arguments: AgentKind.allCases)
    func theExamplesInThePromptsSucceedInTheRealWorld(agent: AgentKind) async throws {
        let path = "\(RealWorld.root)/data/prompts/environments/scienceworld/examples/\(agent.rawValue).txt"
        let text = String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
        let answers = text.matches(
            of: agent == .react ? /Thought: .*\nAction: .*/ : /<think>(?s:.*?)<\/execute>/
        ).map { String($0.output) }
        #expect(answers.count == [.recode: 3, .react: 5, .codeact: 2][agent])
        let policy = try chat(agent, ScriptedModel(answers), Journal(), CallBudget())
        let trajectory = try await play(agent, policy, task: "find-non-living-thing", stepLimit: 10)
        #expect(trajectory.success, "\(trajectory.nodes.map(\.actions))")
        #expect(trajectory.calls == answers.count)
        #expect(trajectory.instruction.hasPrefix("Your task is to find a(n) non-living thing."))
    }

    @Test func aCodeActTurnShowsWhatItPrintedAndRaised() async throws {
        let model = ScriptedModel(Self.answers[.codeact] ?? [])
        let played = try await play(.codeact, try chat(.codeact, model, Journal(), CallBudget()))
        #expect(played.nodes.map(\.kind) == [.placeholder, .turn, .turn, .turn])
        #expect(played.nodes[1].printed == ["This room"])
        #expect(played.nodes[2].status == .failed)
        #expect(
            played.nodes[2].observation(for: .codeact)
                == "1\nTraceback (most recent call last):\n  File \"<block>\", line 2, in <module>\n"
                + "    raise ValueError('no')\nValueError: no")
        #expect(played.nodes[3].actions.count == 2)
        #expect(played.steps == 3)
    }

    @Test func aChangedPromptIsNamedWithNodeAndDifference() async throws {
        let model = ScriptedModel(Self.answers[.recode] ?? [])
        let journal = Journal()
        let policy = try chat(.recode, model, journal, CallBudget())
        _ = try await play(.recode, policy)
        let library = try PromptLibrary(directory: "\(RealWorld.root)/data/prompts")
        let other = try PromptRenderer(
            library: library, environment: "scienceworld", method: .recode, style: .zeroShot)
        let replay = ReplayPolicy(
            run: "run", record: policy.record, calls: journal, renderer: other, journal: Journal())
        let error = await #expect(throws: TraceGenError.self) { try await play(.recode, replay) }
        #expect(error?.code == .badReplay)
        #expect(error?.message.contains("which asks about `solve(instruction, observation)`") == true)
        #expect(error?.message.contains("messages[0].content differs from character") == true)
    }

    @Test func aReplayEndsAnEpisodeWhereItsEnvironmentFailed() async throws {
        let model = ScriptedModel(Self.answers[.recode] ?? [])
        let journal = Journal()
        let policy = try chat(.recode, model, journal, CallBudget())
        let first = try await play(.recode, policy)
        await journal.loseLast()
        let replay = ReplayPolicy(
            run: "run", record: policy.record, calls: journal, renderer: try renderer(.recode),
            journal: Journal())
        let replayed = try await play(.recode, replay)
        #expect(replayed.ended == .policyError)
        #expect(replayed.calls == first.calls - 1)
        #expect(
            replayed.endedDetail?.hasSuffix(
                "in run the environment failed here, so there is no answer to replay.") == true)
    }

    @Test func aBudgetStopsBeforeTheCallThatExceedsIt() async throws {
        let model = ScriptedModel(Self.answers[.react] ?? [])
        let journal = Journal()
        let policy = try chat(.react, model, journal, CallBudget(maxCost: 1.0))
        await #expect(
            throws: BudgetReached(spent: Usage(promptTokens: 200, completionTokens: 20, costUSD: 1.0))
        ) {
            try await play(.react, policy)
        }
        #expect(await model.asked == 2)
        #expect(await journal.records.count == 2, "what was paid for is kept")
    }

    @Test func anAnswerOfUnknownPriceDoesNotLiftTheBudget() async throws {
        let budget = CallBudget(
            maxCost: 1.0, spent: Usage(promptTokens: 7, completionTokens: 1), knownCost: 0.5)
        let estimate = Usage(promptTokens: 1, completionTokens: 1, costUSD: 0.1)
        for usage in [Usage(costUSD: 0.25), Usage(), Usage(costUSD: 0.25)] {
            try await budget.reserve(estimate)
            await budget.settle(estimate, as: usage)
        }
        // The one whose usage nobody told counts as it was estimated.
        await #expect(throws: BudgetReached(spent: Usage(promptTokens: 8, completionTokens: 2))) {
            try await budget.reserve(estimate)
        }
    }

    @Test func whatCallsUnderWayMayCostIsWaitedForAndNotSpent() async throws {
        let budget = CallBudget(maxTokens: 10)
        let estimate = Usage(promptTokens: 20, completionTokens: 0)
        try await budget.reserve(estimate)
        let second = Task { try await budget.reserve(estimate) }
        while await !budget.isWaitedFor { await Task.yield() }
        await budget.settle(estimate, as: Usage(promptTokens: 4, completionTokens: 0))
        try await second.value
        let third = Task { try await budget.reserve(estimate) }
        while await !budget.isWaitedFor { await Task.yield() }
        await budget.settle(estimate, as: Usage(promptTokens: 7, completionTokens: 0))
        await #expect(throws: BudgetReached.self) { try await third.value }
        #expect(await budget.spent.promptTokens == 11)
        let late = CallBudget(maxTokens: 10)
        try await late.reserve(estimate)
        let cancelled = Task { try await late.reserve(estimate) }
        while await !late.isWaitedFor { await Task.yield() }
        cancelled.cancel()
        await #expect(throws: CancellationError.self) { try await cancelled.value }
    }

    @Test func aRefusedRequestEndsTheRunOnlyBeforeAnyAnswer() async throws {
        let streak = FailureStreak()
        let refused = ModelFailure(.badRequest, "No.")
        #expect(await streak.extend(by: refused).endsRun)
        await streak.end()
        for _ in 1..<FailureStreak.limit { #expect(await !streak.extend(by: refused).endsRun) }
        #expect(await streak.extend(by: refused).endsRun, "nothing is answered any more")
    }
}
