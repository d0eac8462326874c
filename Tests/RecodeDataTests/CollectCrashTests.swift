import FoundationEssentials
import JSONLines
import Synchronization
import TemporaryFiles
import TestProcesses
import TestServers
import Testing
import Trajectories

@testable import RecodeData

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The whole program, with the real environment and the real sandbox, killed, interrupted and out of disk.
///
/// Each start of the environment takes seconds, so these are a few deaths, with one worker; `make test-kills` makes them a
/// hundred. CollectorCrashTests kill the same run directory's collector a hundred times without an environment.
@Suite(.serialized) struct CollectCrashTests {
    private static let python =
        ProcessInfo.processInfo.environment[Machine.pythonVariable]
        ?? "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/.venv/bin/python"

    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    /// The arguments that collect so many episodes.
    private func arguments(_ count: Int, _ policy: String, into run: String) -> [String] {
        [
            "collect", "--tasks", "lifespan-longest-lived", "--repeats", "\(count)", "--policy", policy,
            "--python",
            Self.python, "--concurrency", "2", "--environment-workers", "1", "--run", run,
        ]
    }

    private func process(_ arguments: [String]) -> ObservedProcess {
        ObservedProcess(BuiltProgram.path, arguments, in: directory.path)
    }

    private func contents(of run: String) throws -> [String: Data] {
        try FileTree.contents(of: directory.file(run))
    }

    /// The episodes that are committed, whatever is torn behind them.
    private func committed(in run: String) throws -> Set<String> {
        guard Directory.isPresent(directory.file("\(run)/run.json")) else { return [] }
        let reader = try RunDirectory.open(directory.file(run)).trajectories(tornTail: .endBefore)
        var ids: Set<String> = []
        while let trajectory = try reader.next() { ids.insert(trajectory.id) }
        return ids
    }

    // MARK: - kill -9

    private static let episodeCount = 24
    private static let killCount =
        ProcessInfo.processInfo.environment["RECODE_DATA_KILLS"].flatMap(Int.init) ?? 6
    private static let seed: UInt64 = 7

