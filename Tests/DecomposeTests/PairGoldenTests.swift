import Decompose
import Prompts
import Testing
import Trajectories

@Suite struct PairGoldenTests {
    /// All pairs of a sample, by every method it has data for, each after a line with its counts.
    @Test(arguments: SampleEpisodes.names)
    func pairsAreAsRecorded(name: String) throws {
        let sample = try SampleEpisodes.named(name)
        let methods = sample.agent == .recode ? AgentKind.allCases : [sample.agent]
        var text = ""
        for method in methods {
            let cut = try PairBuilder(method: method, style: .bare).pairs(of: sample, rank: 2)
            text += try GoldenFile.header(method, cut.tally)
            text += try GoldenFile.lines(of: cut.pairs)
        }
        try GoldenFile.check(text, "\(name).jsonl")
    }

    /// The prompts word for word, as a model reads them.
    @Test(arguments: AgentKind.allCases, PromptStyle.allCases)
    func promptsAreAsRecorded(method: AgentKind, style: PromptStyle) throws {
        let cut = try PairBuilder(method: method, style: style, prompts: try TestPrompts.library).pairs(
            of: SampleEpisodes.simple)
        let pair = try #require(cut.pairs.last)
        let text = (pair.prompt + pair.completion).map { "=== \($0.role.rawValue)\n\($0.content)\n" }.joined()
        try GoldenFile.check(text, "prompt-\(method.rawValue)-\(style.rawValue).txt")
    }
}
