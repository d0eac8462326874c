import Decompose
import FoundationEssentials
import Prompts
import Subprocess
import Testing
import Trajectories

@Suite struct FlatteningTests {
    static let seeds: [UInt64] = Array(1...40)

    @Test(arguments: seeds)
    func everyAnswerIsKeptOrDroppedOnce(seed: UInt64) throws {
        let episode = RandomEpisode.drawn(seed: seed)
        let asked = episode.nodes.filter { $0.kind == .placeholder && $0.expansion != nil }
        let builder = PairBuilder(method: .recode, style: .bare)
        let cut = try builder.pairs(of: episode)
        #expect(cut.tally.asked == asked.count)
        #expect(cut.tally.kept == cut.pairs.count)
        #expect(try builder.tally(of: episode) == cut.tally)
        #expect(Set(cut.pairs.map(\.nodeID)).count == cut.pairs.count)
        #expect(Set(cut.pairs.map(\.turn)).count == cut.pairs.count)
        #expect(cut.pairs.allSatisfy { Self.hasCleanSubtree(episode.nodes[$0.nodeID], in: episode.nodes) })
    }

    /// The rule once more, straight from its words: no failure below through last attempts.
    private static func hasCleanSubtree(_ node: Node, in nodes: [Node]) -> Bool {
        let children = nodes.filter { $0.parent == node.id }
        let last = children.map(\.attempt).max()
        return children.filter { $0.attempt == last }.allSatisfy {
            $0.status != .failed && hasCleanSubtree($0, in: nodes)
        }
    }

    @Test(arguments: seeds)
    func reactKeepsAllActionsInOrder(seed: UInt64) throws {
        let episode = RandomEpisode.drawn(seed: seed)
        let turns = try Flattening(of: episode, as: .react).turns
        #expect(turns.map(\.code) == episode.nodes.flatMap { $0.actions.map(\.action) })
        #expect(turns.map(\.observation) == episode.nodes.flatMap { $0.actions.map(\.observation) })
        #expect(turns.allSatisfy { !$0.thought.isEmpty })
    }

    /// What the flattened code does when Python runs it: the actions it sends and the text it prints.
    struct Replay: Decodable {
        var actions: [String]
        var printed: [String]
    }

    @Test func codeActRunByPythonSendsTheRecordedActionsAndPrintsTheObservations() async throws {
        var episodes = try SampleEpisodes.names.map(SampleEpisodes.named).filter { $0.agent == .recode }
        episodes += Self.seeds.map(RandomEpisode.drawn)
        let turns = try episodes.map { try Flattening(of: $0, as: .codeact).turns }
        let observations = episodes.map { $0.nodes.flatMap { $0.actions.map(\.observation) } }
        let work = zip(turns, observations).map { Work(blocks: $0.map(\.code), observations: $1) }
        let replays = try CanonicalJSON.decode([Replay].self, from: await Self.python(work))
        #expect(replays.count == episodes.count)
        for ((episode, turns), replay) in zip(zip(episodes, turns), replays) {
            #expect(replay.actions == episode.nodes.flatMap { $0.actions.map(\.action) })
            #expect(replay.printed == turns.map { $0.observation + "\n" })
        }
    }

    struct Work: Encodable {
        var blocks: [String]
        var observations: [String]
    }

    private static func python(_ work: [Work]) async throws -> [UInt8] {
        let script = """
            import contextlib, io, json, sys
            replays = []
            for episode in json.load(sys.stdin):
                answers, actions, printed = iter(episode["observations"]), [], []
                def run(action):
                    actions.append(action)
                    return next(answers)
                for block in episode["blocks"]:
                    with contextlib.redirect_stdout(io.StringIO()) as shown:
                        exec(block, {"run": run})
                    printed.append(shown.getvalue())
                replays.append({"actions": actions, "printed": printed})
            json.dump(replays, sys.stdout)
            """
        let input = try CanonicalJSON.encode(work)
        let result = try await run(
            .name("python3"), arguments: ["-c", script], input: .array(input),
            output: .bytes(limit: 64 << 20),
            error: .string(limit: 1 << 16))
        #expect(result.terminationStatus.isSuccess, "\(result.standardError)")
        return result.standardOutput
    }

    @Test func threeOfTheSameBecomeALoopAndTwoDoNot() throws {
        let turns = try Flattening(of: SampleEpisodes.repeatedActions, as: .codeact).turns
        #expect(
            turns.map(\.code) == [
                """
                for _ in range(4):
                    print(run('wait1'))
                print(run('look'))
                print(run('look'))
                print(run('wait1'))
                """
            ])
    }
}
