import FoundationEssentials
import JSONLines
import TestProcesses
import Testing
import Trajectories

/// `recode-data verify` of exports that somebody made to end it: each ends with a problem in words, and exit code 65.
@Suite struct VerifyHostileTests {
    private let fixture: VerifyFixture
    private static let shard = "e/train-00000-of-00001.jsonl.gz"

    init() throws {
        fixture = try VerifyFixture()
    }

    @Test(arguments: [
        (
            #""dropped" : \{[^}]*\}"#, #""dropped" : {"a": 9223372036854775807, "b": 9223372036854775807}"#,
            "counts."
        ),
        (#""dropped" : \{[^}]*\}"#, #""dropped" : {"a": 9223372036854775807}"#, "counts.funnel.asked"),
        (
            #""dropped" : \{[^}]*\}"#, #""dropped" : {"a": -9223372036854775808, "b": -1}"#,
            "counts.funnel.asked"
        ),
        (
            #""files" : \["#,
            #""stages" : [{"split": "train", "stage": 1, "first_row": 0, "rows": 9223372036854775807, "ranges": []}, "#
                + #"{"split": "train", "stage": 2, "first_row": 0, "rows": 9223372036854775807, "ranges": []}], "files" : ["#,
            "stages[0].rows"
        ),
        (
            #""histogram" : \[[^\]]*\]"#,
            #""histogram" : [{"from": 1, "below": 2, "pairs": 9223372036854775807}, "#
                + #"{"from": 1, "below": 2, "pairs": 9223372036854775807}]"#,
            "a bin of lengths twice"
        ),
        (#""pair_selection" : null"#, #""pair_selection" : []"#, "e/manifest.json: pair_selection: "),
        (
            #""pair_selection" : null"#,
            #""pair_selection" : {"duplicates": "near", "similarity": -5, "max_per_depth": null, "seed": 0}"#,
            "e/manifest.json: pair_selection: similarity is -5.0"
        ),
        (#""selection" : null"#, #""selection" : {"top": 40}"#, "e/manifest.json: selection: "),
        (#""license" : "mit""#, #""license" : "x\"; rm"#, "no export can be asked for as this says."),
    ])
    func absurdManifestsAreFound(old: String, new: String, problem: String) async throws {
        try await fixture.export("--license", "mit")
        let pattern = try Regex(old)
        try fixture.edit("e/manifest.json") { text in
            guard let range = text.firstRange(of: pattern) else { throw VerifyFixture.Failure(words: text) }
            text.replaceSubrange(range, with: new.replacing(#"x\"; rm"#, with: #"x; rm""#))
        }
        let verified = try await fixture.verify("e", "--runs", "run")
        #expect(verified.code == 65, "\(verified.code) \(verified.problems)")
        #expect(verified.problems.contains { $0.contains(problem) }, "\(verified.problems)")
    }

    @Test(arguments: [-1, Int.max]) func absurdLengthsOfRowsAreFound(length: Int) async throws {
        try await fixture.export()
        try fixture.rewrite(Self.shard, asListedIn: "e/manifest.json") { lines in
            lines[2].replace(/"tokens":[0-9]+/, with: "\"tokens\":\(length)")
        }
        let verified = try await fixture.verify("e")
        #expect(verified.code == 65)
        #expect(
            verified.problems.contains {
                $0.contains("\(Self.shard):3: tokens: is \(length), expected 0 to ")
            })
    }

    @Test func linksToFoldersAreNotFollowed() async throws {
        try await fixture.export()
        for name in ["up", "down"] {
            try FileManager.default.createSymbolicLink(
                atPath: fixture.directory.file("e/recipes/\(name)"), withDestinationPath: "..")
        }
        let verified = try await fixture.verify("e")
        #expect(verified.code == 65 && verified.problems.count == 3, "\(verified.problems)")
        #expect(verified.problems[0].hasPrefix("e/recipes/down: is no file of this export"))
    }

    @Test func aPipeInPlaceOfAFileIsNotWaitedFor() async throws {
        try await fixture.export()
        for name in ["e/manifest.json", "run/run.json"] {
            try Directory.removeFile(fixture.directory.file(name))
            let made = try await ObservedProcess(
                "/usr/bin/env", ["mkfifo", fixture.directory.file(name)], in: fixture.directory.path
            ).run()
            #expect(made.code == 0)
        }
        for path in ["e", "run"] {
            let verified = try await fixture.verify(path)
            #expect(verified.code == 65)
            #expect(
                verified.problems.contains { $0.contains("it is a pipe or a device") }, "\(verified.problems)"
            )
        }
    }

    /// A manifest names templates; which files are read is for whoever verifies to say.
    @Test func aManifestDoesNotChooseWhichFilesAreRead() async throws {
        try await fixture.export("--chat-template", "none")
        try fixture.edit("e/manifest.json") {
            $0.replace(#""name" : "none""#, with: #""name" : "/etc/hostname""#)
        }
        let verified = try await fixture.verify("e", "--runs", "run")
        #expect(
            verified.output.contains("not made again: it has conversations as /etc/hostname renders them"),
            "\(verified.output) \(verified.problems)")
    }

    /// One export that cannot be looked at does not keep the others from it.
    @Test func othersAreCheckedAllTheSame() async throws {
        try Directory.create(fixture.directory.file("all"))
        try await fixture.export(to: "all/a")
        try await fixture.export(to: "all/b")
        try fixture.edit("all/a/manifest.json") {
            $0.replace(
                /"scienceworld" : "[0-9a-f]{64}"/,
                with: "\"scienceworld\" : \"\(String(repeating: "a", count: 64))\"")
        }
        let verified = try await fixture.verify("all", "--runs", "run")
        #expect(verified.code == 65)
        #expect(verified.output.contains("all/a: export, 1 problem"), "\(verified.output)")
        #expect(verified.output.contains("all/b: export, whole: "), "\(verified.output)")
    }
}
