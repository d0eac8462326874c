import FoundationEssentials
import JSONLines
import TestProcesses
import Testing
import Trajectories

/// data/schemas, by a validator of others (schema_check.py): it takes every record there is, and refuses each with one
/// property damaged.
@Suite struct SchemaTests {
    private let fixture: VerifyFixture

    init() throws {
        fixture = try VerifyFixture()
    }

    private struct Case: Encodable {
        var schema: String
        var records: [String]
        /// Objects whose keys are others'.
        var open: [String]
        /// Keys that not every record has.
        var optional: [String]
    }

    private struct Answer: Decodable {
        var records: Int
        var invalid: [String]
        var damaged: Int
        var accepted: [String]
    }

    private func check(
        _ schema: String, _ records: [String], open: [String] = [], optional: [String] = []
    ) async throws -> Answer {
        let answers = try await ReferenceScript.answers(
            of: "Tests/RecodeDataTests/schema_check.py",
            to: [
                Case(
                    schema: "\(VerifyFixture.root)/data/schemas/\(schema).schema.json", records: records,
                    open: open, optional: optional)
            ], as: Answer.self)
        let answer = try #require(answers.first)
        #expect(answer.invalid == [])
        #expect(answer.accepted == [])
        return answer
    }

    @Test func trajectoriesAreWhatTheirSchemaSays() async throws {
        try writeRandomRun(at: fixture.directory.file("random"), count: 40, seed: 5)
        try writeRun(at: fixture.directory.file("flat"), rewards: [1, 0.5], agent: .codeact)
        let shard = "trajectories/part-00000.jsonl.gz"
        let runs = [
            "\(VerifyFixture.root)/data/samples/run", fixture.directory.file("random"),
            fixture.directory.file("flat"),
        ]
        let answer = try await check(
            "trajectory", runs.map { "\($0)/\(shard)" }, open: ["environment.options", "policy.sampling"])
        #expect(answer.records == 12 + 40 + 2 && answer.damaged > 100, "\(answer)")
    }

    @Test func rowsAreWhatTheirSchemaSays() async throws {
        var files: [String] = []
        var count = 0
        for method in ["recode", "react", "codeact"] {
            try await fixture.export("--method", method, "--top", "40", to: method)
            files.append(fixture.directory.file("\(method)/train-00000-of-00001.jsonl.gz"))
            count += try fixture.lines(of: "\(method)/train-00000-of-00001.jsonl.gz").count
        }
        let answer = try await check("pair", files)
        #expect(answer.records == count && answer.damaged > 40, "\(answer)")
    }

    /// Rows that mend, and rows with a rejected answer.
    @Test(arguments: ["repair", "preference"]) func rowsOfFailedAnswersAreToo(failures: String) async throws {
        try SampleRun.writeWorse(
            to: fixture.directory.file("worse"),
            attempts: [Attempt(response: "No.", problem: .format, message: "There is no block.")])
        try await fixture.export("worse", "--failures", failures)
        let name = "e/train-00000-of-00001.jsonl.gz"
        let rows = try fixture.lines(of: name)
        let own = rows.filter { $0.contains("\"kind\":\"\(failures)\"") }
        #expect(own.count > 30)
        _ = try fixture.directory.write(Array(own.joined(separator: "\n").utf8), to: "own.jsonl")
        let answer = try await check("pair", [fixture.directory.file("own.jsonl")])
        #expect(answer.records == own.count && answer.damaged > 40, "\(answer)")
    }

    @Test func sampleRowsAreWhatTheirSchemaSays() async throws {
        let files = ["recode", "react", "codeact"].map {
            "\(VerifyFixture.root)/data/samples/export/scienceworld-expert-\($0)-top40/train-00000-of-00001.jsonl.gz"
        }
        let answer = try await check("pair", files)
        #expect(answer.records > 100)
    }

    @Test func manifestsAndSelectionsAreWhatTheirSchemasSay() async throws {
        let filtered = try await BuiltProgram.run(
            ["filter", "run", "--out", "s.json"], in: fixture.directory.path)
        #expect(filtered.code == 0, "\(filtered.errors)")
        try await fixture.export("--selection", "s.json", "--holdout", "0.3", "--metadata", "sidecar")
        try await fixture.export(
            "--order", "curriculum", "--max-tokens", "1500", "--over-length", "truncate-variables",
            "--license",
            "mit", to: "c")
        let manifests = try await check(
            "export-manifest", ["e", "c"].map { fixture.directory.file("\($0)/manifest.json") },
            open: [
                "selection", "pair_selection", "versions", "counts.dropped", "leakage.leaks",
                "provenance.prompt_sha256", "counts.control_tokens.tokens",
            ],
            optional: [
                "holdout", "provenance", "license", "chat_template", "over_length", "counts.funnel",
                "control_tokens", "counts.control_tokens",
                "counts.pairs_by_split.train",
                "counts.pairs_by_split.validation", "shards[].stage", "shards[].metadata", "sources[].seed",
            ])
        #expect(manifests.records == 2 && manifests.damaged > 60, "\(manifests)")
        let selections = try await check(
            "selection", [fixture.directory.file("s.json")],
            open: ["criteria", "dropped", "groups[].group", "groups[].dropped"])
        #expect(selections.records == 1 && selections.damaged > 20, "\(selections)")
    }
}
