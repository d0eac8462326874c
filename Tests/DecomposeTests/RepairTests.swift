import Decompose
import Prompts
import Testing
import Trajectories

/// Pairs of a failed answer and the one that mended it.
@Suite struct RepairTests {
    private func builder(_ method: AgentKind = .recode) throws -> PairBuilder {
        PairBuilder(method: method, prompts: try TestPrompts.library, failures: .repair)
    }

    @Test func theLastFailureAndWhatWasSaidOfItComeBeforeTheAnswerThatStood() throws {
        let cut = try builder().pairs(of: SampleEpisodes.retried)
        #expect(cut.pairs.map(\.kind) == [.answer, .answer, .repair, .answer])
        #expect(cut.pairs.map(\.nodeID) == [0, 1, 1, 2])
        #expect(cut.tally == PairTally(kept: 4))
        let (answer, repair) = (cut.pairs[1], cut.pairs[2])
        #expect(repair.completion == answer.completion)
        #expect(repair.turn == answer.turn && repair.id != answer.id && repair.id.count == 32)
        #expect(Array(repair.prompt.dropLast(2)) == answer.prompt)
        #expect(
            repair.prompt.suffix(2) == [
                Message(
                    .assistant,
                    "<think>\nLook, then choose.\n</think>\n<execute>\nlook()\nrun('wait')\n1/0\n</execute>"),
                Message(
                    .user,
                    """
                    Your lines do not stand:
                    ZeroDivisionError: division by zero

                    Write the lines that stand in place of the same call again, whole, as <think>…</think> and then \
                    <execute>…</execute>. Whatever ran of them has happened; the variables above show how things are now.
                    """),
            ])
    }

    @Test func theIDIsThatOfTheAnswerWithItsKindOnALineMore() throws {
        let pairs = try builder().pairs(of: SampleEpisodes.retried).pairs
        #expect(
            pairs[2].id
                == String(Digest.sha256Hex(of: "\(pairs[2].trajectoryID)\nrecode\n1\nrepair".utf8).prefix(32))
        )
    }

    @Test func aTurnIsMendedWithItsHistoryBeforeIt() throws {
        var episode = EpisodeBuilder()
        let top = episode.placeholder("solve(instruction, observation)", status: .pending)
        episode.turn(thought: "Look.", code: "look around", in: top, actions: [("look around", "A stove.")])
        episode.turn(
            thought: "Heat.", code: "activate stove", in: top, actions: [("activate stove", "On.")],
            attempts: [
                Attempt(response: "Heat!", problem: .format, message: "no action"),
                Attempt(response: "", problem: .format, message: "none at all"),
            ])
        episode.turn(
            thought: "", code: "", in: top, status: .failed, response: "",
            attempts: [Attempt(response: "?", problem: .format, message: "no action")])
        let cut = try builder(.react).pairs(of: episode.trajectory(.react))
        #expect(cut.pairs.map(\.kind) == [.answer, .answer, .repair])
        #expect(cut.pairs.map(\.turn) == [0, 1, 1])
        #expect(cut.tally == PairTally(kept: 3, dropped: [.notAccepted: 1, .noRepair: 1]))
        #expect(
            cut.pairs[2].prompt.dropFirst().map(\.content) == [
                "Task:\nYour task is to boil water.\n\nObservation:\nYou are in the hallway.",
                "Thought: Look.\nAction: look around", "Observation:\nA stove.", "(nothing)",
                "Your answer does not stand:\nnone at all\n\nAnswer again, with \"Thought: …\" and then one \"Action: …\".",
            ])
    }

    @Test func whatNothingMendsIsCounted() throws {
        let cut = try builder().pairs(of: SampleEpisodes.failedSubtree)
        #expect(cut.pairs.map(\.kind) == [.answer])
        #expect(cut.tally == PairTally(kept: 1, dropped: [.failedSubtree: 2, .notAccepted: 1, .noRepair: 1]))
    }

    @Test func flattenedTreesHaveNothingToMend() throws {
        let flat = try builder(.react).pairs(of: SampleEpisodes.retried)
        #expect(flat.pairs.allSatisfy { $0.kind == .answer })
        #expect(
            flat.pairs
                == (try PairBuilder(method: .react, prompts: TestPrompts.library)
                    .pairs(of: SampleEpisodes.retried).pairs))
    }

    @Test(arguments: FlatteningTests.seeds)
    func everyAnswerAndEveryFailureIsKeptOrDroppedOnce(seed: UInt64) throws {
        let episode = RandomEpisode.drawn(seed: seed)
        let expansions = episode.nodes.compactMap(\.expansion)
        let cut = try PairBuilder(method: .recode, style: .bare, failures: .repair).pairs(of: episode)
        #expect(cut.tally.asked == expansions.count + expansions.count { !$0.attempts.isEmpty })
        #expect(cut.tally.kept == cut.pairs.count)
        #expect(Set(cut.pairs.map(\.id)).count == cut.pairs.count)
        #expect(Set(cut.pairs.map { "\($0.nodeID) \($0.kind)" }).count == cut.pairs.count)
        let answers = try PairBuilder(method: .recode, style: .bare).pairs(of: episode).pairs
        #expect(cut.pairs.filter { $0.kind == .answer } == answers)
        let mended = answers.filter { episode.nodes[$0.nodeID].expansion?.attempts.isEmpty == false }
        #expect(cut.pairs.filter { $0.kind == .repair }.map(\.nodeID) == mended.map(\.nodeID))
    }
}
