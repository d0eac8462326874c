import Decompose
import Prompts
import Testing
import Trajectories

/// Prompts that hold less: a bounded history, cut values.
@Suite struct BoundedPromptTests {
    @Test(arguments: [AgentKind.react, .codeact], [0, 1, 2, 100])
    func aPromptHoldsTheTaskAndTheLastTurns(method: AgentKind, history: Int) throws {
        let library = try TestPrompts.library
        for episode in [SampleEpisodes.nested, SampleEpisodes.retried] {
            let whole = try PairBuilder(method: method, prompts: library).pairs(of: episode)
            let bounded = try PairBuilder(method: method, prompts: library, history: history).pairs(
                of: episode)
            #expect(bounded.tally == whole.tally)
            for (pair, other) in zip(bounded.pairs, whole.pairs) {
                #expect(pair.prompt == other.prompt.prefix(2) + other.prompt.dropFirst(2).suffix(2 * history))
                #expect(pair.id == other.id && pair.completion == other.completion)
            }
        }
    }

    @Test func theHistoryOfARepairIsBoundedBeforeTheFailure() throws {
        var episode = EpisodeBuilder()
        let top = episode.placeholder("solve(instruction, observation)", status: .pending)
        for code in ["a", "b"] {
            episode.turn(thought: "T.", code: code, in: top, actions: [(code, "Seen.")])
        }
        episode.turn(
            thought: "T.", code: "c", in: top,
            attempts: [Attempt(response: "no", problem: .format, message: "why")])
        let builder = PairBuilder(method: .react, style: .bare, failures: .repair, history: 1)
        let repair = try #require(try builder.pairs(of: episode.trajectory(.react)).pairs.last)
        #expect(
            repair.prompt.dropFirst().map(\.content) == ["Thought: T.\nAction: b", "Seen.", "no", "why"])
    }

    private static let long = String(repeating: "0123456789", count: 40)

    private func pair(_ failures: FailurePolicy = .drop) throws -> (PairBuilder, Pair, Trajectory) {
        var episode = EpisodeBuilder()
        episode.placeholder(
            "x = solve(a, b, c)",
            variables: [
                Variable(name: "a", type: "str", value: "short"),
                Variable(name: "b", type: "str", value: Self.long),
                Variable(name: "c", type: "str", value: String(Self.long.prefix(200))),
            ], thought: "t", answer: "y()",
            attempts: [Attempt(response: "no", problem: .format, message: "why")])
        let builder = PairBuilder(method: .recode, style: .bare, failures: failures)
        let trajectory = episode.trajectory()
        return (builder, try #require(try builder.pairs(of: trajectory).pairs.last), trajectory)
    }

    private func length(_ pair: Pair) -> Int { pair.prompt.reduce(0) { $0 + $1.content.count } }

    @Test func theLongestValueLosesItsMiddleFirst() throws {
        let (builder, pair, trajectory) = try pair()
        let limit = length(pair) - 100
        let cut = try #require(try builder.truncated(pair, of: trajectory) { length($0) <= limit })
        let lines = cut.prompt[0].content.split(separator: "\n")
        #expect(lines.count == 4)
        #expect(lines[0] == "x = solve(a, b, c)" && lines[1] == "- a (str): short")
        #expect(lines[3] == "- c (str): \(Self.long.prefix(200))")
        let shown = lines[2].dropFirst("- b (str): ".count)
        let mark = try #require(shown.firstMatch(of: /… \[(\d+) characters left out\] …/))
        let missing = try #require(Int(mark.1))
        #expect(shown.count == Self.long.count - missing + mark.0.count)
        #expect(Self.long.hasPrefix(shown[..<mark.range.lowerBound]))
        #expect(Self.long.hasSuffix(shown[mark.range.upperBound...]))
        #expect(limit - 3 <= length(cut) && length(cut) <= limit, "as much as fits")
        #expect(cut.completion == pair.completion && cut.id == pair.id)
    }

    @Test func longValuesShareOneLimitAndShortOnesStay() throws {
        let (builder, pair, trajectory) = try pair(.repair)
        let cut = try #require(try builder.truncated(pair, of: trajectory) { length($0) <= 250 })
        let lines = cut.prompt[0].content.split(separator: "\n")
        let shown = try lines.dropFirst(2).map { line in
            let missing = try #require(line.firstMatch(of: /\[(\d+) characters/))
            return (line.hasPrefix("- b") ? 400 : 200) - (Int(missing.1) ?? 0)
        }
        #expect(shown.count == 2 && shown[0] == shown[1] && shown[0] > 0)
        #expect(lines[1] == "- a (str): short")
        #expect(cut.prompt.dropFirst().map(\.content) == ["no", "why"], "the failure stays")
    }

    @Test func whatCannotFitStaysOut() throws {
        let (builder, pair, trajectory) = try pair()
        #expect(try builder.truncated(pair, of: trajectory) { length($0) <= 20 } == nil)
        let flat = PairBuilder(method: .react, style: .bare)
        let turn = try #require(try flat.pairs(of: SampleEpisodes.nested).pairs.first)
        #expect(try flat.truncated(turn, of: SampleEpisodes.nested) { _ in true } == nil)
    }
}
