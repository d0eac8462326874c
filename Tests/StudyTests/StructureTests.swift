import Study
import Testing
import Trajectories

/// The shape and the structure of trees, counted by hand.
@Suite struct StructureTests {
    private func shape(_ text: String) -> TreeShape? {
        TreeShape(of: TreeBuilder.trajectory(text))
    }

    @Test func theShapeOfATreeIsThatCountedByHand() {
        let text = """
            >
              > a
                !
                !
                -
              !
              > b
                >
                  !
            """
        #expect(
            shape(text) == TreeShape(depth: 3, expansions: 4, children: 8, placeholders: 3, primitives: 4))
    }

    @Test func whatWasGivenUpIsNoPartOfTheShape() {
        let text = """
            > r
              >0 a
                >
                  !
              x0
              .0
              !1
              > b
            """
        // The last line is of attempt 0 as well.
        #expect(
            shape(text) == TreeShape(depth: 1, expansions: 1, children: 1, placeholders: 0, primitives: 1))
        #expect(
            shape("?") == TreeShape(depth: 0, expansions: 0, children: 0, placeholders: 0, primitives: 0))
    }

    @Test func whatWasNeverReachedCountsForBranchingAlone() {
        let text = """
            >
              ?
              .
              .
            """
        #expect(
            shape(text) == TreeShape(depth: 1, expansions: 1, children: 3, placeholders: 1, primitives: 0))
        #expect(TreeShape(of: TreeBuilder.trajectory(">", agent: .react)) == nil)
    }

    @Test func averagesAreOverTrajectoriesThatHaveTheMeasure() throws {
        let shapes = [
            TreeShape(depth: 3, expansions: 2, children: 6, placeholders: 1, primitives: 3),
            TreeShape(depth: 1, expansions: 1, children: 1, placeholders: 0, primitives: 0),
            TreeShape(depth: 0, expansions: 0, children: 0, placeholders: 0, primitives: 0),
        ]
        let shape = StudyShape(of: shapes)
        #expect([shape.depth.n, shape.branching.n, shape.placeholderRatio.n] == [3, 2, 1])
        #expect(shape.depth.mean == 1.333333 && shape.depth.sd == 1.527525)
        #expect(shape.branching.mean == 2 && shape.branching.sd == 1.414214)
        #expect(shape.placeholderRatio.mean == 0.25 && shape.placeholderRatio.sd == 0)
        #expect(StudyShape(of: []).depth.mean == nil)
    }

    private func structure(_ text: String, ended: EndReason = .resolved) -> EpisodeStructure {
        EpisodeStructure(of: TreeBuilder.trajectory(text, ended: ended))
    }

    @Test func lostOutputsAreThoseOfPlaceholdersThatRanToTheirEnd() {
        let text = """
            >
              > a [b] [c]
                !
              > a
                !
              > a
                > [d]
                  !
                .
              .
            """
        #expect(structure(text).outputs == .init(declaring: 4, losing: 2, lost: 3))
        // What stopped, the last line that ran, was in two of them.
        #expect(structure(text, ended: .environmentDone).outputs == .init(declaring: 2, losing: 1, lost: 2))
    }

    @Test func attemptsAreCountedByReasonWhereverTheyWere() {
        let text = """
            > f f r
              >0 a f
                !
              x0
              >1 b l
                !
              ?1 f
            """
        let found = structure(text, ended: .rewriteLimit)
        #expect(AttemptProblem.allCases.map(found.attempts) == [4, 1, 1])
        #expect([found.repaired, found.unrepaired] == [3, 1])
        #expect(found.outputs == .init(declaring: 2))
    }

    @Test func flatAndImportedEpisodesDoNotSayWhatWasLost() {
        var trajectory = TreeBuilder.trajectory("> r\n  > [a]\n    !")
        #expect(EpisodeStructure(of: trajectory, recordsLosses: false).outputs == nil)
        #expect(EpisodeStructure(of: trajectory, recordsLosses: false).repaired == 1)
        trajectory.agent = .codeact
        let structure = EpisodeStructure(of: trajectory)
        #expect(structure.outputs == nil)
        let row = StructureRow(
            of: StructureGroup(
                environment: "e", policy: "p", agent: .codeact,
                episodes: [.init(reward: 1, ended: .loop, structure: structure)]))
        #expect(row.lostOutputs == nil)
        #expect(row.ended == ["loop": 1])
    }
}

/// What makes pairs the same, and tasks shared.
@Suite struct PairKeyTests {
    private func key(_ prompt: [String], _ completion: String) -> UInt64 {
        var keys = PairKeys()
        return keys.key(
            prompt: prompt.map { Message(.user, $0) }, completion: [Message(.assistant, completion)])
    }

    @Test func whiteSpaceMakesNoDifferenceAndAllElseDoes() {
        let own = key(["take(a, b)\n- a (str): x"], "go\nthere")
        #expect(key([" take(a,\tb)\r\n\n- a (str): x "], "go  there\n") == own)
        for other in [
            key(["take(a, b)\n- a (str): X"], "go\nthere"), key(["take(a,b)\n- a (str): x"], "go\nthere"),
            key(["take(a, b)\n- a (str): x"], "go\nthere."),
            key(["take(a, b)", "- a (str): x"], "go\nthere"),
            key(["take(a, b)\n- a (str): x go"], "there"),
        ] {
            #expect(other != own)
        }
    }

    @Test func aPromptHasOneKeyWhateverWasReadBefore() {
        var generator = SeededGenerator(seed: 5)
        var keys = PairKeys()
        var seen: [[Message]: UInt64] = [:]
        for _ in 0..<2_000 {
            let prompt = (0..<Int.random(in: 1...5, using: &generator)).map { _ in
                Message(
                    Bool.random(using: &generator) ? .user : .assistant,
                    ["a", "b"].randomElement(using: &generator) ?? "")
            }
            let completion = [Message(.assistant, "c")]
            let found = keys.key(prompt: prompt, completion: completion)
            var fresh = PairKeys()
            #expect(fresh.key(prompt: prompt, completion: completion) == found)
            #expect(seen.updateValue(found, forKey: prompt).map { $0 == found } ?? true)
        }
        #expect(Set(seen.values).count == seen.count)
    }

    @Test func coverageSaysWhatIsSharedAndWhatIsNot() {
        let tasks: [AgentKind: Set<String>] = [
            .recode: ["a", "b", "c"], .react: ["b", "c"], .codeact: ["c", "d"],
        ]
        let coverage = StudyCoverage(environment: "webshop", tasks: tasks, isPaired: false)
        #expect(coverage.shared == 1 && coverage.differs)
        #expect(
            coverage.words
                == "in webshop the methods cover different tasks: 1 task instance in common; not in common: "
                + "ReAct 1 of 2, CodeAct 1 of 2, ReCode 2 of 3.")
        #expect(StudyCoverage(environment: "w", tasks: [.recode: ["a"]], isPaired: false).words == nil)
        #expect(
            StudyCoverage(environment: "w", tasks: [.recode: ["a"], .react: ["a"]], isPaired: false).words
                == nil)
        let paired = StudyCoverage(environment: "webshop", tasks: tasks, isPaired: true)
        #expect(
            paired.words
                == "in webshop the 1 task instance that every method has something eligible of; left out: "
                + "ReAct 1 of 2, CodeAct 1 of 2, ReCode 2 of 3.")
    }
}
