import Decompose
import Prompts
import Testing
import Trajectories

/// Pairs of a chosen and a rejected answer to the same prompt.
@Suite struct PreferenceTests {
    private let builder = PairBuilder(method: .recode, style: .bare, failures: .preference)

    /// An episode of a root with one call in it, each answered as said.
    private func episode(
        _ number: Int, reward: Double, plan: String = "step(observation)", step: String,
        status: NodeStatus = .completed, ended: EndReason = .resolved
    ) -> Trajectory {
        var episode = EpisodeBuilder()
        let top = episode.placeholder(
            "solve(instruction, observation)", variables: rootVariables, thought: "Plan.", answer: plan)
        let below = episode.placeholder(
            plan, in: top, variables: [rootVariables[1]], thought: "Do.", answer: step)
        episode.code(step, in: below, status: status)
        var trajectory = episode.trajectory()
        trajectory.id = "episode \(number)"
        trajectory.reward = reward
        trajectory.ended = ended
        return trajectory
    }

    private func pairs(
        of trajectories: [Trajectory], among all: [Trajectory], margin: Double? = nil
    ) throws -> [Decomposition] {
        var siblings = SiblingAnswers(margin: margin)
        for trajectory in trajectories { try siblings.expect(trajectory, by: builder) }
        for trajectory in all { try siblings.add(trajectory, by: builder) }
        return try trajectories.map { try builder.pairs(of: $0, siblings: siblings) }
    }

    private func said(_ step: String) -> [Message] {
        [Message(.assistant, "<think>\nDo.\n</think>\n<execute>\n\(step)\n</execute>")]
    }

