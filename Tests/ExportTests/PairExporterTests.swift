import Export
import FoundationEssentials
import JSONLines
import Subprocess
import Testing
import Trajectories

@Suite struct PairExporterTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    @discardableResult
    private func export(_ pairs: [Pair], to name: String = "out", limit: ShardLimit = ShardLimit()) throws
        -> ExportManifest
    {
        let exporter = try PairExporter(
            directory: directory.file(name), recipe: ExportSettings.recipe, limit: limit)
        for pair in pairs { try exporter.append(pair) }
        return try exporter.finish(
            trajectories: pairs.count + 1, dropped: ["failed_subtree": 2],
            tokens: pairs.isEmpty ? nil : ExportSettings.tokens(pairs.compactMap(\.tokens)),
            leakage: ExportSettings.leakage)
    }

    /// What Python finds in an export.
    struct Reading: Decodable {
        struct File: Decodable {
            var name: String
            var sha256: String
            var bytes: Int
            var rows: [Pair]
            var columns: [String]
        }
        var files: [File]
    }

    private func readByPython(_ name: String = "out") async throws -> [Reading.File] {
        let script = """
            import gzip, hashlib, json, pathlib, sys
            files = []
            for path in sorted(pathlib.Path(sys.argv[1]).glob("*.jsonl.gz")):
                stored = path.read_bytes()
                with gzip.open(path, "rt", encoding="utf-8", newline="\\n") as lines:
                    rows = [json.loads(line) for line in lines]
                kinds = {json.dumps({key: "null" if row[key] is None else type(row[key]).__name__
                                     for key in row if key != "rank"}) for row in rows}
                files.append({"name": path.name, "sha256": hashlib.sha256(stored).hexdigest(),
                              "bytes": len(stored), "rows": rows, "columns": sorted(kinds)})
            json.dump({"files": files}, sys.stdout)
            """
        let result = try await run(
            .name("python3"), arguments: ["-c", script, directory.file(name)],
            output: .bytes(limit: 64 << 20),
            error: .string(limit: 1 << 16))
        #expect(result.terminationStatus.isSuccess, "\(result.standardError)")
        return try CanonicalJSON.decode(Reading.self, from: result.standardOutput).files
    }

    @Test func pythonReadsBackTheSameRowsAndChecksums() async throws {
        let pairs = (0..<40).map { SamplePairs.pair($0, node: $0, reward: $0 < 20 ? 1 : 0.25) }
        let manifest = try export(pairs, limit: ShardLimit(rowCount: 16))
        let files = try await readByPython()
        #expect(
            manifest.shards.map(\.path) == [
                "train-00000-of-00002.jsonl.gz", "train-00001-of-00002.jsonl.gz",
                "dev-00000-of-00002.jsonl.gz", "dev-00001-of-00002.jsonl.gz",
            ])
        #expect(manifest.shards.map(\.split) == [.train, .train, .dev, .dev])
        #expect(manifest.shards.map(\.lines) == [16, 4, 16, 4])
        for (split, shards) in [(Split.train, manifest.shards.prefix(2)), (.dev, manifest.shards.suffix(2))] {
            let own = files.filter { $0.name.hasPrefix("\(split.rawValue)-") }
            #expect(own.flatMap(\.rows) == pairs.filter { $0.split == split })
            #expect(shards.map(\.path) == own.map(\.name))
            #expect(shards.map(\.sha256) == own.map(\.sha256))
            #expect(shards.map(\.bytes) == own.map(\.bytes))
        }
        // All rows of all files have the same keys and types.
        #expect(Set(files.flatMap(\.columns)).count == 1)
    }

    @Test func manifestOnDiskIsTheOneReturned() throws {
        let manifest = try export((0..<3).map { SamplePairs.pair($0) })
        let bytes = try directory.bytes(of: "out/manifest.json")
        #expect(try CanonicalJSON.decode(ExportManifest.self, from: bytes) == manifest)
        #expect(manifest.counts.pairsBySplit == ["dev": 1, "train": 2])
        #expect(manifest.counts.trajectories == 4)
    }

    @Test func whereTokensWereNotCountedTheManifestSaysNull() throws {
        try export([])
        let text = String(decoding: try directory.bytes(of: "out/manifest.json"), as: UTF8.self)
        #expect(text.contains("\"tokens\" : null"))
        let card = String(decoding: try directory.bytes(of: "out/README.md"), as: UTF8.self)
        #expect(card.contains("## Tokens\n\nThey were not counted.\n"))
    }

    @Test func bytesBoundFillsShardsToo() throws {
        let pairs = (0..<6).map { SamplePairs.pair($0, text: String(repeating: "x", count: 400)) }
        let manifest = try export(pairs, limit: ShardLimit(byteCount: 3000))
        #expect(manifest.shards.map(\.lines) == [2, 1, 2, 1])
        let single = try export(pairs, to: "single", limit: ShardLimit(byteCount: 1))
        #expect(single.shards.map(\.lines) == [1, 1, 1, 1, 1, 1])
    }

    @Test func exportWithoutPairsHoldsOneEmptyShard() async throws {
        let manifest = try export([])
        #expect(manifest.shards.map(\.path) == ["train-00000-of-00001.jsonl.gz"])
        let files = try await readByPython()
        #expect(files.map(\.rows) == [[]])
    }

    @Test func samePairsGiveTheSameBytes() throws {
        let pairs = (0..<5).map { SamplePairs.pair($0) }
        try export(pairs, to: "one")
        try export(pairs, to: "two")
        let names = try FileManager.default.subpathsOfDirectory(atPath: directory.file("one")).sorted()
            .filter { $0 != "recipes" }
        #expect(
            names == [
                "README.md", "dev-00000-of-00001.jsonl.gz", "manifest.json", "recipes/trl_sft.py",
                "train-00000-of-00001.jsonl.gz",
            ])
        for name in names {
            #expect(try directory.bytes(of: "one/\(name)") == directory.bytes(of: "two/\(name)"), "\(name)")
        }
    }

    @Test func cardAndManifestAreAsRecorded() throws {
        try export(
            zip(0..., [700, 1024, 9000]).map { number, tokens in
                var pair = SamplePairs.pair(number)
                pair.tokens = tokens
                return pair
            })
        let card = String(decoding: try directory.bytes(of: "out/README.md"), as: UTF8.self)
        try GoldenFile.check(card, "README.md")
        var manifest = try CanonicalJSON.decode(
            ExportManifest.self, from: try directory.bytes(of: "out/manifest.json"))
        // What deflate makes of the rows is zlib's to choose; the test above compares it with the file.
        for index in manifest.shards.indices {
            manifest.shards[index].bytes = 0
            manifest.shards[index].sha256 = "(checked elsewhere)"
        }
        try GoldenFile.check(
            String(decoding: try CanonicalJSON.encodePretty(manifest), as: UTF8.self), "manifest.json")
    }
}

