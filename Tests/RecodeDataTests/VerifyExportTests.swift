import FoundationEssentials
import JSONLines
import Testing
import Trajectories

/// `recode-data verify` of exports: what is whole passes, and each damage is named with its place.
@Suite struct VerifyExportTests {
    private let fixture: VerifyFixture
    private static let shard = "e/train-00000-of-00001.jsonl.gz"

    init() throws {
        fixture = try VerifyFixture()
    }

    @Test(arguments: [
        ["--method", "recode"], ["--method", "react", "--style", "few-shot"],
        ["--method", "codeact", "--style", "bare"], ["--format", "openai"],
        ["--format", "sharegpt", "--metadata", "sidecar"],
        ["--format", "alpaca"], ["--format", "messages", "--top", "40"],
        ["--method", "react", "--history", "1"],
    ])
    func wholeExportsPassAndLeadBackToTheirRun(options: [String]) async throws {
        let outcome = try await BuiltProgram.run(
            ["export", "run", "--out", "e"] + options, in: fixture.directory.path)
        #expect(outcome.code == 0, "\(outcome.errors)")
        let verified = try await fixture.verify("e", "--runs", "run", "--format", "json")
        #expect(verified.code == 0, "\(verified.problems)")
        let report = try CanonicalJSON.decode(Report.self, from: verified.output.utf8)
        let entry = try #require(report.paths.first)
        #expect(report.whole && entry.problems == [] && entry.rows > 30)
        #expect(entry.lineage.rows == entry.rows && entry.lineage.same == entry.rows)
        #expect(entry.lineage.not_compared == [:])
    }

    @Test func anExportWithoutARowIsRefusedAndTheOneThatIsThereStays() async throws {
        try await fixture.export("--method", "recode")
        let before = try fixture.directory.bytes(of: "e/manifest.json")
        let outcome = try await BuiltProgram.run(
            ["export", "run", "--max-tokens", "10", "--out", "e"], in: fixture.directory.path)
        #expect(outcome.code == 65)
        #expect(outcome.errors.contains("e: there is nothing to export: "), "\(outcome.errors)")
        #expect(outcome.errors.contains(" over_length). Select more, or ask for less."), "\(outcome.errors)")
        #expect(try fixture.directory.bytes(of: "e/manifest.json") == before)
        let blind = try await BuiltProgram.run(
            ["export", "run", "--order", "curriculum", "--tokens", "none", "--out", "f"],
            in: fixture.directory.path)
        #expect(blind.code == 64)
        #expect(blind.errors.contains("--order curriculum by length needs tokens"), "\(blind.errors)")
    }

