import Decompose
import Prompts
import Testing
import Trajectories

@Suite struct PairBuilderTests {
    @Test(arguments: AgentKind.allCases)
    func emptyTreeYieldsNoPairs(method: AgentKind) throws {
        let cut = try PairBuilder(method: method, prompts: try TestPrompts.library).pairs(
            of: SampleEpisodes.empty)
        #expect(cut.pairs.isEmpty)
        #expect(cut.tally == PairTally())
    }

    @Test func failureTakesItsAncestorsAlongAndLeavesItsSiblings() throws {
        let cut = try PairBuilder(method: .recode, prompts: try TestPrompts.library).pairs(
            of: SampleEpisodes.failedSubtree)
        #expect(cut.pairs.map(\.nodeID) == [1])
        #expect(cut.tally == PairTally(kept: 1, dropped: [.failedSubtree: 2, .notAccepted: 1]))
    }

    @Test func abandonedAttemptIsNoFailureAndItsOwnSuccessYieldsAPair() throws {
        let cut = try PairBuilder(method: .recode, prompts: try TestPrompts.library).pairs(
            of: SampleEpisodes.retried)
        #expect(cut.pairs.map(\.nodeID) == [0, 1, 2])
        #expect(cut.tally == PairTally(kept: 3))
        let completion = try #require(cut.pairs[1].completion.first).content
        #expect(completion.contains("Ask the stove.") && !completion.contains("1/0"))
    }

    @Test func flatHistoryHoldsAbandonedAttemptsWithTheirOwnThoughts() throws {
        let cut = try PairBuilder(method: .react, prompts: try TestPrompts.library).pairs(
            of: SampleEpisodes.retried)
        #expect(
            cut.pairs.map { $0.completion[0].content } == [
                "Thought: One look.\nAction: look around",
                "Thought: Look, then choose.\nAction: wait",
                "Thought: Ask the stove.\nAction: activate stove",
            ])
    }

    @Test func thoughtOfAnAttemptNobodyAcceptedIsRead() throws {
        let cut = try PairBuilder(method: .react, prompts: try TestPrompts.library).pairs(
            of: SampleEpisodes.failedSubtree)
        #expect(cut.pairs.map { $0.completion[0].content }.last == "Thought: Try.\nAction: eat stove")
    }

    @Test func promptsRepeatTheHistoryTurnByTurn() throws {
        let pairs = try PairBuilder(method: .react, prompts: try TestPrompts.library).pairs(
            of: SampleEpisodes.nested
        ).pairs
        for (earlier, later) in zip(pairs, pairs.dropFirst()) {
            #expect(Array(later.prompt.dropLast()) == earlier.prompt + earlier.completion)
            #expect(later.prompt.last?.role == .user)
        }
    }

    @Test func valuesThatLookLikeMarkersStayAsTheyAre() throws {
        let pairs = try PairBuilder(method: .recode, prompts: try TestPrompts.library).pairs(
            of: SampleEpisodes.quotes
        ).pairs
        let user = try #require(pairs[1].prompt.last).content
        #expect(user.contains("say({{variables}})"))
        #expect(user.contains("- words (list[str]): ['{{signature}}', \"it's\"]"))
    }

    @Test(arguments: SampleEpisodes.names, AgentKind.allCases)
    func trajectoryAndTurnAreUniqueWhereNodesRepeat(name: String, method: AgentKind) throws {
        let episode = try SampleEpisodes.named(name)
        guard episode.agent == .recode || episode.agent == method else { return }
        let pairs = try PairBuilder(method: method, style: .bare, prompts: .none).pairs(of: episode).pairs
        #expect(Set(pairs.map(\.turn)).count == pairs.count)
        #expect(Set(pairs.map(\.id)).count == pairs.count)
        #expect(pairs.map(\.turn) == pairs.map(\.turn).sorted())
        if method == .recode { #expect(Set(pairs.map(\.nodeID)).count == pairs.count) }
        if name == "repeated-actions", method == .react {
            #expect(Set(pairs.map(\.nodeID)).count < pairs.count, "one node, several actions")
        }
    }

    @Test func idsDifferBetweenMethodsAndStayAcrossStyles() throws {
        let recode = try PairBuilder(method: .recode, prompts: try TestPrompts.library).pairs(
            of: SampleEpisodes.nested
        ).pairs.map(\.id)
        let bare = try PairBuilder(method: .recode, style: .bare).pairs(of: SampleEpisodes.nested).pairs.map(
            \.id)
        let react = try PairBuilder(method: .react, prompts: try TestPrompts.library).pairs(
            of: SampleEpisodes.nested
        ).pairs.map(\.id)
        #expect(recode == bare)
        #expect(Set(recode + react).count == recode.count + react.count)
        #expect(recode.allSatisfy { $0.count == 32 })
    }

    @Test func zeroShotHoldsNoExampleAndFewShotDoes() throws {
        for method in AgentKind.allCases {
            let zero = try PromptRenderer(
                library: try TestPrompts.library, environment: "scienceworld", method: method,
                style: .zeroShot)
            let few = try PromptRenderer(
                library: try TestPrompts.library, environment: "scienceworld", method: method, style: .fewShot
            )
            let zeroText = try #require(zero.system)
            let fewText = try #require(few.system)
            #expect(!zeroText.contains("Example"))
            #expect(fewText.hasPrefix(zeroText))
            #expect(fewText.contains("stopwatch"))
            #expect(zero.promptSHA256 != few.promptSHA256)
        }
    }
}

@Suite struct DecomposeErrorTests {
    @Test func unknownEnvironmentNamesThoseThereAre() throws {
        let sample = SampleEpisodes.simple
        var foreign = sample
        foreign.environment.name = "chess"
        let error = #expect(throws: DecomposeError.self) {
            try PairBuilder(method: .recode, prompts: try TestPrompts.library).pairs(of: foreign)
        }
        #expect(
            error?.description
                == "there are no prompts for environment \"chess\" in \(TestPrompts.folder), only for agentgym-alfworld, "
                + "agentgym-sciworld, agentgym-webshop, alfworld, scienceworld, webshop. Add environments/chess/world.txt and actions.txt there, or use style bare, which needs none."
        )
        #expect(try PairBuilder(method: .recode, style: .bare).pairs(of: foreign).pairs.count == 1)
    }

    @Test(arguments: [(AgentKind.react, AgentKind.recode), (.react, .codeact), (.codeact, .react)])
    func flatTrajectoryHasNoOtherMethodsPairs(agent: AgentKind, method: AgentKind) throws {
        var flat = SampleEpisodes.nativeReact
        flat.agent = agent
        let error = #expect(throws: DecomposeError.self) {
            try PairBuilder(method: method, prompts: try TestPrompts.library).pairs(of: flat)
        }
        #expect(error?.code == .unsupportedMethod)
        #expect(error?.message.contains("Export it with method \(agent.rawValue).") == true)
    }

    @Test func nodesThatAreNoTreeAreRefused() throws {
        var broken = SampleEpisodes.nested
        broken.nodes[2].parent = 7
        let error = #expect(throws: DecomposeError.self) {
            try PairBuilder(method: .react, prompts: try TestPrompts.library).tally(of: broken)
        }
        #expect(
            error?.description
                == "trajectory 0123456789abcdef0123456789abcdef: the node at position 2 has id 2 and "
                + "parent 7; ids must be positions and parents come before their children. Collect the episode again."
        )
    }
}