    @Test func aReplayedRunThatIsKilledAgainAndAgainEndsInTheSameBytes() async throws {
        try await recordCalls(into: "recorded")
        var moments = Moments(seed: Self.seed, total: Self.episodeCount)
        let whole = try await replay(into: "whole").run()
        try #require(whole.code == 0, "\(whole.errors)")
        moments.learn(from: whole)
        let expected = try contents(of: "whole")
        var (killed, halfway, runs) = (0, 0, 0)
        // Draws more deaths while none of them came between the first episode and the last.
        while killed < Self.killCount || (halfway == 0 && killed < Self.killCount + 40) {
            let run = "run\(runs)"
            runs += 1
            var before: Set<String> = []
            while true {
                let outcome = try await replay(into: run)
                    .run(killedAt: killed < Self.killCount || halfway == 0 ? moments.next() : nil)
                let now = try committed(in: run)
                #expect(now.isSuperset(of: before), "a committed episode was lost")
                if let line = outcome.lines.first(where: {
                    $0.text.contains("/\(Self.episodeCount) episodes")
                }) {
                    #expect(
                        line.text.hasSuffix(
                            before.isEmpty
                                ? ": 0/\(Self.episodeCount) episodes"
                                : ": \(before.count)/\(Self.episodeCount) episodes, \(before.count) from before"
                        ))
                }
                before = now
                guard outcome.code == nil else {
                    try #require(outcome.code == 0, "\(outcome.errors)")
                    moments.learn(from: outcome)
                    break
                }
                killed += 1
                if (1..<Self.episodeCount).contains(now.count) { halfway += 1 }
            }
            #expect(try contents(of: run) == expected, "seed \(Self.seed)")
            #expect(try playedTwice(in: run).isEmpty)
        }
        #expect(halfway > 0)
    }

    /// Plays the episodes with a real server that answers for the model.
    private func recordCalls(into run: String) async throws {
        try await MisbehavingServer.withServer { server in
            let profiles = "models: {p: {base_url: '\(server.baseURL("bear", "crash"))', model: m}}"
            _ = try directory.write(Array(profiles.utf8), to: "profiles.yaml")
            let arguments = arguments(Self.episodeCount, "p", into: run) + ["--profiles", "profiles.yaml"]
            let outcome = try await process(arguments).run()
            try #require(outcome.code == 0, "\(outcome.errors)")
        }
    }

    private func replay(into run: String) -> ObservedProcess {
        process(arguments(Self.episodeCount, "replay:recorded", into: run) + ["--resume"])
    }

    /// The episodes whose durations were noted more than once.
    private func playedTwice(in run: String) throws -> [String] {
        struct Timing: Decodable {
            var id: String
        }
        let lines = try JSONLinesReader(path: directory.file("\(run)/timings.jsonl"))
        var counts: [String: Int] = [:]
        while let line = try lines.next() {
            counts[try CanonicalJSON.decode(Timing.self, from: line.bytes).id, default: 0] += 1
        }
        return counts.filter { $0.value > 1 }.keys.sorted()
    }

    /// Moments to die, drawn at random: one in three while the program starts, the others while it plays and seals.
    private struct Moments {
        private var generator: SeededGenerator
        private let word: String
        /// How long the two take; the shortest seen, for the machine may have been busier before.
        private var (starting, playing) = (Duration.seconds(60), Duration.seconds(60))

        init(seed: UInt64, total: Int) {
            generator = SeededGenerator(seed: seed)
            word = "/\(total) episodes"
        }

        mutating func learn(from outcome: ObservedProcess.Outcome) {
            guard let first = outcome.lines.first(where: { $0.text.contains(word) }),
                let last = outcome.lines.last
            else { return }
            starting = min(starting, first.time)
            playing = min(playing, last.time - first.time)
        }

        mutating func next() -> ObservedProcess.Moment {
            let isEarly = generator.nextUnit() < 1.0 / 3
            let fraction = generator.nextUnit()
            return isEarly
                ? ObservedProcess.Moment(starting * fraction, after: nil)
                : ObservedProcess.Moment(playing * fraction, after: word)
        }
    }

    // MARK: - Ctrl-C, and a second process

    @Test func aSecondProcessIsRefusedAndAfterCtrlCTheCommandThatIsSaidGoesOn() async throws {
        let run = "it's r"
        let collect = arguments(40, "expert", into: run)
        let interrupted = try await process(collect).run { line, first in
            guard line.hasSuffix(": 0/40 episodes") else { return }
            kill(first, SIGSTOP)
            defer {
                kill(first, SIGCONT)
                kill(first, SIGINT)
            }
            for more in [[], ["--resume"]] {
                let second = try await process(collect + more).run()
                #expect(second.code == 1)
                #expect(
                    second.errors == """
                        recode-data: error: process \(first) is writing to \(run). Wait until it has ended, or choose \
                        another directory.

                        """)
            }
        }
        #expect(interrupted.code == 130)
        let words = "recode-data: error: interrupted. What was done is kept. Go on with: "
        let said = try #require(interrupted.lines.last?.text)
        #expect(said.hasPrefix(words), "\(interrupted.errors)")
        #expect(try !RunDirectory.open(directory.file(run)).isComplete)

        let command = String(said.dropFirst(words.count))
        let resumed = try await ObservedProcess("/bin/sh", ["-c", command], in: directory.path).run()
        #expect(resumed.code == 0, "\(command)\n\(resumed.errors)")
        let whole = try await process(arguments(40, "expert", into: "whole")).run()
        try #require(whole.code == 0, "\(whole.errors)")
        #expect(try contents(of: run) == contents(of: "whole"))
    }

    // MARK: - A full disk

    @Test func aRunGoesOnElsewhereWhenItsDiskIsFull() async throws {
        for name in ["disk", "copy"] { try Directory.create(directory.file(name)) }
        // Three pages: run.json, a few episodes, their durations.
        let disk = SmallDisk(
            at: directory.file("disk"), byteCount: 3 * 4096, copiedTo: directory.file("copy"))
        let full = try await disk.process(
            BuiltProgram.path, arguments(8, "expert", into: "disk/run"), in: directory.path
        ).run()
        #expect(full.code == 1)
        let said = try #require(full.lines.last?.text)
        #expect(said.hasPrefix("recode-data: error: cannot write disk/run/"), "\(full.errors)")
        #expect(
            said.hasSuffix(
                """
                : No space left on device. Free some space there and run the same command again (a collection with \
                --resume); what was finished is kept.
                """))
        let kept = try committed(in: "copy/run")
        #expect((1..<8).contains(kept.count))

        let resumed = try await process(arguments(8, "expert", into: "copy/run") + ["--resume"]).run()
        #expect(resumed.code == 0, "\(resumed.errors)")
        #expect(resumed.errors.contains(": \(kept.count)/8 episodes, \(kept.count) from before\n"))
        #expect(!resumed.errors.contains("was cut off"), "a piece that did not fit was not taken back")
        let whole = try await process(arguments(8, "expert", into: "whole")).run()
        try #require(whole.code == 0, "\(whole.errors)")
        #expect(try contents(of: "copy/run") == contents(of: "whole"))
    }
}
