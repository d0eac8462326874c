import FoundationEssentials
import TemporaryFiles
import TestProcesses
import Testing
import Trajectories

@testable import RecodeData

/// Whole pipelines with the real environment, killed and copied.
@Suite(.serialized) struct PipelineCrashTests {
    private static let python =
        ProcessInfo.processInfo.environment[Machine.pythonVariable]
        ?? "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/.venv/bin/python"
    private static let killCount = 6
    private static let seed: UInt64 = 11

    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        let text = """
            name: short
            seed: 3
            collect:
              - {name: expert, env: scienceworld, policy: expert, tasks: [lifespan-longest-lived, find-plant],
                 variations: 3, slip: 0.1}
            select: {top: [40, 100]}
            leakage: {allow: true}
            export: {methods: [recode, react, codeact]}
            """
        _ = try directory.write(Array(text.utf8), to: "short.yaml")
    }

    private func run(_ out: String) -> ObservedProcess {
        ObservedProcess(
            BuiltProgram.path,
            [
                "run", "short.yaml", "--out", out, "--concurrency", "2", "--environment-workers", "1",
                "--python", Self.python,
            ],
            in: directory.path)
    }

    @Test func aPipelineThatIsKilledAgainAndAgainEndsInTheSameBytesAlsoWhereItWasCopiedTo() async throws {
        let whole = try await run("whole").run()
        try #require(whole.code == 0, "\(whole.errors)")
        let expected = try FileTree.contents(of: directory.file("whole"))
        var generator = SeededGenerator(seed: Self.seed)
        var killed = 0
        while killed < Self.killCount {
            // The first two while it collects, the others while it selects, exports and counts.
            let word = killed < 2 ? "/6 episodes" : "selection/"
            let moment = ObservedProcess.Moment(
                try time(from: word, to: killed < 2 ? "selection/" : nil, in: whole) * generator.nextUnit(),
                after: word)
            let outcome = try await run("out").run(killedAt: moment)
            if outcome.code == nil {
                killed += 1
                continue
            }
            try #require(outcome.code == 0, "\(outcome.errors)")
            #expect(try FileTree.contents(of: directory.file("out")) == expected, "seed \(Self.seed)")
            // What comes after collecting is done again.
            for name in ["selection", "export", "count.json", "count.md", "stages.json"] {
                try FileManager.default.removeItem(atPath: directory.file("out/\(name)"))
            }
        }
        try FileManager.default.copyItem(atPath: directory.file("out"), toPath: directory.file("elsewhere"))
        for out in ["out", "elsewhere"] {
            let outcome = try await run(out).run()
            try #require(outcome.code == 0, "\(outcome.errors)")
            #expect(try FileTree.contents(of: directory.file(out)) == expected, "seed \(Self.seed)")
        }
        try FileManager.default.copyItem(atPath: directory.file("out"), toPath: directory.file("finished"))
        let again = try await run("finished").run()
        #expect(
            again.lines.prefix(3).map(\.text) == [
                "recode-data: collect/expert: collected before",
                "recode-data: selection/expert-*: 2 made before",
                "recode-data: export/expert-*: 6 made before",
            ])
    }

    /// How long it was from one line to another, or to the last.
    private func time(
        from first: String, to second: String?, in outcome: ObservedProcess.Outcome
    ) throws -> Duration {
        let start = try #require(outcome.lines.first { $0.text.contains(first) }).time
        let end = outcome.lines.first { line in second.map { line.text.contains($0) } ?? false }
        return (end ?? outcome.lines[outcome.lines.count - 1]).time - start
    }
}
