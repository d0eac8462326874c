import FoundationEssentials
import JSONLines
import Testing
import Trajectories

/// `recode-data verify --runs` makes exports again: what no look at rows alone can find is found so.
@Suite struct VerifyRemakeTests {
    private let fixture: VerifyFixture
    private static let shard = "e/train-00000-of-00001.jsonl.gz"

    init() throws {
        fixture = try VerifyFixture()
        try SampleRun.writeWorse(
            to: fixture.directory.file("worse"),
            attempts: [Attempt(response: "No.", problem: .format, message: "There is no block.")])
    }

    private func export(_ options: [String]) async throws {
        let outcome = try await BuiltProgram.run(
            ["export", "run", "worse", "--out", "e"] + options, in: fixture.directory.path,
            variables: VerifyFixture.python)
        try #require(outcome.code == 0, "\(outcome.errors)")
    }

    @Test(arguments: [
        ["--failures", "repair", "--order", "shuffled"],
        ["--failures", "preference", "--format", "sharegpt", "--reward-margin", "0.2"],
        ["--format", "text", "--order", "curriculum", "--stages", "2", "--holdout", "0.3"],
        ["--format", "parquet", "--metadata", "sidecar", "--holdout", "0.2"],
        ["--format", "parquet", "--failures", "preference", "--top", "60"],
        ["--max-tokens", "1150", "--over-length", "truncate-variables", "--duplicates", "near"],
        ["--method", "codeact", "--metadata", "none", "--tokens", "none", "--max-per-depth", "9"],
        ["--format", "text", "--chat-template", "none", "--tokens", "none"],
    ])
    func isTheSameToTheByte(options: [String]) async throws {
        try await export(options)
        let verified = try await fixture.verify("e", "--runs", "worse", "run")
        #expect(verified.code == 0, "\(verified.problems)")
        #expect(
            verified.output.contains(/; made again: [2-9] files the same to the byte\n/), "\(verified.output)"
        )
    }

    private struct Damage: Sendable {
        var options: [String]
        var problem: String
        var change: @Sendable (VerifyFixture) throws -> Void
    }

    /// Changes rows and has the manifest say so.
    private static func rows(
        of options: [String], _ problem: String, in name: String = shard,
        _ edit: @escaping @Sendable (inout [String]) throws -> Void
    ) -> Damage {
        Damage(options: options, problem: problem) {
            try $0.rewrite(name, asListedIn: "e/manifest.json", edit)
        }
    }

    private static func manifest(
        of options: [String] = [], _ problem: String,
        _ edit: @escaping @Sendable (inout String) throws -> Void
    ) -> Damage {
        Damage(options: options, problem: "e/manifest.json: \(problem)") { fixture in
            let before = try fixture.directory.bytes(of: "e/manifest.json")
            try fixture.edit("e/manifest.json", edit)
            guard try fixture.directory.bytes(of: "e/manifest.json") != before else { throw NothingChanged() }
        }
    }

    private struct NothingChanged: Error {}

    private static let damages: [Damage] = [
        rows(of: ["--failures", "repair"], ": prompt[2].content: is \"Nothing.\"") { lines in
            for index in lines.indices {
                lines[index].replace("\"content\":\"No.\"", with: "\"content\":\"Nothing.\"")
            }
        },
        rows(of: ["--failures", "preference"], "\(shard):1: rejected[0].content: is ") { lines in
            lines[0].replace("Let us see.", with: "Let us not see.")
        },
        rows(of: ["--format", "text"], "\(shard):4: text: is ") { lines in
            lines[3].replace("{\"text\":\"", with: "{\"text\":\" ")
        },
        rows(
            of: ["--max-tokens", "1150", "--over-length", "truncate-variables"], "prompt[1].content: is "
        ) { lines in
            for index in lines.indices {
                lines[index].replace(" characters left out] …", with: " letters left out] …")
            }
        },
        rows(of: [], "\(shard):1: completion[0].content: is ") { $0.swapAt(0, 1) },
        rows(
            of: ["--metadata", "sidecar", "--failures", "repair", "--format", "text"],
            "e/metadata/train-00000-of-00001.jsonl.gz:1: ",
            in: "e/metadata/train-00000-of-00001.jsonl.gz"
        ) { $0.swapAt(0, 1) },
        manifest("tokens.trained: is 7, and making the export again gives ") {
            $0.replace(/"trained" : [0-9]+/, with: "\"trained\" : 7")
        },
        manifest(
            of: ["--max-tokens", "1150"], "counts.dropped.over_length: is absent, and making the export again"
        ) {
            $0.replace(/"over_length" : ([0-9])/, with: { "\"overlong\" : \($0.output.1)" })
        },
        manifest("versions.scienceworld: is \"9\", and making the export again gives ") {
            $0.replace(/"scienceworld" : "[0-9.]+"/, with: "\"scienceworld\" : \"9\"")
        },
        manifest("no export can be asked for as this says.") {
            $0.replace("\"metadata\" : \"columns\"", with: "\"history\" : -1,\n  \"metadata\" : \"columns\"")
        },
        Damage(options: [], problem: "e/recipes/trl_sft.py:1: ") { fixture in
            let path = fixture.directory.file("e/recipes/trl_sft.py")
            let old = try FileDigest.ofFile(path, lineCount: 0)
            try fixture.edit("e/recipes/trl_sft.py") { $0 = "import this\n" + $0 }
            let new = try FileDigest.ofFile(path, lineCount: 0)
            try fixture.edit("e/manifest.json") { text in
                text.replace(old.sha256, with: new.sha256)
                text.replace("\"bytes\" : \(old.byteCount),", with: "\"bytes\" : \(new.byteCount),")
            }
        },
    ]

    @Test(arguments: damages.indices) func whatWasEditedEverywhereIsFound(index: Int) async throws {
        let damage = Self.damages[index]
        try await export(damage.options)
        try damage.change(fixture)
        let verified = try await fixture.verify("e", "--runs", "run", "worse")
        #expect(verified.code == 65, "\(damage.problem)")
        #expect(
            verified.problems.contains { $0.contains(damage.problem) },
            "\(damage.problem): \(verified.problems)")
    }

    /// Runs given in other ways than the export got them: no alarm, and no silence.
    @Test func theSameTrajectoriesGivenOtherwiseAreTheSame() async throws {
        try await export([])
        let asFile = try await fixture.verify("e", "--runs", VerifyFixture.runShard, "worse")
        #expect(asFile.code == 0 && asFile.output.contains("; made again: "), "\(asFile.problems)")
        let twice = try await BuiltProgram.run(
            ["export", "run", "run", "--top", "50", "--out", "t"], in: fixture.directory.path)
        #expect(twice.code == 0, "\(twice.errors)")
        let verified = try await fixture.verify("t", "--runs", "run")
        #expect(verified.code == 0 && verified.output.contains("; made again: "), "\(verified.problems)")
    }

    @Test func aSelectionThatLeftOutLeaksByListsOfItsOwnIsNotCondemned() async throws {
        _ = try fixture.directory.write(Array("scienceworld/boil/*\n".utf8), to: "ex.txt")
        let filtered = try await BuiltProgram.run(
            [
                "filter", "run", "worse", "--top", "100", "--drop-leaks", "--exclude", "ex.txt", "--out",
                "s.json",
            ],
            in: fixture.directory.path)
        #expect(filtered.code == 0, "\(filtered.errors)")
        try await export(["--selection", "s.json"])
        let verified = try await fixture.verify("e", "--runs", "run", "worse")
        #expect(verified.code == 0, "\(verified.problems)")
        #expect(
            verified.output.contains(
                "not made again: its selection left out what leaks by other lists than its leakage gate went by"
            ))
        try await export(["--top", "100", "--drop-leaks"])
        let own = try await fixture.verify("e", "--runs", "run", "worse")
        #expect(own.code == 0 && own.output.contains("; made again: "), "\(own.problems) \(own.output)")
    }

    /// What cannot be compared is said, and is no problem.
    @Test func whatIsNotHereIsSaid() async throws {
        let template = "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}"
        _ = try fixture.directory.write(Array(template.utf8), to: "one.jinja")
        _ = try fixture.directory.write(Array((template + "!").utf8), to: "two.jinja")
        try await export(["--format", "text", "--chat-template", "./one.jinja", "--tokens", "none"])
        let plain = try await fixture.verify("e", "--runs", "run", "worse")
        #expect(plain.code == 0, "\(plain.problems)")
        #expect(
            plain.output.contains(
                "not made again: it has conversations as one.jinja renders them with Jinja "))
        let other = try await fixture.verify("e", "--runs", "run", "worse", "--chat-template", "./two.jinja")
        #expect(other.output.contains("; name that file with --chat-template"))
        let named = try await fixture.verify("e", "--runs", "run", "worse", "--chat-template", "./one.jinja")
        #expect(named.output.contains("; made again: "), "\(named.output)")
        try fixture.edit("e/manifest.json") {
            $0.replace(/"recode-data" : "[^"]*"/, with: "\"recode-data\" : \"0.0.1\"")
        }
        let older = try await fixture.verify("e", "--runs", "run", "worse")
        #expect(older.output.contains("not made again: recode-data \"0.0.1\" wrote it, and this is "))
        _ = try fixture.directory.write(Array("scienceworld/boil/999\n".utf8), to: "exclude.txt")
        try await export([])
        let gated = try await fixture.verify("e", "--runs", "run", "worse", "--exclude", "exclude.txt")
        #expect(
            gated.output.contains("not made again: its leakage gate went by other lists than there are here"))
    }
}
