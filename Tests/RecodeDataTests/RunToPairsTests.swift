import Export
import FoundationEssentials
import JSONLines
import Study
import TemporaryFiles
import Testing
import Trajectories

/// `filter`, `export` and `count` of one run, one after another.
@Suite struct RunToPairsTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        try writeRun(at: directory.file("r"), rewards: [1, 0.75, 0.5, 0.25, 0])
    }

    private func run(_ arguments: String...) async throws -> BuiltProgram.Outcome {
        try await BuiltProgram.run(arguments, in: directory.path)
    }

    /// A record that is no text ends an export before anything is written.
    @Test(arguments: [(0, 1), (20, 21)]) func aRecordThatIsNotUTF8IsNamed(place: Int, byte: Int) async throws
    {
        let reader = try JSONLinesReader(path: directory.file("r/trajectories/part-00000.jsonl.gz"))
        var line = try #require(try reader.next()).bytes
        line[place] = 0xE9
        _ = try directory.write(line + [UInt8(ascii: "\n")], to: "t.jsonl")
        let outcome = try await run("export", "t.jsonl", "--out", "new/e")
        #expect(outcome.code == 65)
        #expect(
            outcome.errors.contains("t.jsonl:1: ")
                && outcome.errors.contains("this is not UTF-8: byte \(byte) of the line is 0xe9"),
            "\(outcome.errors)")
        #expect(try directory.names() == ["r", "t.jsonl"])
    }

    @Test func filteringSaysWhatItKeptAndWhy() async throws {
        let outcome = try await run("filter", "r", "--top", "50", "--out", "s.json")
        #expect(outcome.code == 0)
        #expect(
            outcome.errors
                == """
                recode-data: read 5
                recode-data:   1 reward_too_low, 4 left
                recode-data:   2 below_cut, 2 left
                recode-data: s.json: kept 2 of 5 trajectories

                """)
    }

    @Test func exportingASelectionEqualsExportingItsPercentage() async throws {
        #expect(try await run("filter", "r", "--top", "50", "--out", "s.json").code == 0)
        for method in ["recode", "react", "codeact"] {
            let selected = try await run(
                "export", "r", "--selection", "s.json", "--method", method, "--out", "a")
            #expect(
                selected.errors
                    == "recode-data: a: 4 pairs of 2 trajectories; 2 of a world whose held-out tasks are not known\n"
            )
            #expect(try await run("export", "r", "--top", "50", "--method", method, "--out", "b").code == 0)
            let rows = "train-00000-of-00001.jsonl.gz"
            #expect(try directory.bytes(of: "a/\(rows)") == directory.bytes(of: "b/\(rows)"))
            // All that differs is that one was made from a file.
            var manifest = try ExportManifest.read(from: directory.file("a"))
            #expect(manifest.recipe.provenance?.selectionSHA256 != nil)
            manifest.recipe.provenance?.selectionSHA256 = nil
            #expect(try manifest == ExportManifest.read(from: directory.file("b")))
        }
    }

    private func rows(of name: String) throws -> [Pair] {
        let reader = try JSONLinesReader(path: directory.file("\(name)/train-00000-of-00001.jsonl.gz"))
        var rows: [Pair] = []
        while let line = try reader.next() {
            rows.append(try CanonicalJSON.decode(Pair.self, from: line.bytes))
        }
        return rows
    }

    private func manifest(of name: String) throws -> ExportManifest {
        try CanonicalJSON.decode(
            ExportManifest.self, from: try directory.bytes(of: "\(name)/manifest.json"))
    }

    @Test func aPairsTokensAreCountedAsAskedFor() async throws {
        #expect(try await run("export", "r", "--style", "bare", "--out", "chat").code == 0)
        #expect(
            try await run("export", "r", "--style", "bare", "--out", "plain", "--chat-template", "none").code
                == 0)
        #expect(
            try await run("export", "r", "--style", "bare", "--out", "none", "--tokens", "none").code == 0)
        let (chat, plain, none) = (try rows(of: "chat"), try rows(of: "plain"), try rows(of: "none"))
        // One user message and the answer: 31 tokens of the template.
        #expect(chat.map(\.tokens) == plain.map { $0.tokens.map { $0 + 31 } })
        #expect(none.allSatisfy { $0.tokens == nil } && !none.isEmpty)
        #expect(chat.map(\.id) == none.map(\.id))
        #expect(try manifest(of: "none").tokens == nil)
        let tokens = (try #require(manifest(of: "chat").tokens), try #require(manifest(of: "plain").tokens))
        #expect(tokens.0.vocabulary == tokens.1.vocabulary)
        #expect([tokens.0.template, tokens.1.template] == ["qwen2.5", "none"])
        #expect(tokens.0.content == tokens.1.content && tokens.1.chat == tokens.1.content)
        #expect(tokens.0.chat == tokens.0.content + 31 * chat.count)
        #expect(tokens.0.trained == tokens.1.trained + 2 * chat.count)
    }

    @Test func aVocabularyThatIsMissingOrWrongIsSaidBeforeAnythingIsWritten() async throws {
        let missing = try await run("export", "r", "--out", "e", "--tokens", "v/tokenizer.json")
        #expect(missing.code == 69)
        #expect(
            missing.errors
                == "recode-data: error: tokens cannot be counted: there is no vocabulary file v/tokenizer.json. Run make "
                + "setup, name another file (export --tokens FILE, or export.tokens in a pipeline file), or say none in "
                + "its place.\n")
        let text = "name: p\ncollect: [{name: c, env: scienceworld, policy: expert}]\nexport: {tokens: ./v}\n"
        _ = try directory.write(Array(text.utf8), to: "p.yaml")
        let pipeline = try await run("run", "p.yaml", "--out", "o")
        #expect(pipeline.code == 69)
        #expect(pipeline.errors.contains("there is no vocabulary file ./v. "), "\(pipeline.errors)")
        for (name, content, problem) in [
            ("torn.tiktoken", "IQ== 0\nIg==", "torn.tiktoken:2: not a line of a tiktoken rank file"),
            (
                "other.json", "{\"model\": {\"type\": \"Unigram\"}}",
                "other.json: not a Hugging Face tokenizer.json"
            ),
        ] {
            _ = try directory.write(Array(content.utf8), to: name)
            let outcome = try await run("export", "r", "--out", "e", "--tokens", name)
            #expect(outcome.code == 65)
            #expect(outcome.errors.contains(problem), "\(outcome.errors)")
        }
        #expect(try directory.names() == ["other.json", "p.yaml", "r", "torn.tiktoken"])
    }

    @Test func aSelectionOfOtherRunsIsRefused() async throws {
        try writeRun(at: directory.file("other"), rewards: [1])
        #expect(try await run("filter", "r", "--top", "100", "--out", "s.json").code == 0)
        let outcome = try await run("export", "other", "--selection", "s.json", "--out", "e")
        #expect(outcome.code == 65)
        #expect(
            outcome.errors.contains("s.json: sources: the selection was made from r (sha256 "),
            "\(outcome.errors)")
        #expect(outcome.errors.contains("too, which is not among the runs given."))
        let both = try await run("export", "r", "other", "--selection", "s.json", "--out", "e")
        #expect(both.code == 65)
        #expect(both.errors.contains("s.json: sources: the selection was not made from other (sha256 "))
        #expect(try directory.names() == ["other", "r", "s.json"])
    }

    @Test func aSelectionOfARunThatWasMadeAnewSinceIsRefused() async throws {
        #expect(try await run("filter", "r", "--top", "50", "--out", "s.json").code == 0)
        try FileManager.default.removeItem(atPath: directory.file("r"))
        try writeRun(at: directory.file("r"), rewards: [1, 0.25, 0.5, 0.75, 0])
        let outcome = try await run("export", "r", "--selection", "s.json", "--out", "e")
        #expect(outcome.code == 65)
        #expect(
            outcome.errors.hasPrefix(
                "recode-data: error: s.json: sources: the selection was made from other trajectories of r (sha256 "
            ))
        #expect(outcome.errors.hasSuffix("Filter again: recode-data filter, with the same runs.\n"))
        #expect(try directory.names() == ["r", "s.json"])
    }

    @Test func aSelectionStaysGoodForARunThatWasMovedOrRenamed() async throws {
        #expect(try await run("filter", "r", "--top", "50", "--out", "s.json").code == 0)
        try FileManager.default.moveItem(atPath: directory.file("r"), toPath: directory.file("moved"))
        #expect(try await run("export", "moved", "--selection", "s.json", "--out", "e").code == 0)
    }

    @Test func countingPrintsARowForEachMethodAndPercentage() async throws {
        let outcome = try await run("count", "r", "--top", "50,100", "--format", "csv")
        #expect(outcome.code == 0)
        #expect(outcome.errors.isEmpty)
        let rows = outcome.output.split(separator: "\r\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false).prefix(8).joined(separator: " ")
        }
        #expect(
            rows == [
                "environment policy run source_agent method top trajectories pairs",
                "scienceworld expert  recode react 50 2 4", "scienceworld expert  recode codeact 50 2 4",
                "scienceworld expert  recode recode 50 2 4", "scienceworld expert  recode react 100 4 8",
                "scienceworld expert  recode codeact 100 4 8", "scienceworld expert  recode recode 100 4 8",
            ])
    }

    private func study(_ arguments: String...) async throws -> StudyTable {
        let outcome = try await BuiltProgram.run(
            ["count"] + arguments + ["--format", "json"], in: directory.path)
        #expect(outcome.code == 0, "\(outcome.errors)")
        return try CanonicalJSON.decode(StudyTable.self, from: outcome.output.utf8)
    }

    @Test func whereNothingIsKeptARowSaysSo() async throws {
        try writeRun(at: directory.file("low"), rewards: [0.25, 0], first: 100)
        let study = try await study("low", "--top", "10,100", "--min-reward", "0.5")
        #expect(study.rows.map(\.top) == [10, 10, 10, 100, 100, 100])
        #expect(study.rows.allSatisfy { $0.trajectories == 0 && $0.pairs == 0 && $0.meanReward == nil })
        let text = try await run("count", "low", "--top", "10", "--min-reward", "0.5")
        let line = text.output.split(separator: "\n").first { $0.hasPrefix("   10  ") } ?? ""
        #expect(
            line.split(separator: " ")
                == ["10", "0", "-", "-", "0", "0", "0", "0", "0", "0", "-", "-"])
    }

    @Test func episodesOfAFlatAgentAndFlattenedOnesAreCountedApart() async throws {
        try writeRun(at: directory.file("flat"), rewards: [1, 1, 1], first: 100, agent: .react)
        let study = try await study("r", "flat", "--top", "100")
        let react = study.rows.filter { $0.method == .react }
        #expect(react.map(\.sourceAgent) == [.react, .recode])
        #expect(react.map(\.trajectories) == [3, 4])
    }

    @Test func eachRunIsSelectedFromByItselfWhereThatIsAskedFor() async throws {
        try writeRun(at: directory.file("s"), rewards: [0.1, 0.2, 0.3, 0.4], first: 100)
        let pooled = try await study("r", "s", "--top", "50")
        #expect(pooled.rows.map(\.run) == [nil, nil, nil])
        #expect(pooled.rows.map(\.trajectories) == [4, 4, 4])
        #expect(pooled.rows[0].meanReward == 0.6625)
        let apart = try await study("r", "s", "--top", "50", "--each-run")
        #expect(apart.rows.map(\.run) == ["r", "r", "r", "s", "s", "s"])
        #expect(apart.rows.map(\.meanReward) == [0.875, 0.875, 0.875, 0.35, 0.35, 0.35])
        #expect(apart.selection?.group == ["run", "environment", "agent", "policy_model"])
        let twice = try await run("count", "r", "r", "--each-run")
        #expect(twice.code == 64)
        #expect(
            twice.errors.contains("--each-run: two runs are named r, so their rows could not be told apart."))
    }

    @Test func theTableNamesTheRulesItWasSelectedBy() async throws {
        let rules = ["--ties", "cheapest", "--seed", "9", "--min-reward", "0.5", "--successful-only"]
        let json = try await BuiltProgram.run(
            ["count", "r", "--format", "json"] + rules, in: directory.path)
        let study = try CanonicalJSON.decode(StudyTable.self, from: json.output.utf8)
        #expect(
            study.selection
                == StudySelection(
                    group: ["environment", "agent", "policy_model"], ties: "cheapest", seed: 9,
                    minReward: 0.5,
                    success: "successful_only"))
        for format in ["text", "markdown", "latex"] {
            let outcome = try await BuiltProgram.run(
                ["count", "r", "--format", format] + rules, in: directory.path)
            #expect(
                outcome.output.replacing("\\", with: "").contains("; ties cheapest, seed 9; min_reward 0.5;"))
        }
        let csv = try await BuiltProgram.run(["count", "r", "--format", "csv"] + rules, in: directory.path)
        #expect(csv.output.contains(",cheapest,9,0.5,successful_only,environment agent policy_model,,2,"))
    }

    @Test func whatTheKeptTrajectoriesUsedIsCounted() async throws {
        let usage = Usage(promptTokens: 100, completionTokens: 10, costUSD: 0.25)
        try writeRun(at: directory.file("paid"), rewards: [1, 0.5, 0.25], first: 100, usage: usage)
        let study = try await study("paid", "--top", "50")
        #expect(
            study.rows.allSatisfy { $0.promptTokens == 200 && $0.completionTokens == 20 && $0.costUSD == 0.5 }
        )
        let text = try await run("count", "paid", "--top", "50")
        #expect(text.output.contains("used by ReCode"))
        #expect(text.output.contains("200             20  0.5000"), "\(text.output)")
        #expect(try await run("count", "r").output.contains("used by") == false)
    }

    @Test func shardsAreNamedAfterTheSplitOfTheirTasks() async throws {
        try writeRun(at: directory.file("t"), rewards: [1, 0.5], split: .test)
        let outcome = try await run("export", "t", "--out", "e", "--allow-leakage")
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: directory.file("e")).sorted() == [
                "README.md", "manifest.json", "test-00000-of-00001.jsonl.gz",
            ])
        let card = String(decoding: try directory.bytes(of: "e/README.md"), as: UTF8.self)
        #expect(card.contains("  - split: test\n    path: test-*.jsonl.gz\ndataset_info:"))
        #expect(!card.contains("train-"))
    }

    @Test func aRunThatIsNotFinishedIsRefused() async throws {
        try beginRun(at: directory.file("half"))
        let outcome = try await run("count", "half")
        #expect(outcome.code == 65)
        #expect(outcome.errors.contains("half: this run is not finished."))
    }
}
