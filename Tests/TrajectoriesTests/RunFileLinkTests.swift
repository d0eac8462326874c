import FoundationEssentials
import JSONLines
import Subprocess
import TemporaryFiles
import Testing

@testable import Trajectories

/// A run directory that somebody else has filled: going on in it writes nowhere else.
struct RunFileLinkTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        _ = try directory.write(Array("mine\n".utf8), to: "target")
        try Directory.create(directory.file("elsewhere"))
        guard case .collecting(let collector) = try begin() else { return }
        try collector.append(exampleTrajectory(id: "00aa"), timings: [Array("{}".utf8)])
        try collector.calls.append(
            CallRecord(
                trajectoryID: "00aa", taskID: "scienceworld/boil/3", call: 0, subject: "s", request: .null,
                outcome: .answered(ChatCompletion(text: "x", usage: Usage()))))
    }

    private func begin() throws(TrajectoriesError) -> RunStart {
        try RunCollector.begin(
            at: directory.file("run"), recipe: ["a": "b"], versions: [:], unfinished: .resume)
    }

    enum Trap: String, CaseIterable {
        case link, danglingLink, hardLink, pipe, folder, linkedFolder
    }

    static let files = [
        "run.json", "timings.jsonl", "calls/part-00000.jsonl.gz", "trajectories/part-00000.jsonl.gz",
    ]

    /// Replaces a file of the run.
    private func set(_ trap: Trap, at name: String) async throws {
        let files = FileManager.default
        let path = directory.file("run/\(name)")
        if trap == .linkedFolder {
            let folder = directory.file("run/\(name.split(separator: "/")[0])")
            try files.moveItem(atPath: folder, toPath: directory.file("elsewhere/moved"))
            return try files.createSymbolicLink(
                atPath: folder, withDestinationPath: directory.file("elsewhere/moved"))
        }
        // What a link leads to is what was there, so that nothing but the link is wrong.
        try files.moveItem(atPath: path, toPath: directory.file("elsewhere/moved"))
        switch trap {
        case .link:
            try files.createSymbolicLink(atPath: path, withDestinationPath: directory.file("elsewhere/moved"))
        case .danglingLink:
            try files.createSymbolicLink(atPath: path, withDestinationPath: directory.file("new"))
        case .hardLink: try files.linkItem(atPath: directory.file("elsewhere/moved"), toPath: path)
        case .pipe:
            _ = try await Subprocess.run(
                .name("mkfifo"), arguments: [path], output: .discarded, error: .discarded)
        default: try Directory.create(path)
        }
    }

    @Test(arguments: files, Trap.allCases)
    func aRunDoesNotGoOnWhereAFileIsNotItsOwn(name: String, trap: Trap) async throws {
        guard trap != .linkedFolder || name.contains("/") else { return }
        try await set(trap, at: name)
        let moved = directory.file("elsewhere/moved")
        let before = Directory.isDirectory(moved) ? [] : try AtomicFile.read(moved)
        let error = #expect(throws: TrajectoriesError.self) { try begin() }
        #expect(
            error?.message.contains(trap == .linkedFolder ? "run/\(name.split(separator: "/")[0])" : name)
                == true, "\(error?.message ?? "")")
        #expect(error?.code == .badRun || name == "run.json", "\(error?.message ?? "")")
        #expect(!Directory.isPresent(directory.file("new")))
        if !Directory.isDirectory(moved) { #expect(try AtomicFile.read(moved) == before) }
        let asked = #expect(throws: TrajectoriesError.self) {
            try RunCollector.requireFree(
                directory.file("run"), recipe: ["a": "b"], versions: [:], unfinished: .resume)
        }
        #expect(asked?.message == error?.message)
    }

    @Test func aLinkAsTheRunItselfIsTheUsersChoice() throws {
        try FileManager.default.createSymbolicLink(
            atPath: directory.file("link"), withDestinationPath: directory.file("run"))
        let start = try RunCollector.begin(
            at: directory.file("link"), recipe: ["a": "b"], versions: [:], unfinished: .resume)
        guard case .collecting(let collector) = start else { return #expect(Bool(false)) }
        #expect(collector.ids == ["00aa"])
    }

    @Test func absurdCountsOfOtherRunsEndNoSum() {
        var spending = RunSpending()
        var absurd = RunSpending()
        absurd.episodes = .max
        absurd.usage = Usage(promptTokens: .max, completionTokens: .min, costUSD: 1)
        for _ in 0..<3 { spending.add(absurd) }
        #expect(spending.episodes == .max && spending.usage.promptTokens == .max)
        #expect(spending.usage.completionTokens == .min && spending.usage.costUSD == 3)
    }
}
