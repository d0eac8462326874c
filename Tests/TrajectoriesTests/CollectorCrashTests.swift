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
        var moments = Moments(seed: Self.seed)
        let first = try await whole.process.run()
        moments.learn(from: first)
        let expected = try whole.contents()
        #expect(expected.keys.filter { $0.hasPrefix("trajectories/part-") }.count == 3)
        var deaths: [CollectorPhase: Int] = [:]
        var (runCount, cutCount) = (0, 0)
        while deaths.values.reduce(0, +) < Self.killCount {
            let run = CollectorRun(path: directory.file("run\(runCount)"))
            runCount += 1
            var committed: Set<String> = []
            var torn: Set<String> = []
            while true {
                let outcome = try await run.process.run(killedAt: moments.next())
                #expect(outcome.played.isDisjoint(with: committed), "a committed episode was played again")
                if outcome.lastPhase != .begins, outcome.lastPhase != nil {
                    // A process that died just before may have cut one or both.
                    #expect(outcome.cut.isSubset(of: torn))
                    cutCount += outcome.cut.count
                    torn = []
                }
                let now = try run.committed()
                #expect(now.isSuperset(of: committed), "a committed episode was lost")
                committed = now
                if let code = outcome.code {
                    try #require(code == 0, "\(outcome.errors)")
                    moments.learn(from: outcome)
                    break
                }
                // Nothing said yet: the process was being loaded.
                deaths[outcome.lastPhase ?? .begins, default: 0] += 1
                if outcome.lastPhase == .collecting { torn = try run.tear(using: &moments.generator) }
            }
            #expect(committed.count == CollectorRun.episodeCount)
            #expect(try run.contents() == expected, "seed \(Self.seed), run \(runCount)")
            #expect(try run.timingCounts().allSatisfy { $0 == 1 })
            try FileManager.default.removeItem(atPath: run.path)
        }
        #expect(Set(deaths.keys) == Set(CollectorPhase.allCases), "\(deaths)")
        #expect(cutCount > 0)
    }

    /// Moments to die, drawn at random: in which phase, and how far into it. Long phases would get nearly all of them
    /// otherwise.
    private struct Moments {
        var generator: SeededGenerator
        /// How long each phase takes when nothing stops it.
        private var lengths: [CollectorPhase: Duration] = [:]

        init(seed: UInt64) {
            generator = SeededGenerator(seed: seed)
        }

        /// Takes the lengths of a process that was not killed, where they are less than before: the machine may have been
        /// busier then. A run that went on has less to collect, so that length stays.
        mutating func learn(from outcome: ObservedProcess.Outcome) {
            let begins = outcome.lines.compactMap { line in
                CollectorPhase(rawValue: line.text).map { (phase: $0, time: line.time) }
            }
            let ends = begins.dropFirst().map(\.time) + [outcome.lines.last?.time ?? .zero]
            for ((phase, begin), end) in zip(begins, ends) {
                let known = lengths[phase] ?? end - begin
                lengths[phase] = phase == .collecting ? known : min(known, end - begin)
            }
        }

        mutating func next() -> ObservedProcess.Moment {
            let phase = CollectorPhase.allCases.randomElement(using: &generator) ?? .begins
            // Opening a run takes next to no time where there is nothing in it yet.
            let length = phase == .begins ? .milliseconds(30) : lengths[phase] ?? .zero
            return ObservedProcess.Moment(length * generator.nextUnit(), after: phase.rawValue)
        }
    }
}

extension CollectorRun {
    /// Leaves behind the last records and calls what a process that dies within a write, or a machine that loses its
    /// power, may leave there: the beginning of a gzip member, or zeros.
    /// - Returns: the files that have such an end now.
    fileprivate func tear(using generator: inout SeededGenerator) throws -> Set<String> {
        var torn: Set<String> = []
        for file in ["trajectories", "calls"].map({ "\(path)/\($0)/part-00000.jsonl.gz" }) {
            guard Directory.isPresent(file) else { continue }
            let bytes = try Data(contentsOf: URL(filePath: file))
            let count = Int.random(in: 1...40, using: &generator)
            let isZeros = Bool.random(using: &generator)
            guard bytes.count > count else { continue }
            try (bytes + (isZeros ? Data(count: count) : bytes.prefix(count))).write(to: URL(filePath: file))
            torn.insert(file)
        }
        return torn
    }
}

extension ObservedProcess.Outcome {
    /// The files whose torn ends it cut.
    fileprivate var cut: Set<String> {
        Set(lines.compactMap { $0.text.hasPrefix("cut ") ? String($0.text.dropFirst(4)) : nil })
    }
}
