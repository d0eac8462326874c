import Export
import FoundationEssentials
import JSONLines
import TemporaryFiles
import Testing
import Trajectories

@testable import RecodeData

/// data/samples: real episodes and the pairs that were made of them.
@Suite(.serialized) struct SampleTests {
    private static let root =
        "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    private static let samples = "\(root)/data/samples"
    private static let methods = ["recode", "react", "codeact"]

    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    @Test(arguments: methods)
    func theSampleRunIsCutIntoTheSamplePairs(method: String) async throws {
        let selection = directory.path + "/\(method).json"
        let selected = try await BuiltProgram.run([
            "filter", "\(Self.samples)/run", "--top", "40", "--seed", "7", "--out", selection,
        ])
        #expect(selected.code == 0, "\(selected.errors)")
        let outcome = try await BuiltProgram.run([
            "export", "\(Self.samples)/run", "--selection", selection, "--method", method, "--out",
            directory.path + "/\(method)",
        ])
        #expect(outcome.code == 0, "\(outcome.errors)")
        let shard = "train-00000-of-00001.jsonl.gz"
        let made = try lines(of: directory.path + "/\(method)/\(shard)")
        let kept = try lines(of: "\(Self.samples)/export/scienceworld-expert-\(method)-top40/\(shard)")
        // The run has another name there: that of its stage.
        let renamed = made.map {
            String(decoding: $0, as: UTF8.self).replacing(
                #""run":"run""#, with: #""run":"scienceworld-expert""#)
        }
        #expect(renamed == kept.map { String(decoding: $0, as: UTF8.self) })
        #expect(!kept.isEmpty)
    }

    @Test(arguments: methods)
    func theSampleManifestsSumUpTheirRows(method: String) throws {
        let folder = "\(Self.samples)/export/scienceworld-expert-\(method)-top40"
        let manifest = try CanonicalJSON.decode(
            ExportManifest.self, from: try AtomicFile.read("\(folder)/manifest.json"))
        let rows = try lines(of: "\(folder)/train-00000-of-00001.jsonl.gz").map {
            try CanonicalJSON.decode(Pair.self, from: $0)
        }
        let lengths = rows.compactMap(\.tokens)
        let tokens = try #require(manifest.tokens)
        #expect(lengths.count == rows.count)
        #expect(tokens.chat == lengths.reduce(0, +))
        #expect(tokens.over["1024"] == lengths.count { $0 > 1024 })
        for bin in tokens.histogram.bins {
            #expect(bin.pairs == lengths.count { bin.from <= $0 && $0 < bin.below })
        }
        #expect(tokens.histogram.bins.reduce(0) { $0 + $1.pairs } == rows.count)
        #expect(0 < tokens.trained && tokens.trained < tokens.content && tokens.content < tokens.chat)
        #expect(tokens.vocabulary.name == "qwen2.5" && tokens.template == "qwen2.5")
        #expect(
            tokens.vocabulary.sha256
                == (try FileDigest.ofFile(
                    "\(Self.root)/.venv/share/recode-data/qwen.tiktoken", lineCount: 0
                ).sha256))
    }

    @Test func theSampleCountsAreThoseOfTheSampleRun() async throws {
        let outcome = try await BuiltProgram.run([
            "count", "\(Self.samples)/run", "--each-run", "--top", "10,20,30,40,100", "--seed", "7",
            "--format",
            "markdown",
        ])
        #expect(outcome.code == 0, "\(outcome.errors)")
        let kept = try AtomicFile.read("\(Self.samples)/count.md")
        #expect(outcome.output == String(decoding: kept, as: UTF8.self))
    }

    @Test func theSamplesAreCollectedAgainToTheByte() async throws {
        let out = directory.path + "/again"
        let python =
            ProcessInfo.processInfo.environment[Machine.pythonVariable] ?? "\(Self.root)/.venv/bin/python"
        let outcome = try await BuiltProgram.run([
            "run", "\(Self.root)/data/pipelines/samples.yaml", "--out", out, "--concurrency", "2", "--python",
            python,
        ])
        #expect(outcome.code == 0, "\(outcome.errors)")
        let shard = "trajectories/part-00000.jsonl.gz"
        let again = try lines(of: "\(out)/collect/scienceworld-expert/\(shard)")
        let kept = try lines(of: "\(Self.samples)/run/\(shard)")
        #expect(again.count == kept.count)
        for (line, other) in zip(again, kept) {
            #expect(line == other, "\(String(decoding: other.prefix(200), as: UTF8.self))")
        }
    }

    /// The text of a shard, line by line: another zlib may compress the same text to other bytes.
    private func lines(of path: String) throws -> [[UInt8]] {
        let reader = try JSONLinesReader(path: path)
        var result: [[UInt8]] = []
        while let line = try reader.next() { result.append(line.bytes) }
        return result
    }
}
