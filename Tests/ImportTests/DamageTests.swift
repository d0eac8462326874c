import Import
import JSONLines
import ReferenceEpisodes
import TemporaryFiles
import Testing
import Trajectories

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Files that are cut, damaged or hostile: always an outcome, and what stood before the damage is kept.
@Suite struct DamageTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    @Test func resultsCutAnywhereGiveWhatStoodBefore() throws {
        let episodes = [ReferenceEpisode.usual(7), .usual(8), .usual(9)]
        try directory.write(episodes)
        let whole = try directory.bytes(of: "results.json")
        var counts: Set<Int> = []
        for length in Array(stride(from: 0, to: whole.count, by: 97)) + [whole.count - 20] {
            _ = try directory.write(Array(whole.prefix(length)), to: "results.json")
            let imported = try Imported(["results.json"], in: directory)
            counts.insert(imported.summary.imported)
            // Nothing at all is no tear; anything else is named as the last thing.
            #expect(
                length == 0 || imported.records.last?.issues.map(\.code) == [.fileTorn], "cut at \(length)")
            #expect(imported.trajectories.allSatisfy { $0.nodes.count == 6 })
        }
        #expect(counts == [0, 1, 2, 3])
    }

    @Test func aLogCutAnywhereNeverGivesAnAnswerThatWasNotGiven() throws {
        let episode = ReferenceEpisode.usual(7)
        try directory.write([episode])
        let whole = try Imported(["results.json"], in: directory).trajectories[0]
        let log = Array(episode.log.utf8)
        var recovered: Set<Int> = []
        for length in stride(from: 0, to: log.count - 1, by: 41) {
            _ = try directory.write(Array(log.prefix(length)), to: "running_logs/instance_7.log")
            let imported = try Imported(["results.json"], in: directory)
            let trajectory = try #require(imported.trajectories.first)
            for node in trajectory.nodes {
                guard let expansion = node.expansion else { continue }
                #expect(
                    expansion.response.isEmpty || expansion == whole.nodes[node.id].expansion,
                    "cut at \(length)")
            }
            recovered.insert(imported.summary.recovered)
            #expect(imported.codes().contains { $0.hasPrefix("log_") }, "cut at \(length)")
        }
        #expect(recovered == [0, 1, 2])
    }

    /// What may stand where a log is looked for.
    enum NoLog: CaseIterable {
        case directory, pipe, endlessDevice, linkToPipe, linkToNothing, tooLarge
    }

    @Test(arguments: NoLog.allCases)
    func whatCannotBeReadAsALogCostsItsOwnRecordTheLog(_ noLog: NoLog) throws {
        try directory.write([.usual(7), .usual(8)])
        let sound = try Imported(["results.json"], in: directory).trajectories[1]
        let path = directory.file("running_logs/instance_7.log")
        let pipe = directory.file("pipe")
        try Directory.removeFile(path)
        switch noLog {
        case .directory: try Directory.create(path)
        case .pipe: #expect(mkfifo(path, 0o600) == 0)
        case .endlessDevice: #expect(symlink("/dev/zero", path) == 0)
        case .linkToPipe: #expect(mkfifo(pipe, 0o600) == 0 && symlink(pipe, path) == 0)
        case .linkToNothing: #expect(symlink(directory.file("nothing"), path) == 0)
        case .tooLarge:
            _ = try directory.write([], to: "running_logs/instance_7.log")
            #expect(truncate(path, (128 << 20) + 1) == 0)
        }
        let imported = try Imported(["results.json"], in: directory)
        #expect(imported.codes(0).contains("log_unreadable"), "\(imported.records[0])")
        #expect(imported.trajectories.count == 2)
        #expect(imported.trajectories[1].nodes == sound.nodes)
        let importer = { () throws in
            try Importer(
                paths: [directory.file("results.json")],
                settings: ImportSettings(format: .recodeResults, environment: "scienceworld", split: .train))
        }
        #expect(try importer().logs == importer().logs)
        #expect(try importer().logs.count == 2)
    }

    @Test(.timeLimit(.minutes(1)), arguments: ["results.json", "conversations.jsonl"])
    func aPipeInPlaceOfASourceIsRefusedAndNotWaitedFor(name: String) throws {
        #expect(mkfifo(directory.file(name), 0o600) == 0)
        let error = #expect(throws: ImportError.self) { try Imported([name], in: directory) }
        #expect(error?.message.contains("\(name): it is a pipe or a device") == true)
    }

    @Test func conversationsCutAnywhereGiveWhatStoodBefore() throws {
        let text = "[\(conversation("a")), \(conversation("b"))]"
        var counts: Set<Int> = []
        for length in 0...text.utf8.count {
            _ = try directory.write(Array(text.utf8.prefix(length)), to: "c.json")
            let imported = try Imported(["c.json"], in: directory, format: .sharegpt, scale: .unit)
            counts.insert(imported.summary.imported)
            #expect(
                length == 0 || length == text.utf8.count
                    || imported.codes(imported.records.count - 1) == ["file_torn"])
        }
        #expect(counts == [0, 1, 2])
    }

    @Test func aLineThatIsNoJSONCostsItself() throws {
        try directory.write(
            "\(conversation("a"))\n{\"id\": \n\(conversation("b"))\n[1]\n\(conversation("c"))", to: "c.jsonl")
        let imported = try Imported(["c.jsonl"], in: directory, format: .sharegpt, scale: .unit)
        #expect(imported.records.map(\.place) == ["line 1", "line 2", "line 3", "line 4", "line 5"])
        #expect(imported.summary.imported == 3)
        #expect(imported.codes(1) == ["not_json"])
        #expect(imported.codes(3) == ["not_a_record"])
    }

    @Test func aRecordThatIsNotUTF8IsLeftOut() throws {
        var bytes = Array("[\(conversation("a")), \(conversation("b"))]".utf8)
        let place = try #require(bytes.firstRange(of: Array("Look".utf8))?.lowerBound)
        bytes[place] = 0xFF
        _ = try directory.write(bytes, to: "c.json")
        let imported = try Imported(["c.json"], in: directory, format: .sharegpt, scale: .unit)
        #expect(imported.codes(0) == ["not_utf8"])
        #expect(imported.trajectories.count == 1)
    }

    @Test func aFileThatIsNoJSONIsSaidToBeNone() throws {
        try directory.write("\n<html>\n<body>Not found</body>", to: "c.json")
        let imported = try Imported(["c.json"], in: directory, format: .sharegpt, scale: .unit)
        #expect(imported.records.map(\.place) == ["line 2"])
        #expect(
            imported.records[0].issues.map(\.detail) == [
                "the file begins with “<html>”, expected a JSON array or object, or an object a line, at byte 1; what stands behind it is lost"
            ])
    }

    @Test(arguments: [
        (String(repeating: "[", count: 100_000), "file_damaged"),
        (String(repeating: #"{"a":"#, count: 100_000), "file_damaged"),
        (#"[{"id": 1e999, "conversations": []}]"#, "not_a_record"),
        (#"[{"id": "a", "conversations": [], "reward": 1e308}]"#, "conversation_malformed"),
        (#"[{"id": "a", "conversations": [{"from": "human", "value": "\ud800"}]}]"#, "not_utf8"),
        ("[1, 2 3]", "file_damaged"), ("nonsense", "file_damaged"), (#"{"a" 1}"#, "file_damaged"),
        ("\u{0}\u{0}\u{0}", "file_damaged"),
    ])
    func whateverAFileHoldsHasAnOutcome(text: String, code: String) throws {
        try directory.write(text, to: "c.json")
        let imported = try Imported(["c.json"], in: directory, format: .sharegpt, scale: .unit)
        #expect(imported.trajectories.isEmpty)
        #expect(imported.codes(imported.records.count - 1) == [code], "\(imported.records)")
    }

    @Test func aGzippedFileThatIsCutGivesWhatStoodBefore() throws {
        let writer = try AtomicLinesWriter(path: directory.file("c.jsonl.gz"), compression: .gzip)
        for index in 0..<50 { try writer.append(Array(conversation("c\(index)").utf8)) }
        _ = try writer.finish()
        let whole = try directory.bytes(of: "c.jsonl.gz")
        #expect(
            try Imported(["c.jsonl.gz"], in: directory, format: .sharegpt, scale: .unit).summary.imported
                == 50)
        for length in stride(from: 1, to: whole.count, by: 61) {
            _ = try directory.write(Array(whole.prefix(length)), to: "c.jsonl.gz")
            let imported = try Imported(["c.jsonl.gz"], in: directory, format: .sharegpt, scale: .unit)
            #expect(
                ["file_torn", "file_damaged"].contains(imported.codes(imported.records.count - 1).first),
                "cut at \(length)")
        }
    }
}

/// A short conversation that is as it should be.
func conversation(_ id: String, reward: String = "0.5") -> String {
    #"{"id": "\#(id)", "conversations": [{"from": "human", "value": "Your task is to wait."}, "#
        + #"{"from": "gpt", "value": "Thought: Look.\nAction: look around"}], "reward": \#(reward)}"#
}
