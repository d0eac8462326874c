import FoundationEssentials
import JSONLines
import TemporaryFiles
import TestProcesses
import Testing

@testable import Trajectories

/// What is left of a run when the process that collects it dies, and what becomes of it then.
///
/// These tests kill ``CollectorProcess``: the real run directory on the real disk, with made-up episodes, so that a
/// hundred deaths take seconds. The whole program dies, with its real environment, in RecodeDataTests.
@Suite(.serialized) struct CollectorCrashTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    /// How many kills there are, and where their moments come from.
    private static let killCount = 100
    private static let seed: UInt64 = 20_251

    @Test func aRunKilledAtAHundredRandomMomentsEndsInTheSameBytes() async throws {
        let whole = CollectorRun(path: directory.file("whole"))
        var moments = Moments(seed: Self.seed, of: try await whole.process.run())
        let expected = try whole.contents()
        #expect(expected.keys.filter { $0.hasPrefix("trajectories/part-") }.count == 3)
        var deaths: [CollectorPhase: Int] = [:]
        var runCount = 0
        while deaths.values.reduce(0, +) < Self.killCount {
            let run = CollectorRun(path: directory.file("run\(runCount)"))
            runCount += 1
            var committed: Set<String> = []
            while true {
                let outcome = try await run.process.run(killedAt: moments.next())
                #expect(outcome.played.isDisjoint(with: committed), "a committed episode was played again")
                let now = try run.committed()
                #expect(now.isSuperset(of: committed), "a committed episode was lost")
                committed = now
                if let code = outcome.code {
                    #expect(code == 0, "\(outcome.errors)")
                    break
                }
                // Nothing said yet: the process was being loaded.
                deaths[outcome.lastPhase ?? .begins, default: 0] += 1
            }
            #expect(committed.count == CollectorRun.episodeCount)
            #expect(try run.contents() == expected, "seed \(Self.seed), run \(runCount)")
            #expect(try run.timingCounts().allSatisfy { $0 == 1 })
            try FileManager.default.removeItem(atPath: run.path)
        }
        #expect(Set(deaths.keys) == Set(CollectorPhase.allCases), "\(deaths)")
    }

    /// Moments to die, drawn at random: in which phase, and how far into it. Long phases would get nearly all of them
    /// otherwise.
    private struct Moments {
        private var generator: SeededGenerator
        /// How long each phase took when nothing stopped it.
        private let lengths: [CollectorPhase: Duration]

        init(seed: UInt64, of outcome: ObservedProcess.Outcome) {
            generator = SeededGenerator(seed: seed)
            let begins = outcome.lines.compactMap { line in
                CollectorPhase(rawValue: line.text).map { (phase: $0, time: line.time) }
            }
            let ends = begins.dropFirst().map(\.time) + [outcome.lines.last?.time ?? .zero]
            lengths = Dictionary(
                zip(begins, ends).map { ($0.phase, $1 - $0.time) }, uniquingKeysWith: { first, _ in first })
        }

        mutating func next() -> ObservedProcess.Moment {
            let phase = CollectorPhase.allCases.randomElement(using: &generator) ?? .begins
            // Opening a run takes next to no time where there is nothing in it yet.
            let length = max(lengths[phase] ?? .zero, .milliseconds(20))
            return ObservedProcess.Moment(length * generator.nextUnit(), after: phase.rawValue)
        }
    }
}
