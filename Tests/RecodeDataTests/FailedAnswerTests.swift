import Decompose
import Export
import Filter
import FoundationEssentials
import JSONLines
import TemporaryFiles
import Testing
import Trajectories

@testable import RecodeData

/// What the command line makes of failed answers, histories and long rows, from the real episodes of data/samples.
@Suite(.serialized) struct FailedAnswerTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    /// A row, whatever it teaches.
    private struct Row: Decodable {
        var id: String
        var kind: Pair.Kind
        var prompt: [Message]
        var completion: [Message]?
        var chosen: [Message]?
        var rejected: [Message]?
        var turn: Int
        var tokens: Int?
        var trajectory_id: String
    }

    private func export(_ arguments: String...) async throws -> (manifest: ExportManifest, rows: [Row]) {
        let out = directory.file("out")
        let outcome = try await BuiltProgram.run(
            ["export"] + arguments + ["--out", out], in: directory.path)
        try #require(outcome.code == 0, "\(outcome.errors)")
        let reader = try JSONLinesReader(path: "\(out)/train-00000-of-00001.jsonl.gz")
        var rows: [Row] = []
        while let line = try reader.next() {
            rows.append(try CanonicalJSON.decode(Row.self, from: line.bytes))
        }
        let manifest = try ExportManifest.read(from: out)
        #expect(manifest.counts.pairs == rows.count)
        #expect(Set(rows.map(\.id)).count == rows.count)
        #expect(Set(rows.map { "\($0.trajectory_id) \($0.turn) \($0.kind)" }).count == rows.count)
        return (manifest, rows)
    }

    private func asked(_ trajectories: [Trajectory]) -> Int {
        trajectories.reduce(0) { $0 + $1.nodes.count { $0.kind == .placeholder && $0.expansion != nil } }
    }

    @Test func repairsStandBesideTheAnswers() async throws {
        try SampleRun.writeWorse(
            to: directory.file("worse"),
            attempts: [Attempt(response: "Nothing to do.", problem: .format, message: "There is no block.")])
        let (manifest, rows) = try await export("worse", "--failures", "repair")
        let answers = rows.filter { $0.kind == .answer }
        let repairs = rows.filter { $0.kind == .repair }
        #expect(manifest.recipe.failures == .repair)
        #expect(answers.count + repairs.count == rows.count && answers.count == repairs.count)
        #expect(
            rows.count + manifest.counts.dropped.values.reduce(0, +) == 2
                * asked(try SampleRun.trajectories()),
            "every answer and every failure")
        #expect(manifest.counts.dropped.isEmpty, "all of the expert's answers stood")
        for (answer, repair) in zip(answers, repairs) {
            #expect(Array(repair.prompt.dropLast(2)) == answer.prompt)
            #expect(repair.prompt[repair.prompt.count - 2].content == "Nothing to do.")
            #expect(repair.prompt.last?.content.contains("\nThere is no block.\n") == true)
            #expect(repair.completion == answer.completion)
        }
    }

    @Test func repairsOfDifferentFailuresAreNoDuplicates() async throws {
        // The same correction after different answers: what was corrected tells them apart.
        let words = (0..<2).map { number in
            (0..<40).map { "word\($0 * 7 + number * 1000)" }.joined(separator: " ")
        }
        for (name, text) in zip(["one", "two"], words) {
            try SampleRun.writeWorse(
                to: directory.file(name),
                attempts: [Attempt(response: text, problem: .format, message: "There is no block.")])
        }
        let repairs = try ["one", "two"].compactMap { name in
            try PairBuilder(method: .recode, style: .bare, prompts: .none, failures: .repair).pairs(
                of: try #require(try RunDirectory.open(directory.file(name)).trajectories().next())
            ).pairs.first { $0.kind == .repair }
        }
        #expect(repairs.count == 2 && repairs[0].completion == repairs[1].completion)
        #expect(repairs[0].prompt.last == repairs[1].prompt.last)
        var selector = PairSelector(try PairCriteria(duplicates: .near))
        for (run, pair) in repairs.enumerated() {
            selector.add(PairCandidate(pair, id: "\(run)", environment: "scienceworld", key: UInt64(run)))
        }
        #expect(selector.finish().isEmpty)
    }

    @Test func withoutFailuresRepairsAddNothing() async throws {
        let (manifest, rows) = try await export(SampleRun.path, "--failures", "repair")
        let (plain, plainRows) = try await export(SampleRun.path)
        #expect(rows.map(\.id) == plainRows.map(\.id))
        #expect(manifest.counts == plain.counts)
        #expect(manifest.shards == plain.shards)
    }

    @Test(arguments: [AgentKind.recode, .react])
    func theBetterOfTwoAnswersIsChosen(method: AgentKind) async throws {
        try SampleRun.writeWorse(to: directory.file("worse"))
        let (manifest, rows) = try await export(
            SampleRun.path, "worse", "--failures", "preference", "--method", method.rawValue)
        let (plain, answers) = try await export(SampleRun.path, "worse", "--method", method.rawValue)
        let dropped = manifest.counts.dropped.values.reduce(0, +)
        #expect(rows.count + dropped == answers.count + plain.counts.dropped.values.reduce(0, +))
        #expect(!rows.isEmpty && rows.allSatisfy { $0.kind == .preference && $0.completion == nil })
        let rewarded = Set(try SampleRun.trajectories().filter { $0.reward > 0 }.map(\.id))
        for row in rows {
            #expect(rewarded.contains(row.trajectory_id), "the better episode is the sample's own")
            #expect(row.chosen != row.rejected)
            #expect(row.rejected?.first?.content.contains("Let us see.") == true)
        }
        guard method == .recode else { return }
        let chosen = answers.filter { rewarded.contains($0.trajectory_id) }
        #expect(rows.map(\.chosen) == chosen.map(\.completion))
        #expect(rows.map(\.prompt) == chosen.map(\.prompt))
        #expect(manifest.counts.dropped["no_rejected_answer"] == answers.count - rows.count)
    }

    @Test func onlyKeptTrajectoriesAreChosenFromAndTheMarginIsKept() async throws {
        try SampleRun.writeWorse(to: directory.file("worse"))
        let worse = try RunDirectory.open(directory.file("worse"))
        let filtered = try await BuiltProgram.run(
            ["filter", SampleRun.path, "worse", "--top", "100", "--min-reward", "0.6", "--out", "kept.json"],
            in: directory.path)
        #expect(filtered.code == 0, "\(filtered.errors)")
        let base = ["--failures", "preference", "--selection", "kept.json"]
        let (manifest, rows) = try await export(
            SampleRun.path, "worse", base[0], base[1], base[2], base[3], "--reward-margin", "0.5")
        #expect(manifest.recipe.rewardMargin == 0.5)
        #expect(!rows.isEmpty)
        let reader = try worse.trajectories()
        var others: Set<String> = []
        while let trajectory = try reader.next() { others.insert(trajectory.id) }
        #expect(rows.allSatisfy { !others.contains($0.trajectory_id) })
        let strict = try await BuiltProgram.run(
            ["export", SampleRun.path, "worse"] + base + ["--reward-margin", "0.6", "--out", "strict"],
            in: directory.path)
        #expect(strict.code == 65)
        #expect(strict.errors.contains("strict: there is nothing to export: "), "\(strict.errors)")
        #expect(strict.errors.contains(" no_rejected_answer)"), "\(strict.errors)")
        #expect(!Directory.isPresent(directory.file("strict")))
    }

    @Test(arguments: ["react", "codeact"], [0, 2])
    func aHistoryOfTheLastTurns(method: String, history: Int) async throws {
        let (manifest, rows) = try await export(SampleRun.path, "--method", method, "--history", "\(history)")
        let (plain, whole) = try await export(SampleRun.path, "--method", method)
        #expect(manifest.recipe.history == history && plain.recipe.history == nil)
        #expect(manifest.counts == plain.counts)
        for (row, other) in zip(rows, whole) {
            #expect(row.prompt == other.prompt.prefix(2) + other.prompt.dropFirst(2).suffix(2 * history))
            #expect(row.completion == other.completion && row.id == other.id)
        }
        #expect(rows.contains { $0.prompt.count == 2 + 2 * history })
    }

    @Test func longRowsAreDroppedCutOrKept() async throws {
        let (_, whole) = try await export(SampleRun.path)
        let lengths = whole.compactMap(\.tokens).sorted()
        let limit = try #require(lengths.dropFirst(lengths.count / 2).first)
        let over = lengths.count { $0 > limit }
        let (dropped, short) = try await export(SampleRun.path, "--max-tokens", "\(limit)")
        #expect(dropped.recipe.overLength == LengthLimit(maxTokens: limit, policy: .drop))
        #expect(dropped.counts.dropped["over_length"] == over && over > 0)
        #expect(short.map(\.id) == whole.filter { ($0.tokens ?? 0) <= limit }.map(\.id))
        #expect(dropped.counts.truncated == 0)
        let (kept, all) = try await export(
            SampleRun.path, "--max-tokens", "\(limit)", "--over-length", "keep")
        #expect(all.map(\.tokens) == whole.map(\.tokens) && kept.counts.dropped["over_length"] == nil)
        let (cut, rows) = try await export(
            SampleRun.path, "--max-tokens", "\(limit)", "--over-length", "truncate-variables")
        #expect(cut.counts.truncated + cut.counts.dropped["over_length", default: 0] == over)
        #expect(cut.counts.truncated > 0)
        #expect(rows.allSatisfy { ($0.tokens ?? .max) <= limit })
        let original = Dictionary(uniqueKeysWithValues: whole.map { ($0.id, $0) })
        let marked = rows.filter { $0.prompt != original[$0.id]?.prompt }
        #expect(marked.count == cut.counts.truncated)
        for row in marked {
            #expect(row.prompt.last?.content.contains(" characters left out] …") == true)
            #expect(row.completion == original[row.id]?.completion)
            #expect(row.prompt.first == original[row.id]?.prompt.first)
        }
    }

    @Test func longTurnsHaveNoVariablesToCut() async throws {
        let (_, whole) = try await export(SampleRun.path, "--method", "react")
        let limit = try #require(whole.compactMap(\.tokens).sorted().dropFirst(whole.count / 2).first)
        let over = whole.count { ($0.tokens ?? 0) > limit }
        let (cut, rows) = try await export(
            SampleRun.path, "--method", "react", "--max-tokens", "\(limit)", "--over-length",
            "truncate-variables")
        #expect(cut.counts.truncated == 0 && cut.counts.dropped["over_length"] == over && over > 0)
        #expect(rows.count + over == whole.count)
    }

    @Test(arguments: [
        (
            ["--over-length", "drop"],
            "--over-length goes with --max-tokens, which says how long is too long."
        ),
        (["--max-tokens", "0"], "--max-tokens: expected 1 or more."),
        (
            ["--max-tokens", "9", "--tokens", "none"],
            "--max-tokens needs tokens to be counted, and --tokens is none."
        ),
        (
            ["--history", "3"],
            "--history: expected method react or codeact, whose prompts hold earlier turns. A prompt of method recode "
                + "holds one call with its variables, and no history."
        ),
        (["--history", "-1", "--method", "react"], "--history: expected 0 or more."),
        (["--max-tokens", "-1"], "--max-tokens: expected 1 or more."),
        (["--holdout", "-0.5"], "--holdout: expected a part above 0, below 1, such as 0.05."),
        (["--reward-margin", "0.1"], "--reward-margin goes with --failures preference."),
        (
            ["--failures", "preference", "--reward-margin", "0"],
            "--reward-margin: expected a difference above 0, at most 1, such as 0.2."
        ),
        (
            ["--failures", "preference", "--format", "alpaca"],
            "Format alpaca has no place for a rejected answer."
        ),
    ])
    func whatDoesNotGoTogetherIsRefused(arguments: [String], message: String) async throws {
        let outcome = try await BuiltProgram.run(
            ["export", SampleRun.path, "--out", "o"] + arguments, in: directory.path)
        #expect(outcome.code == 64)
        #expect(outcome.errors.contains(message), "\(outcome.errors)")
        #expect(try directory.names().isEmpty)
    }
}
