import FoundationEssentials
import JSONLines
import TemporaryFiles
import TestProcesses
import Testing
import Trajectories

/// What is left on a disk that became full while the program wrote a selection, an export or an import.
@Suite(.serialized) struct FullDiskTests {
    private static let page = 4096

    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        for name in ["disk", "content"] { try Directory.create(directory.file(name)) }
        _ = try directory.write(Array(repeating: 1, count: Self.page), to: "content/filler")
        try writeRun(at: directory.file("run"), rewards: (0..<60).map { Double($0) / 60 }, first: 100)
        let turns = ["What do you see?", "Thought: Look.\\nAction: look around", "A hallway."]
        let conversation = """
            [{"id": "boil_1", "conversations": [{"from": "human", "value": "\(turns[0])"}, \
            {"from": "gpt", "value": "\(turns[1])"}, {"from": "human", "value": "\(turns[2])"}], "reward": 1}]
            """
        _ = try directory.write(Array(conversation.utf8), to: "talk.json")
    }

    /// Each command without its output, and how an earlier output of it is made that has to give way.
    @Test(arguments: [
        (["filter", "run", "--top", "50", "--out"], ["filter", "run", "--top", "10", "--out"]),
        (["export", "run", "--method", "react", "--out"], ["export", "run", "--top", "10", "--out"]),
        (["export", "run", "--format", "parquet", "--out"], ["export", "run", "--top", "10", "--out"]),
        (
            [
                "import", "talk.json", "--format", "sharegpt", "--env", "scienceworld", "--split", "train",
                "--reward-scale", "0-1",
                "--run",
            ], nil
        ),
    ])
    func whatWasThereStaysAndNothingElse(command: [String], earlier: [String]?) async throws {
        if let earlier {
            let outcome = try await BuiltProgram.run(
                earlier + ["content/out"], in: directory.path)
            try #require(outcome.code == 0, "\(outcome.errors)")
        }
        let done = try await BuiltProgram.run(
            command + ["done"], in: directory.path, variables: VerifyFixture.python)
        try #require(done.code == 0, "\(done.errors)")
        let before = try FileTree.contents(of: directory.file("content"))
        // A Python that starts each time makes the steps of Parquet dear.
        let step = command.contains("parquet") ? 7 : 1
        var pages = 0
        while true {
            let (outcome, copy) = try await run(command + ["disk/out"], onDiskWith: pages)
            pages += step
            if outcome.code == 0 {
                #expect(try bytes(at: copy + "/out") == bytes(at: directory.file("done")))
                break
            }
            try #require(outcome.code == 1, "\(outcome.errors)")
            let words = #/error: cannot write .*disk/out.*: No space left on device. Free some space there/#
            #expect(
                outcome.errors.contains(words) && !outcome.errors.contains(".partial"), "\(outcome.errors)")
            #expect(try FileTree.contents(of: copy) == before, "\(pages) pages")
        }
        #expect(pages > step, "the disk was never full")
    }

    /// Runs the program with a disk that has so many pages free.
    private func run(
        _ arguments: [String], onDiskWith pages: Int
    ) async throws -> (outcome: ObservedProcess.Outcome, copy: String) {
        let copy = directory.file("copy\(pages)")
        try Directory.create(copy)
        let taken = try FileTree.contents(of: directory.file("content")).values.reduce(0) {
            $0 + ($1.count + Self.page - 1) / Self.page
        }
        let disk = SmallDisk(
            at: directory.file("disk"), byteCount: (taken + pages) * Self.page,
            content: directory.file("content"),
            copiedTo: copy)
        let variables = VerifyFixture.python.map { "\($0)=\($1)" }
        let process = disk.process(
            "/usr/bin/env", variables + [BuiltProgram.path] + arguments, in: directory.path)
        return (try await process.run(), copy)
    }

    /// The bytes of a file, or of all files below a directory.
    private func bytes(at path: String) throws -> [String: Data] {
        Directory.isDirectory(path)
            ? try FileTree.contents(of: path) : ["": try Data(contentsOf: URL(filePath: path))]
    }
}