    @Test func rowsThatWereCutAreCountedAndARunMayLieInAnotherFolder() async throws {
        try await fixture.export("--max-tokens", "1150", "--over-length", "truncate-variables")
        try FileManager.default.copyItem(
            atPath: fixture.directory.file("run"), toPath: fixture.directory.file("elsewhere"))
        let verified = try await fixture.verify("e", "--runs", "elsewhere", "--format", "json")
        #expect(verified.code == 0, "\(verified.problems)")
        let entry = try #require(
            try CanonicalJSON.decode(Report.self, from: verified.output.utf8).paths.first)
        let cut = try #require(entry.lineage.not_compared["truncated"])
        #expect(cut > 0 && entry.lineage.same == entry.rows - cut && entry.lineage.same > 0)
    }

    private struct Report: Decodable {
        struct Entry: Decodable {
            struct Lineage: Decodable {
                var rows: Int
                var same: Int
                var not_compared: [String: Int]
            }
            var rows: Int
            var problems: [String]
            var lineage: Lineage
        }
        var whole: Bool
        var paths: [Entry]
    }

    @Test func anExportWithHoldoutAndCurriculumPasses() async throws {
        try await fixture.export("--order", "curriculum", "--holdout", "0.2")
        #expect(try fixture.directory.bytes(of: "e/manifest.json").count > 0)
        let verified = try await fixture.verify("e", "--runs", "run", "--replay", "2")
        #expect(verified.code == 0, "\(verified.problems)")
        #expect(verified.output.contains("2 of 2 episodes played again came out as recorded"))
        let verifiedHoldout = try await verifiedAfterMovingARow()
        #expect(
            verifiedHoldout.contains {
                $0.contains(" lie in train too; a task belongs in one part, whole.")
            })
        try fixture.edit("e/manifest.json") { text in
            text.replace(/"first_row" : 0,\n      "ranges"/, with: "\"first_row\" : 1,\n      \"ranges\"")
        }
        let moved = try await fixture.verify("e")
        #expect(moved.problems.contains { $0.contains("stages[0].first_row: is 1, and the rows come to 0.") })
    }

    /// The problems once a row of the validation part stands in the train part, and the manifest says so.
    private func verifiedAfterMovingARow() async throws -> [String] {
        let names = try FileManager.default.contentsOfDirectory(atPath: fixture.directory.file("e")).sorted()
        let train = try #require(names.first { $0.hasPrefix("train-") })
        let validation = try #require(names.first { $0.hasPrefix("validation-") })
        let row = try #require(try fixture.lines(of: "e/\(validation)").first)
        try fixture.rewrite("e/\(train)", asListedIn: "e/manifest.json") { $0.append(row) }
        try fixture.rewrite("e/\(validation)", asListedIn: "e/manifest.json") { $0.removeFirst() }
        return try await fixture.verify("e").problems
    }

    @Test func aWholePipelineDirectoryIsVerifiedAtOnce() async throws {
        try Directory.create(fixture.directory.file("all/export"))
        try await fixture.export(to: "all/export/one")
        try await fixture.export("--method", "react", to: "all/export/two")
        let verified = try await fixture.verify("all", "run")
        #expect(verified.code == 0)
        #expect(
            verified.output.split(separator: "\n").map { $0.prefix(22) } == [
                "all/export/one: export", "all/export/two: export", "run: run, whole: 12 tr",
            ])
    }

    private struct Damage: Sendable {
        var name: String
        var problem: String
        var change: @Sendable (VerifyFixture) throws -> Void

        init(_ name: String, _ problem: String, _ change: @escaping @Sendable (VerifyFixture) throws -> Void)
        {
            self.name = name
            self.problem = problem
            self.change = change
        }
    }

    /// Changes rows and has the manifest say so.
    private static func rows(_ edit: @escaping @Sendable (inout [String]) throws -> Void)
        -> @Sendable (VerifyFixture) throws -> Void
    {
        { try $0.rewrite(shard, asListedIn: "e/manifest.json", edit) }
    }

    private static let damages: [Damage] = [
        Damage("a flipped byte", "\(shard):1: ") { try $0.damage(shard) { $0[$0.count / 2] ^= 0xff } },
        Damage("a torn gz", "\(shard): has ") { try $0.damage(shard) { $0.removeLast(9) } },
        Damage("a deleted line", "\(shard): holds 41 lines, the manifest says 42.") {
            try $0.rewrite(shard) { $0.remove(at: 4) }
        },
        Damage(
            "a line deleted everywhere", "e/manifest.json: counts.pairs: is 42, and the rows come to 41.",
            rows {
                $0.remove(at: 4)
            }),
        // The byte that names the system a gzip file was made on: its rows are the same.
        Damage("a changed byte", "\(shard): was changed after the export: its sha256 is ") {
            try $0.damage(shard) { $0[9] ^= 0xff }
        },
        Damage("rows in another order", "\(shard): has ") {
            try $0.rewrite(shard) { lines in lines.swapAt(0, 1) }
        },
        Damage("a missing file", "\(shard)") { try Directory.removeFile($0.directory.file(shard)) },
        Damage("a missing card", "e/README.md: the card is missing.") {
            try Directory.removeFile($0.directory.file("e/README.md"))
        },
        Damage("a foreign file", "e/train-00001-of-00001.jsonl: is no file of this export") {
            _ = try $0.directory.write([], to: "e/train-00001-of-00001.jsonl")
        },
        Damage("a row twice", "\(shard):3: id: ", rows { $0.insert($0[1], at: 2) }),
        Damage(
            "an answer twice", "\(shard):2: turn: answer 0 of trajectory ",
            rows { lines in
                lines[1].replace(/"turn":[0-9]+/, with: "\"turn\":0")
            }),
        Damage(
            "a missing key", "\(shard):6: reward: is missing, and every row of this export has it",
            rows { lines in
                lines[5].replace(/"reward":[0-9.]+,/, with: "")
            }),
        Damage(
            "an unknown key", "\(shard):6: extra: is no key of this export's rows",
            rows { lines in
                lines[5].replace("\"reward\":", with: "\"extra\":1,\"reward\":")
            }),
        Damage(
            "another type", "\(shard):6: turn: has the wrong type, expected a whole number",
            rows { lines in
                lines[5].replace(/"turn":([0-9]+)/, with: { "\"turn\":\"\($0.output.1)\"" })
            }),
        Damage(
            "a message of nobody", "\(shard):6: prompt[0].role: has an unknown value",
            rows { lines in
                lines[5].replace("\"role\":\"system\"", with: "\"role\":\"tool\"")
            }),
        Damage(
            "another kind",
            "\(shard):6: kind: has an unknown value, expected one of answer, repair, preference",
            rows { lines in
                lines[5].replace("\"kind\":\"answer\"", with: "\"kind\":\"guess\"")
            }),
        Damage("no JSON", "\(shard):6: this is not JSON.", rows { $0[5].removeLast(5) }),
        Damage(
            "a row of the test split",
            "\(shard):6: split: the row is of the test split and lies in a file of train.",
            rows { lines in
                lines[5].replace("\"split\":\"train\"", with: "\"split\":\"test\"")
            }),
        Damage(
            "a wrong count", "e/manifest.json: counts.pairs_by_split.train: is 43, and the rows come to 42."
        ) {
            try $0.edit("e/manifest.json") { $0.replace("\"train\" : 42", with: "\"train\" : 43") }
        },
        Damage(
            "another schema", "e/manifest.json: no recode.export.v1 manifest: schema: is \"recode.export.v9\""
        ) {
            try $0.edit("e/manifest.json") { $0.replace("recode.export.v1", with: "recode.export.v9") }
        },
        Damage("a way out", "leads out of the export") {
            try $0.edit("e/manifest.json") { $0.replace("\"train-00000", with: "\"../run/train-00000") }
        },
        // What only the run knows.
        Damage(
            "an edited reward", "\(shard):6: reward: is 0.25, and trajectory ",
            rows { lines in
                lines[5].replace(/"reward":[0-9.]+/, with: "\"reward\":0.25")
            }),
        Damage(
            "an edited answer", "\(shard):6: completion[0].content: is ",
            rows { lines in
                lines[5].replace("<execute>", with: "<execute> ")
            }),
        Damage(
            "an edited prompt", "\(shard):6: prompt[1].content: is ",
            rows { lines in
                lines[5].replace(
                    "\"role\":\"user\",\"content\":\"", with: "\"role\":\"user\",\"content\":\"Well: ")
            }),
        Damage(
            "another node", "\(shard):6: node_id: is 7777, and trajectory ",
            rows { lines in
                lines[5].replace(/"node_id":[0-9]+/, with: "\"node_id\":7777")
            }),
        Damage(
            "another trajectory",
            "\(shard):6: trajectory_id: 00000000000000000000000000000000 is in none of the runs given.",
            rows { lines in
                lines[5].replace(
                    /"trajectory_id":"[0-9a-f]+"/,
                    with: "\"trajectory_id\":\"\(String(repeating: "0", count: 32))\"")
            }),
        Damage(
            "a run changed after the export",
            "e/manifest.json: sources[0]: the export was made from trajectories of run with sha256 "
        ) {
            try $0.rewrite(VerifyFixture.runShard, asListedIn: "run/run.json") {
                $0[0].replace("hallway", with: "HALLWAY")
            }
        },
        Damage(
            "a run damaged after the export",
            "\(VerifyFixture.runShard): the shard was changed after the run was finished"
        ) {
            try $0.rewrite(VerifyFixture.runShard) { $0[0].replace("hallway", with: "HALLWAY") }
        },
        Damage(
            "other prompt texts",
            "e/manifest.json: provenance.prompt_sha256.scienceworld: the export was made with other prompt texts"
        ) {
            try $0.edit("e/manifest.json") {
                $0.replace(
                    /"scienceworld" : "[0-9a-f]{64}"/,
                    with: "\"scienceworld\" : \"\(String(repeating: "a", count: 64))\"")
            }
        },
    ]

    @Test(arguments: damages.indices) func damageIsNamedWithItsPlace(index: Int) async throws {
        let damage = Self.damages[index]
        try await fixture.export("--top", "40", "--seed", "7")
        #expect(try fixture.lines(of: Self.shard).count == 42)
        try damage.change(fixture)
        let verified = try await fixture.verify("e", "--runs", "run")
        #expect(verified.code == 65, "\(damage.name)")
        #expect(
            verified.problems.contains { $0.contains(damage.problem) }, "\(damage.name): \(verified.problems)"
        )
    }

    @Test func aRowThatLeaksIsFoundAgain() async throws {
        try writeRun(at: fixture.directory.file("test"), rewards: [1], split: .test)
        try await fixture.export("--allow-leakage", from: "test")
        #expect(try await fixture.verify("e", "--runs", "test").code == 0)
        try fixture.edit("e/manifest.json") { $0.replace("\"gate\" : \"lifted\"", with: "\"gate\" : \"on\"") }
        let verified = try await fixture.verify("e", "--runs", "test")
        #expect(verified.code == 65)
        let shard = "e/test-00000-of-00001.jsonl.gz"
        for problem in [
            "\(shard):1: split: scienceworld/boil/0 is of the test split, and the leakage gate of this export is on.",
            "e/manifest.json: leakage.leaks: holds held_out_split, and the gate is on.",
            "is of the test split, and must not be trained on (held_out_split).",
        ] {
            #expect(verified.problems.contains { $0.contains(problem) }, "\(verified.problems)")
        }
    }

    @Test func onlySoManyProblemsAreSaidAndAllAreCounted() async throws {
        try await fixture.export()
        try Self.rows { lines in
            for index in lines.indices {
                lines[index].replace("\"kind\":\"answer\"", with: "\"kind\":\"guess\"")
            }
        }(fixture)
        let count = try fixture.lines(of: Self.shard).count
        let verified = try await fixture.verify("e", "--problems", "3")
        #expect(verified.problems.count == 5)
        #expect(verified.problems[3] == "e: \(count - 3) more; --problems \(count) says all.")
        #expect(verified.problems[4] == "\(count) problems: do not use the data as it is.")
        #expect(verified.output == "e: export, \(count) problems: \(count) rows\n")
    }

    @Test func replayingAnExportNeedsItsRuns() async throws {
        try await fixture.export()
        let verified = try await fixture.verify("e", "--replay", "1")
        #expect(verified.code == 64)
        #expect(
            verified.problems == [
                "--replay with an export needs the runs it was made from: name them with --runs."
            ])
    }
}
