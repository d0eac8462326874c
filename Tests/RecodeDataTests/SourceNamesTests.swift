import FoundationEssentials
import JSONLines
import TemporaryFiles
import Testing

@testable import RecodeData

/// What rows call the runs they come from.
@Suite struct SourceNamesTests {
    @Test(arguments: [
        (["/data/a"], ["a"]),
        (["/data/a/"], ["a"]),
        (["/data/./a", "/data/b"], ["a", "b"]),
        (["/data/x/../a"], ["a"]),
        (["/seed-1/run", "/seed-2/run", "/other"], ["seed-1/run", "seed-2/run", "other"]),
        (["/1/x/run", "/2/x/run", "/2/y/run"], ["1/x/run", "2/x/run", "y/run"]),
        (["/a/run", "/a/run"], ["run", "run"]),
        (["/run", "/a/run"], ["run", "a/run"]),
        (["/"], [""]),
    ])
    func areTheLastPartsThatTellThemApart(paths: [String], names: [String]) {
        #expect(SourceNames.names(of: paths) == names)
    }

    @Test func doNotDependOnHowARunIsNamed() async throws {
        let fixture = try VerifyFixture()
        try await fixture.export(to: "one")
        try FileManager.default.createSymbolicLink(
            atPath: fixture.directory.file("link"), withDestinationPath: "run")
        try await fixture.export(from: "link", to: "two")
        let inside = try await BuiltProgram.run(
            ["export", ".", "--out", "../three"], in: fixture.directory.file("run"))
        #expect(inside.code == 0, "\(inside.errors)")
        let one = try FileTree.contents(of: fixture.directory.file("one"))
        #expect(try FileTree.contents(of: fixture.directory.file("two")) == one)
        #expect(try FileTree.contents(of: fixture.directory.file("three")) == one)
    }

    @Test func runsOfTheSameNameAreToldApartInRows() async throws {
        let fixture = try VerifyFixture()
        for (name, first) in [("a", 0), ("b", 1)] {
            try Directory.create(fixture.directory.file(name))
            try writeRun(at: fixture.directory.file("\(name)/run"), rewards: [1], first: 100 + first)
        }
        let outcome = try await BuiltProgram.run(
            ["export", "a/run", "b/run", "--out", "e"], in: fixture.directory.path)
        #expect(outcome.code == 0, "\(outcome.errors)")
        let rows = try fixture.lines(of: "e/train-00000-of-00001.jsonl.gz")
        #expect(
            Set(rows.compactMap { $0.firstMatch(of: /"run":"([^"]*)"/)?.output.1 }) == ["a/run", "b/run"])
        // In another order, and from other folders.
        try FileManager.default.moveItem(
            atPath: fixture.directory.file("a"), toPath: fixture.directory.file("c"))
        let verified = try await fixture.verify("e", "--runs", "b/run", "c/run")
        #expect(verified.code == 0, "\(verified.problems)")
        #expect(verified.output.contains("made again: 3 files the same to the byte"), "\(verified.output)")
    }
}
