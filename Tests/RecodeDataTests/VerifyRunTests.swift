import ReferenceEpisodes
import Testing
import Trajectories

/// `recode-data verify` of runs: what is whole passes, and each damage is named with its place.
@Suite struct VerifyRunTests {
    private let fixture: VerifyFixture
    private static let shard = VerifyFixture.runShard

    init() throws {
        fixture = try VerifyFixture()
    }

    @Test func aWholeRunPassesAndItsEpisodesComeOutTheSame() async throws {
        let verified = try await fixture.verify("run", "--replay", "4")
        #expect(verified.code == 0, "\(verified.problems)")
        #expect(verified.problems == [])
        #expect(
            verified.output
                == "run: run, whole: 12 trajectories; 4 of 4 episodes played again came out as recorded\n")
    }

    private struct Damage: CustomTestStringConvertible, Sendable {
        var testDescription: String
        /// How the first problem begins, or what it holds.
        var problem: String
        var change: @Sendable (VerifyFixture) throws -> Void

        init(_ name: String, _ problem: String, _ change: @escaping @Sendable (VerifyFixture) throws -> Void)
        {
            testDescription = name
            self.problem = problem
            self.change = change
        }
    }

    /// Changes records and has run.json say so.
    private static func records(_ edit: @escaping @Sendable (inout [String]) -> Void)
        -> @Sendable (VerifyFixture) throws -> Void
    {
        { try $0.rewrite(shard, asListedIn: "run/run.json", edit) }
    }

    private static let damages: [Damage] = [
        Damage("a flipped byte", "\(shard):1: the shard of a finished run is damaged from this line on") {
            try $0.damage(shard) { $0[$0.count / 2] ^= 0xff }
        },
        Damage("a torn gz", "\(shard):1: the shard of a finished run is damaged from this line on") {
            try $0.damage(shard) { $0.removeLast(9) }
        },
        Damage("a deleted line", "\(shard):12: the shard holds 11 records, run.json says 12.") {
            try $0.rewrite(shard) { $0.remove(at: 4) }
        },
        Damage(
            "a changed record", "\(shard): the shard was changed after the run was finished: its sha256 is "
        ) {
            try $0.rewrite(shard) { $0[0].replace("hallway", with: "HALLWAY") }
        },
        Damage("a foreign shard", "run/trajectories/part-00001.jsonl.gz: is no file of this run") {
            _ = try $0.directory.write([0x1f, 0x8b], to: "run/trajectories/part-00001.jsonl.gz")
        },
        Damage("a wrong count", "run/run.json: counts.steps: is 171, and the records come to 172.") {
            try $0.edit("run/run.json") { $0.replace("\"steps\" : 172", with: "\"steps\" : 171") }
        },
        Damage(
            "a wrong reason",
            "run/run.json: counts.ended.environment_done: is 10, and the records come to 11."
        ) {
            try $0.edit("run/run.json") {
                $0.replace("\"environment_done\" : 11", with: "\"environment_done\" : 10")
            }
        },
        Damage("another schema", "run/run.json: no run manifest: schema: is \"recode.run.v9\"") {
            try $0.edit("run/run.json") { $0.replace("recode.run.v1", with: "recode.run.v9") }
        },
        Damage("an unfinished run", "run/run.json: state: the run is not finished") {
            try $0.edit("run/run.json") { $0.replace("\"complete\"", with: "\"collecting\"") }
        },
        Damage(
            "an edited reward", "\(shard):2: reward: is 0.5, and the changes of the actions of trajectory ",
            records { lines in
                lines[1].replace(
                    /"reward":[0-9.]+,"schema"|"reward":[0-9.]+,"repeat"/,
                    with: { match in
                        match.output.hasSuffix("\"schema\"")
                            ? "\"reward\":0.5,\"schema\"" : "\"reward\":0.5,\"repeat\""
                    })
            }),
        Damage(
            "an edited number of steps", "\(shard):3: steps: is 99, and the nodes of trajectory ",
            records { lines in
                lines[2].replace(/"steps":[0-9]+/, with: "\"steps\":99")
            }),
        Damage("a record twice", "\(shard):2: id: ", records { $0.insert($0[0], at: 1) }),
        Damage(
            "records in another order",
            "is not in canonical order (task, variation, repeat): variation 1 comes before it",
            records { $0.swapAt(0, 1) }),
        Damage(
            "a key that is missing",
            "\(shard):1: no recode.trajectory.v1 record: limits.max_depth: is missing",
            records { lines in
                lines[0].replace(/"max_depth":[0-9]+,/, with: "")
            }),
        Damage(
            "a line that is no JSON", "\(shard):5: no recode.trajectory.v1 record: this is not JSON",
            records { $0[4].removeLast(40) }),
    ]

    @Test(arguments: damages.indices) func damageIsNamedWithItsPlace(index: Int) async throws {
        let damage = Self.damages[index]
        try damage.change(fixture)
        let verified = try await fixture.verify("run")
        #expect(verified.code == 65, "\(damage.testDescription)")
        #expect(
            verified.problems.contains { $0.contains(damage.problem) },
            "\(damage.testDescription): \(verified.problems)")
        #expect(verified.problems.last?.hasSuffix("do not use the data as it is.") == true)
        #expect(verified.output.hasPrefix("run: run, "))
    }

    @Test func whatWasChangedIsFoundByPlayingAgain() async throws {
        try Self.records { $0[0].replace("\"observation\":\"You ", with: "\"observation\":\"They ") }(fixture)
        #expect(try await fixture.verify("run").code == 0)
        try Self.records { $0[3].replace("\"action\":\"pick up ", with: "\"action\":\"drop ") }(fixture)
        let verified = try await fixture.verify("run", "--replay", "12", "--format", "json")
        #expect(verified.code == 65)
        let fourth = try fixture.lines(of: Self.shard)[3]
        let id = try #require(fourth.firstMatch(of: /"id":"([0-9a-f]{32})"/)?.output.1)
        #expect(
            verified.problems.contains {
                $0.hasPrefix("run, trajectory \(id) (scienceworld/") && $0.contains(".action: “drop ")
            }, "\(verified.problems)")
        #expect(verified.output.contains("\"played\" : 12") && verified.output.contains("\"whole\" : false"))
    }

    @Test func importedRunsAreCheckedAndNotPlayedAgain() async throws {
        _ = try fixture.directory.write(
            try resultsFile([ReferenceEpisode.usual(7), .usual(8)].map(\.record)), to: "results.json")
        let imported = try await BuiltProgram.run(
            [
                "import", "results.json", "--format", "recode-results", "--env", "sciworld", "--split",
                "train",
                "--model", "m", "--run", "r",
            ], in: fixture.directory.path)
        #expect(imported.code == 0, "\(imported.errors)")
        let verified = try await fixture.verify("r", "--replay", "3")
        #expect(verified.code == 0, "\(verified.problems)")
        #expect(
            verified.output
                == "r: run, whole: 2 trajectories; 0 of 0 episodes played again came out as recorded (left out: 2 imported)\n"
        )
    }

    @Test func whatIsNeitherRunNorExportIsRefused() async throws {
        _ = try fixture.directory.write([], to: "note")
        for (path, words) in [("note", "holds neither a run"), ("nowhere", "there is no such run or export")]
        {
            let verified = try await fixture.verify(path)
            #expect(verified.code == 65)
            #expect(verified.problems.first?.hasPrefix("\(path): \(words)") == true, "\(verified.problems)")
        }
        #expect(try await fixture.verify("run", "--replay", "-1").code == 64)
        #expect(try await fixture.verify("run", "--prompts", "p").code == 64)
    }
}
