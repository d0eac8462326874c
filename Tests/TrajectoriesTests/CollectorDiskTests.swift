import FoundationEssentials
import JSONLines
import TemporaryFiles
import TestProcesses
import Testing

@testable import Trajectories

/// Runs on a disk that becomes full while ``CollectorProcess`` writes to it.
@Suite(.serialized) struct CollectorDiskTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        for name in ["disk", "content"] {
            try FileManager.default.createDirectory(
                atPath: directory.file(name), withIntermediateDirectories: false)
        }
        // What takes up the first page of each disk.
        _ = try directory.write(Array(repeating: 1, count: Self.page), to: "content/filler")
    }

    /// What the kernel gives files of such a disk at a time, in bytes.
    private static let page = 4096

    /// Collects on a disk of so many pages besides the one that is taken.
    private func collect(pages: Int) async throws -> (outcome: ObservedProcess.Outcome, copy: CollectorRun) {
        let copy = directory.file("copy\(pages)")
        try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: false)
        let disk = SmallDisk(
            at: directory.file("disk"), byteCount: (pages + 1) * Self.page,
            content: directory.file("content"),
            copiedTo: copy)
        let run = CollectorRun(path: disk.path + "/run")
        return (try await run.process(on: disk).run(), CollectorRun(path: copy + "/run"))
    }

    @Test func aRunGoesOnFromADiskThatWasFullAtAnyPoint() async throws {
        let whole = CollectorRun(path: directory.file("whole"))
        #expect(try await whole.process.run().code == 0)
        let expected = try whole.contents()
        let recordPages = expected.values.reduce(0) { $0 + $1.count } / Self.page
        // Nothing fits; the first files do; records do not; all do, and sealing, which writes them again, does not.
        let sizes = [0, 1, 2, 5] + [5, 11, 14, 19].map { recordPages * $0 / 10 }
        var full: Set<String> = []
        var phases: Set<CollectorPhase> = []
        for pages in sizes {
            let (outcome, run) = try await collect(pages: pages)
            #expect(outcome.code == 1, "\(pages) pages: \(outcome.errors)")
            let words = try #require(outcome.lines.last?.text)
            let name = try #require(words.split(separator: "/disk/run/").last?.split(separator: ":").first)
            #expect(
                words == """
                    error: cannot write \(directory.file("disk/run"))/\(name): No space left on device. Free some space \
                    there and run the same command again (a collection with --resume); what was finished is kept.
                    """)
            full.insert(String(name))
            if let phase = outcome.lastPhase { phases.insert(phase) }
            #expect(try run.committed().count >= outcome.played.count - 1)
            #expect(try leftovers(in: run).isEmpty)

            let resumed = try await run.process.run()
            #expect(resumed.code == 0, "\(pages) pages: \(resumed.errors)")
            #expect(!resumed.errors.contains("cut "), "a piece that did not fit was not taken back")
            #expect(try run.contents() == expected, "\(pages) pages")
            try FileManager.default.removeItem(atPath: run.path)
        }
        #expect(
            full.isSuperset(of: [
                "run.json", "calls/part-00000.jsonl.gz", "trajectories/part-00000.jsonl.gz",
                "trajectories/part-00001.jsonl.gz",
            ]), "\(full)")
        #expect(phases == [.begins, .collecting, .sealing])
        let (outcome, run) = try await collect(pages: recordPages * 5 / 2)
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(try run.contents() == expected)
    }

    private func leftovers(in run: CollectorRun) throws -> [String] {
        guard Directory.isPresent(run.path) else { return [] }
        return try FileManager.default.subpathsOfDirectory(atPath: run.path).filter {
            $0.hasSuffix(".partial")
        }
    }
}
