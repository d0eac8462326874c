import FoundationEssentials
import JSONLines
import Synchronization
import TemporaryFiles
import TestProcesses
import Testing

@testable import Trajectories

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Run directories that a second process opens, and run directories that were copied.
@Suite(.serialized) struct CollectorSharingTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    /// The run as it is sealed when nothing stops it.
    private func wholeContents() async throws -> [String: Data] {
        let whole = CollectorRun(path: directory.file("whole"))
        #expect(try await whole.process.run().code == 0)
        return try whole.contents()
    }

    /// Begins a run, holds its process still in a phase, gives the process's number to `body`, and kills it.
    /// - Returns: the run; unfinished.
    private func withRunHeld(
        in phase: CollectorPhase, _ body: @escaping @Sendable (CollectorRun, Int32) async throws -> Void
    ) async throws -> CollectorRun {
        let run = CollectorRun(path: directory.file("\(phase)"))
        let outcome = try await run.process(stoppingIn: phase).run { line, process in
            guard line == phase.rawValue else { return }
            defer { kill(process, SIGKILL) }
            #expect(try RunDirectory.open(run.path).manifest.state == .collecting)
            try await body(run, process)
        }
        #expect(outcome.code == nil)
        return run
    }

    @Test(arguments: [CollectorPhase.collecting, .sealing])
    func aSecondProcessIsRefusedWithTheFirstOnesNumberUntilThatIsDead(phase: CollectorPhase) async throws {
        let expected = try await wholeContents()
        let run = try await withRunHeld(in: phase) { run, process in
            let second = try await run.process.run()
            #expect(second.code == 1)
            #expect(
                second.lines.map(\.text) == [
                    "begins",
                    "error: process \(process) is writing to \(run.path). Wait until it has ended, or choose another "
                        + "directory.",
                ])
        }
        let next = try await run.process.run()
        #expect(next.code == 0, "\(next.errors)")
        #expect(try run.contents() == expected)
    }

    @Test(arguments: [CollectorPhase.collecting, .sealing])
    func aCopyGoesOnWhateverTheFirstProcessLeftInIt(phase: CollectorPhase) async throws {
        let expected = try await wholeContents()
        let copy = CollectorRun(path: directory.file("elsewhere/copy"))
        try FileManager.default.createDirectory(
            atPath: directory.file("elsewhere"), withIntermediateDirectories: false)
        let original = try await withRunHeld(in: phase) { run, _ in
            // While the first process lives and has its lock.
            try FileManager.default.copyItem(atPath: run.path, toPath: copy.path)
            // On the other machine these numbers may be those of any process: 1 always is there.
            for name in ["run.json", "trajectories/part-00000.jsonl.gz", "calls/part-00000.jsonl.gz"] {
                let place = name.split(separator: "/")
                let folder = ([copy.path] + place.dropLast().map(String.init)).joined(separator: "/")
                try Directory.create(folder)
                try Data([1]).write(to: URL(filePath: "\(folder)/.\(place[place.count - 1]).1.partial"))
            }
            let resumed = try await copy.process.run()
            #expect(resumed.code == 0, "\(resumed.errors)")
        }
        #expect(try copy.contents() == expected)
        #expect(try await original.process.run().code == 0)
        #expect(try original.contents() == expected)
    }

    @Test func aCopyOfASealedRunIsTheSameRun() async throws {
        let expected = try await wholeContents()
        let copy = CollectorRun(path: directory.file("copy"))
        try FileManager.default.copyItem(atPath: directory.file("whole"), toPath: copy.path)
        let outcome = try await copy.process.run()
        #expect(outcome.lines.map(\.text) == ["begins", "complete", "ends"])
        #expect(try copy.contents() == expected)
    }
}