    @Test func theAnswerThatFailedAtTheNodeIsRejected() throws {
        let cut = try builder.pairs(of: SampleEpisodes.retried)
        #expect(cut.pairs.map(\.nodeID) == [1])
        #expect(cut.pairs[0].kind == .preference)
        #expect(cut.pairs[0].completion[0].content.contains("Ask the stove."))
        #expect(cut.pairs[0].rejected?.count == 1)
        #expect(cut.pairs[0].rejected?[0].content.contains("1/0") == true)
        #expect(
            cut.pairs[0].prompt
                == [
                    Message(
                        .user, "source = find_heat(observation)\n- observation (str): You are in the hallway."
                    )
                ])
        #expect(cut.tally == PairTally(kept: 1, dropped: [.noRejectedAnswer: 2]))
    }

    @Test func aFailureThatKeptTheFormatIsWrittenAsAnswersAreAndOneThatBrokeItAsItWas() throws {
        let runtime = Attempt(
            response: "<think> Hm. </think><execute>```python\nx()\n```</execute>", problem: .runtime,
            message: "m")
        let format = Attempt(response: "<execute>def f(): 1</execute>", problem: .format, message: "m")
        for (attempts, rejected) in [
            ([format, runtime], "<think>\nHm.\n</think>\n<execute>\nx()\n</execute>"),
            ([runtime, format], "<execute>def f(): 1</execute>"),
            (
                [format, Attempt(response: "", problem: .format, message: "m")],
                "<execute>def f(): 1</execute>"
            ),
            (
                [format, Attempt(response: " \n\t", problem: .format, message: "m")],
                "<execute>def f(): 1</execute>"
            ),
        ] {
            var episode = EpisodeBuilder()
            episode.placeholder("solve()", thought: "t", answer: "y()", attempts: attempts)
            #expect(
                try builder.pairs(of: episode.trajectory()).pairs.map(\.rejected) == [
                    [Message(.assistant, rejected)]
                ])
        }
    }

    @Test func aFailureWithTheBytesOfTheAnswerIsNotRejected() throws {
        var episode = EpisodeBuilder()
        let same = Attempt(
            response: "<think>\nt\n</think>\n<execute>\ny()\n</execute>", problem: .runtime, message: "m")
        episode.placeholder("solve()", thought: "t", answer: "y()", attempts: [same, same])
        let cut = try builder.pairs(of: episode.trajectory())
        #expect(cut.pairs.isEmpty)
        #expect(cut.tally == PairTally(dropped: [.noRejectedAnswer: 1]))
    }

    @Test func theWorstOtherAnswerOfAnotherTrajectoryIsRejected() throws {
        let best = episode(1, reward: 1, step: "a()")
        let others = [
            episode(2, reward: 0.5, step: "b()"), episode(3, reward: 0.2, step: "a()"),
            episode(4, reward: 0.3, step: "c()"), episode(5, reward: 0.3, step: "d()"),
        ]
        let cuts = try pairs(of: [best], among: [best] + others)
        #expect(cuts[0].pairs.map(\.nodeID) == [1])
        #expect(cuts[0].pairs[0].completion == said("a()"))
        #expect(cuts[0].tally == PairTally(kept: 1, dropped: [.noRejectedAnswer: 1]))
        // Of equal rewards the smaller id of a pair decides.
        let smaller = [4, 5].min { one, other in
            Pair.derivedID(trajectoryID: "episode \(one)", method: .recode, index: 1)
                < Pair.derivedID(trajectoryID: "episode \(other)", method: .recode, index: 1)
        }
        #expect(cuts[0].pairs[0].rejected == said(smaller == 4 ? "c()" : "d()"))
        for order in [others.reversed(), [others[2], others[0], others[3], others[1]]] {
            #expect(try pairs(of: [best], among: order) == cuts)
        }
    }

    @Test func aPromptWithOtherVariablesOrOfAnotherTaskIsAnotherPrompt() throws {
        let best = episode(1, reward: 1, step: "a()")
        var elsewhere = episode(2, reward: 0, step: "b()")
        elsewhere.taskID = "scienceworld/boil/4"
        var changed = episode(3, reward: 0, step: "b()")
        changed.nodes[1].expansion?.variables[0].value += " "
        changed.nodes[0].expansion?.variables[0].value += " "
        var eased = episode(4, reward: 0, step: "b()")
        eased.environment.options = ["simplifications": .string("easy")]
        let cut = try pairs(of: [best], among: [best, elsewhere, changed, eased])
        #expect(cut[0].tally == PairTally(dropped: [.noRejectedAnswer: 2]))
    }

    @Test(arguments: [(0.1, 1), (0.11, 0), (nil, 1)] as [(Double?, Int)])
    func rewardsDifferByTheMargin(margin: Double?, count: Int) throws {
        let (best, other) = (episode(1, reward: 0.9, step: "a()"), episode(2, reward: 0.8, step: "b()"))
        #expect(try pairs(of: [best], among: [best, other], margin: margin)[0].pairs.count == count)
        #expect(try pairs(of: [other], among: [best, other], margin: margin)[0].pairs.isEmpty)
        let equal = episode(3, reward: 0.9, step: "b()")
        #expect(try pairs(of: [best], among: [best, equal], margin: margin)[0].pairs.isEmpty)
    }

    @Test func whatFailedBelowIsNeverChosenAndMayBeRejected() throws {
        let failed = episode(1, reward: 1, step: "a()", status: .failed)
        let other = episode(2, reward: 0.5, step: "b()")
        let cut = try pairs(of: [failed], among: [failed, other])
        #expect(cut[0].tally == PairTally(dropped: [.failedSubtree: 2]))
        let worse = episode(3, reward: 0, step: "c()", status: .failed)
        #expect(try pairs(of: [other], among: [worse])[0].pairs[0].rejected == said("c()"))
        let broken = episode(4, reward: 0, step: "c()", ended: .environmentError)
        #expect(try pairs(of: [other], among: [broken])[0].pairs.isEmpty)
    }

    @Test func aTurnIsPreferredAfterTheSameTurns() throws {
        func flat(_ number: Int, _ reward: Double, _ codes: [String]) -> Trajectory {
            var episode = EpisodeBuilder()
            let top = episode.placeholder("solve(instruction, observation)", status: .pending)
            for code in codes { episode.turn(thought: "T.", code: code, in: top, actions: [(code, "Seen.")]) }
            var trajectory = episode.trajectory(.react)
            trajectory.id = "episode \(number)"
            trajectory.reward = reward
            return trajectory
        }
        let (best, other) = (flat(1, 1, ["look", "take", "go"]), flat(2, 0, ["look", "eat", "stay"]))
        let builder = PairBuilder(method: .react, style: .bare, failures: .preference)
        var siblings = SiblingAnswers()
        try siblings.expect(best, by: builder)
        for trajectory in [best, other] { try siblings.add(trajectory, by: builder) }
        let cut = try builder.pairs(of: best, siblings: siblings)
        #expect(cut.pairs.map(\.turn) == [1])
        #expect(cut.pairs[0].completion == [Message(.assistant, "Thought: T.\nAction: take")])
        #expect(cut.pairs[0].rejected == [Message(.assistant, "Thought: T.\nAction: eat")])
        #expect(cut.tally == PairTally(kept: 1, dropped: [.noRejectedAnswer: 2]))
    }

    /// The rule once more, straight from its words: all answers to the same prompt side by side.
    @Test(arguments: FlatteningTests.seeds)
    func siblingsAreThoseAnExhaustiveSearchFinds(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let episodes = (0..<12).map { number in
            episode(
                number, reward: Double(Int.random(in: 0...4, using: &generator)) / 4,
                plan: ["step(observation)", "plan(observation)"].randomElement(using: &generator) ?? "",
                step: ["a()", "b()", "c()"].randomElement(using: &generator) ?? "")
        }
        let kept = episodes.filter { $0.reward >= 0.5 }
        let cuts = try pairs(of: kept, among: episodes)
        let answers = try episodes.flatMap {
            try PairBuilder(method: .recode, style: .bare).pairs(of: $0).pairs
        }
        for (trajectory, cut) in zip(kept, cuts) {
            #expect(cut.tally.asked == 2 && cut.tally.kept == cut.pairs.count)
            for answer in answers where answer.trajectoryID == trajectory.id {
                let worst = answers.filter {
                    $0.prompt == answer.prompt && $0.completion != answer.completion
                        && $0.reward < answer.reward
                }.min { ($0.reward, $0.id) < ($1.reward, $1.id) }
                let pair = cut.pairs.first { $0.nodeID == answer.nodeID }
                #expect(pair?.rejected == worst?.completion)
                #expect(pair == nil || pair?.completion == answer.completion)
            }
        }
    }
}