@Suite struct ExportFailureTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func exporter(_ name: String = "out", limit: ShardLimit = ShardLimit()) throws -> PairExporter {
        try PairExporter(directory: directory.file(name), recipe: ExportSettings.recipe, limit: limit)
    }

    @Test func unwritableOutputLeavesNothing() throws {
        _ = try directory.write(Array("hello".utf8), to: "file")
        let error = #expect(throws: JSONLinesError.self) { try exporter("file/out") }
        #expect(
            error?.description
                == "cannot make the directory \(directory.file("file")): Not a directory. A part of "
                + "this path is a file where a directory is needed; choose another path.")
        #expect(throws: JSONLinesError.self) { try exporter("file") }
        #expect(try directory.names() == ["file"])
    }

    @Test func lettingGoLeavesNothing() throws {
        do {
            let exporter = try exporter(limit: ShardLimit(rowCount: 1))
            for number in 0..<3 { try exporter.append(SamplePairs.pair(number)) }
            #expect(try directory.names().count == 1)
        }
        #expect(try directory.names() == [])
    }

    @Test func failureOnTheWayKeepsTheEarlierExport() throws {
        let first = try exporter()
        try first.append(SamplePairs.pair(1))
        _ = try first.finish(trajectories: 1, dropped: [:], leakage: ExportSettings.leakage)
        let before = try directory.bytes(of: "out/manifest.json")
        do {
            let second = try exporter()
            try second.append(SamplePairs.pair(2))
            let error = #expect(throws: ExportError.self) { try second.append(SamplePairs.pair(2)) }
            #expect(
                error?.description == "cannot export node 0 of trajectory 00000000000000000000000000000002 "
                    + "(scienceworld/boil/2): it is in this export already. Name each run once, and no two runs "
                    + "of the same recipe.")
        }
        #expect(try directory.names() == ["out"])
        #expect(try directory.bytes(of: "out/manifest.json") == before)
    }

    @Test func earlierExportGivesWayToANewOne() throws {
        let first = try exporter(limit: ShardLimit(rowCount: 1))
        for number in 0..<3 { try first.append(SamplePairs.pair(number)) }
        _ = try first.finish(trajectories: 3, dropped: [:], leakage: ExportSettings.leakage)
        let second = try exporter("out/")
        try second.append(SamplePairs.pair(7))
        let manifest = try second.finish(trajectories: 1, dropped: [:], leakage: ExportSettings.leakage)
        #expect(try directory.names() == ["out"])
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.file("out")).sorted()
        #expect(names == (["README.md", "manifest.json"] + manifest.shards.map(\.path)).sorted())
    }

    @Test func exportOfAnotherVersionGivesWayToo() throws {
        _ = try exporter().finish(trajectories: 0, dropped: [:], leakage: ExportSettings.leakage)
        let text = String(decoding: try directory.bytes(of: "out/manifest.json"), as: UTF8.self)
        let older = text.replacing("\"split\" : \"train\"", with: "\"more\" : 1")
        try #require(older != text)
        _ = try directory.write(Array(older.utf8), to: "out/manifest.json")
        _ = try exporter().finish(trajectories: 0, dropped: [:], leakage: ExportSettings.leakage)
        #expect(try directory.bytes(of: "out/manifest.json") == Array(text.utf8))
    }

    @Test func foreignDirectoryIsRefused() throws {
        try FileManager.default.createDirectory(
            atPath: directory.file("out"), withIntermediateDirectories: false)
        _ = try directory.write(Array("mine".utf8), to: "out/notes.txt")
        let error = #expect(throws: ExportError.self) { try exporter() }
        #expect(
            error?.description == "cannot export to \(directory.file("out")): it holds notes.txt and no "
                + "manifest.json, so it is not an earlier export that may be replaced. Choose another directory, "
                + "or move its files away.")
        for manifest in ["{", "{}", #"{"schema":"other.v1"}"#, "[1]"] {
            _ = try directory.write(Array(manifest.utf8), to: "out/manifest.json")
            let error = #expect(throws: ExportError.self, "\(manifest)") { try exporter() }
            #expect(error?.code == .foreignDirectory)
        }
        #expect(try directory.names() == ["out"])
        #expect(try directory.bytes(of: "out/notes.txt") == Array("mine".utf8))
    }

    @Test func aFileBesideAnEarlierExportIsNotLost() throws {
        let first = try exporter()
        _ = try first.finish(trajectories: 0, dropped: [:], leakage: ExportSettings.leakage)
        _ = try directory.write(Array("mine".utf8), to: "out/notes.txt")
        let error = #expect(throws: ExportError.self) { try exporter() }
        #expect(error?.message.contains("it holds notes.txt, which its manifest does not list") == true)
    }

    @Test func fileThatAppearsMeanwhileIsNotLost() throws {
        do {
            let exporter = try exporter()
            try FileManager.default.createDirectory(
                atPath: directory.file("out"), withIntermediateDirectories: false)
            _ = try directory.write(Array("mine".utf8), to: "out/notes.txt")
            #expect(throws: ExportError.self) {
                try exporter.finish(trajectories: 0, dropped: [:], leakage: ExportSettings.leakage)
            }
        }
        #expect(try directory.names() == ["out"])
        #expect(try directory.bytes(of: "out/notes.txt") == Array("mine".utf8))
    }

    @Test func emptyDirectoryAndLinkToOneAreTaken() throws {
        try FileManager.default.createDirectory(
            atPath: directory.file("real"), withIntermediateDirectories: false)
        try FileManager.default.createSymbolicLink(
            atPath: directory.file("link"), withDestinationPath: directory.file("real"))
        _ = try exporter("link").finish(trajectories: 0, dropped: [:], leakage: ExportSettings.leakage)
        #expect(try directory.names() == ["link", "real"])
        #expect(FileManager.default.fileExists(atPath: directory.file("real/manifest.json")))
    }

    @Test func pairsOfAnotherStyleAreRefused() throws {
        let exporter = try exporter()
        var pair = SamplePairs.pair(1)
        pair.style = .bare
        let error = #expect(throws: ExportError.self) { try exporter.append(pair) }
        #expect(error?.code == .mixedPairs)
    }
}
