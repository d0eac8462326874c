import FoundationEssentials
import JSONLines
import TemporaryFiles
import Testing

@testable import Trajectories

private struct Recipe: Encodable {
    var environment = "scienceworld"
    var tasks = ["boil", "melt"]
    var variations = 2
}

private let versions = ["recode-data": "0.1.0", "scienceworld": "1.2.3"]

@Suite struct RunDirectoryTests {
    /// Text that does not compress and is longer than gzip's window, so that 1 MiB members close every second record.
    private static let noise: String = {
        var generator = SeededGenerator(seed: 1)
        return (0..<20_000).map { _ in String(generator.next(), radix: 36) }.joined()
    }()

    private let directory: TemporaryDirectory
    private let path: String
    private let episodes = (0..<7).map { number in
        exampleTrajectory(id: "id\(number)", variation: number, text: "Room \(number) äß\u{1}")
    }

    init() throws {
        directory = try TemporaryDirectory()
        path = directory.file("nested/run")
    }

    private var order: [String] { episodes.map(\.id) }
    private var part: String { path + "/trajectories/part-00000.jsonl.gz" }

    private func begin(
        _ recipe: Recipe = Recipe(), versions: [String: String] = versions,
        unfinished: UnfinishedRun = .resume
    ) throws -> RunStart {
        try RunCollector.begin(at: path, recipe: recipe, versions: versions, unfinished: unfinished)
    }

    private func collector(unfinished: UnfinishedRun = .resume) throws -> RunCollector {
        guard case .collecting(let collector) = try begin(unfinished: unfinished) else {
            throw TrajectoriesError(.badRun, "the run is complete")
        }
        return collector
    }

    private func collect(_ trajectories: some Sequence<Trajectory>) throws {
        let collector = try collector()
        for trajectory in trajectories {
            try collector.append(trajectory, timings: [Array("{\"s\":1}".utf8)])
        }
    }

    private func read(_ tornTail: TornTail = .refuse) throws -> [Trajectory] {
        try records(of: RunDirectory.open(path).trajectories(tornTail: tornTail))
    }

    /// Every file of the run, by name, without the durations.
    private func contents() throws -> [String: Data] {
        var contents: [String: Data] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: path) where name != "timings.jsonl" {
            if Directory.isDirectory("\(path)/\(name)") { continue }
            contents[name] = try Data(contentsOf: URL(filePath: "\(path)/\(name)"))
        }
        return contents
    }

    @Test func whatIsAppendedCanBeReadBeforeSealing() throws {
        try collect(episodes.reversed())
        #expect(try read() == episodes.reversed())
        #expect(try !RunDirectory.open(path).isComplete)
    }

    @Test func aSealedRunHasTheSameBytesWhateverTheOrderAndTheInterruptions() throws {
        try collect(episodes)
        _ = try collector().seal(order: order)
        let expected = try contents()
        #expect(expected.keys.sorted() == ["run.json", "trajectories/part-00000.jsonl.gz"])
        var generator = SeededGenerator(seed: 20_250)
        for _ in 0..<5 {
            try FileManager.default.removeItem(atPath: path)
            let shuffled = episodes.shuffled(using: &generator)
            try collect(shuffled.prefix(3))
            try collect(shuffled.dropFirst(3))
            _ = try collector().seal(order: order)
            #expect(try contents() == expected)
        }
        #expect(try read() == episodes)
    }

    @Test func theManifestOfASealedRunSaysWhatItHolds() throws {
        try collect(episodes)
        _ = try collector().seal(order: order)
        let stored = try Data(contentsOf: URL(filePath: part))
        let manifest = String(
            decoding: try Data(contentsOf: URL(filePath: path + "/run.json")), as: UTF8.self)
        #expect(
            manifest == """
                {
                  "counts" : {
                    "calls" : 14,
                    "ended" : {
                      "step_limit" : 7
                    },
                    "steps" : 7,
                    "successes" : 0,
                    "trajectories" : 7
                  },
                  "recipe" : {
                    "environment" : "scienceworld",
                    "tasks" : [
                      "boil",
                      "melt"
                    ],
                    "variations" : 2
                  },
                  "schema" : "recode.run.v1",
                  "shards" : [
                    {
                      "bytes" : \(stored.count),
                      "lines" : 7,
                      "name" : "trajectories/part-00000.jsonl.gz",
                      "sha256" : "\(Digest.sha256Hex(of: stored))"
                    }
                  ],
                  "state" : "complete",
                  "versions" : {
                    "recode-data" : "0.1.0",
                    "scienceworld" : "1.2.3"
                  }
                }

                """)
    }

    @Test func aCompleteRunSaysSoAndTakesNothingMore() throws {
        try collect(episodes)
        _ = try collector().seal(order: order)
        guard case .complete(let run) = try begin() else {
            Issue.record("the run is not complete")
            return
        }
        #expect(run.manifest.counts?.trajectories == 7)
    }

    @Test func aTornTailIsReportedAndCutAndTheRestCounts() throws {
        try collect(episodes.prefix(3))
        let whole = try Data(contentsOf: URL(filePath: part))
        let torn = GzipMember.compress(try TrajectoryCodec.encode(episodes[3]) + [10])
        for cut in [1, 2, 10, 11, torn.count / 2, torn.count - 1] {
            try (whole + torn.prefix(cut)).write(to: URL(filePath: part))
            let error = #expect(throws: TrajectoriesError.self) { try read() }
            #expect(error?.code == .truncated)
            #expect(error?.message.hasPrefix("\(part):4: ") == true)
            #expect(try read(.endBefore) == Array(episodes.prefix(3)))

            let resumed = try collector()
            #expect(resumed.cutTails == [CutTail(file: part, line: 4, byteCount: cut)])
            #expect(resumed.ids == ["id0", "id1", "id2"])
            #expect(resumed.counts.trajectories == 3)
            #expect(try Data(contentsOf: URL(filePath: part)) == whole)
        }
        try collect(episodes.dropFirst(3))
        #expect(try collector().cutTails == [])
        _ = try collector().seal(order: order)
        #expect(try read() == episodes)
    }

    @Test func aTornFirstRecordLeavesAnEmptyRun() throws {
        try collect([])
        try Data([0x1f]).write(to: URL(filePath: part))
        #expect(try collector().ids == [])
        try collect(episodes)
        #expect(try read() == episodes)
    }

    @Test func aTornLineOfDurationsIsCut() throws {
        try collect(episodes.prefix(2))
        let timings = URL(filePath: path + "/timings.jsonl")
        try (Data(contentsOf: timings) + Data("{\"s\":".utf8)).write(to: timings)
        try collect(episodes.dropFirst(2).prefix(1))
        #expect(
            String(decoding: try Data(contentsOf: timings), as: UTF8.self)
                == "{\"s\":1}\n{\"s\":1}\n{\"s\":1}\n")
    }

    @Test func damageBeforeTheLastRecordStopsResumingAndNamesTheLine() throws {
        try collect(episodes.prefix(3))
        var bytes = try Data(contentsOf: URL(filePath: part))
        bytes[bytes.count / 2] ^= 4
        try bytes.write(to: URL(filePath: part))
        let error = #expect(throws: TrajectoriesError.self) { try begin() }
        #expect(error?.code == .corrupt)
        #expect(error?.message.hasPrefix("\(part):2: ") == true)
        #expect(try Data(contentsOf: URL(filePath: part)) == bytes)
        #expect(throws: TrajectoriesError.self) { try read(.endBefore) }
    }

    @Test func anotherRecipeIsRefusedNamingTheFirstKeyThatDiffers() throws {
        try collect(episodes.prefix(1))
        var recipe = Recipe()
        recipe.variations = 3
        let error = #expect(throws: TrajectoriesError.self) { try begin(recipe) }
        #expect(error?.code == .otherRecipe)
        #expect(
            error?.message == """
                \(path)/run.json: the directory belongs to another recipe: recipe.variations is 2 there and 3 here. \
                Choose another directory with --run, or delete \(path) to start over.
                """)
        recipe.tasks = ["boil"]
        let other = #expect(throws: TrajectoriesError.self) { try begin(recipe) }
        #expect(other?.message.contains("recipe.tasks[1] is \"melt\" there and absent here.") == true)
        let newer = #expect(throws: TrajectoriesError.self) { try begin(versions: ["recode-data": "0.2.0"]) }
        #expect(
            newer?.message.contains("versions.recode-data is \"0.1.0\" there and \"0.2.0\" here.") == true)
        #expect(try read() == Array(episodes.prefix(1)))
    }

    @Test func anUnfinishedRunIsOnlyResumedWhenAskedTo() throws {
        try collect(episodes.prefix(1))
        let error = #expect(throws: TrajectoriesError.self) { try begin(unfinished: .refuse) }
        #expect(error?.code == .alreadyThere)
        #expect(error?.message.contains("Add --resume") == true)
    }

    @Test func aRunNotesEveryPlatformItWasCollectedOn() throws {
        for java in ["17", "17", "21"] {
            _ = try RunCollector.begin(
                at: path, recipe: ["a": 1], versions: ["recode-data": "1"], platform: ["java": java],
                unfinished: .resume)
        }
        #expect(try RunDirectory.open(path).manifest.platform == ["java": ["17", "21"]])
    }

    @Test func aDirectoryWithOtherFilesIsNeverUsed() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try Data().write(to: URL(filePath: path + "/thesis.tex"))
        let error = #expect(throws: TrajectoriesError.self) { try begin() }
        #expect(error?.code == .alreadyThere)
        #expect(error?.message.contains("it holds thesis.tex") == true)
        let opened = #expect(throws: TrajectoriesError.self) { try RunDirectory.open(path) }
        #expect(opened?.code == .badRun)
        #expect(throws: TrajectoriesError.self) { try TrajectorySource.open(directory.file("none")) }
    }

    @Test func twoCollectorsNeverShareADirectory() throws {
        let first = try collector()
        let error = #expect(throws: TrajectoriesError.self) { try begin() }
        #expect(error?.code == .busy)
        withExtendedLifetime(first) {}
    }

    @Test func anUnwritablePlaceIsNamed() throws {
        let file = try directory.write([], to: "file")
        let error = #expect(throws: TrajectoriesError.self) {
            try RunCollector.begin(at: file + "/run", recipe: Recipe(), versions: [:], unfinished: .resume)
        }
        #expect(error?.code == .unwritable)
        #expect(error?.message.contains(file + "/run") == true)
    }

    @Test func aRunIsOnlySealedWhenAllAreIn() throws {
        try collect(episodes.dropLast())
        let error = #expect(throws: TrajectoriesError.self) { try collector().seal(order: order) }
        #expect(error?.code == .incomplete)
        #expect(
            error?.message.contains("1 episodes are missing and 0 do not belong to it (first: id6)") == true)
        #expect(throws: TrajectoriesError.self) { try collector().seal(order: Array(order.prefix(5))) }
        #expect(try read() == Array(episodes.dropLast()))
    }

    @Test func aLongRunIsSplitIntoShardsAndReadInOrder() throws {
        let long = (0..<9).map { number in
            exampleTrajectory(
                id: "id\(number)",
                text: "\(number)" + Self.noise)
        }
        try collect(long.reversed())
        let sealed = try collector().seal(order: long.map(\.id), shardByteLimit: 700_000)
        #expect(sealed.manifest.shards.count > 2)
        #expect(sealed.manifest.shards.map(\.digest.lineCount).reduce(0, +) == 9)
        #expect(try read() == long)
        for shard in sealed.manifest.shards {
            let digest = try FileDigest.ofFile("\(path)/\(shard.name)", lineCount: shard.digest.lineCount)
            #expect(digest == shard.digest)
        }
    }

    @Test func aCrashBetweenRenamesLosesNothingAndSealingAgainFinishes() throws {
        let long = (0..<6).map { number in
            exampleTrajectory(
                id: "id\(number)",
                text: "\(number)" + Self.noise)
        }
        try collect(long.reversed())
        let unsealed = try contents()
        let order = long.map(\.id)
        _ = try collector().seal(order: order, shardByteLimit: 700_000)
        let sealed = try contents()
        let parts = sealed.keys.filter { $0 != "run.json" }.sorted()
        try #require(parts.count > 2)
        // The states a crash can leave: the last parts renamed, then all of them, with run.json still `collecting`.
        for renamed in 1...parts.count {
            for name in parts { try? FileManager.default.removeItem(atPath: "\(path)/\(name)") }
            for (name, data) in unsealed { try data.write(to: URL(filePath: "\(path)/\(name)")) }
            for name in parts.suffix(renamed) {
                try sealed[name]?.write(to: URL(filePath: "\(path)/\(name)"))
            }
            try Data([1]).write(to: URL(filePath: "\(path)/trajectories/.part-00000.jsonl.gz.99.partial"))
            #expect(try Set(read()) == Set(long), "\(renamed) renamed")
            let resumed = try collector()
            #expect(resumed.ids == Set(order))
            #expect(resumed.counts.trajectories == 6)
            _ = try resumed.seal(order: order, shardByteLimit: 700_000)
            #expect(try contents() == sealed, "\(renamed) renamed")
        }
    }

    @Test func aSealedShardThatLostItsEndIsNoticed() throws {
        try collect(episodes)
        _ = try collector().seal(order: order)
        let whole = try Data(contentsOf: URL(filePath: part))
        try whole.prefix(whole.count - 3).write(to: URL(filePath: part))
        let torn = #expect(throws: TrajectoriesError.self) { try read(.endBefore) }
        #expect(
            torn?.message == """
                \(part):1: the shard of a finished run is damaged from this line on, or its end is missing: run.json says \
                \(whole.count) bytes with 7 records, and there are \(whole.count - 3) bytes with 0 whole records. \
                Copy the run again, or collect it anew into another directory.
                """)
        // Cut between members, nothing is torn; the number of lines tells.
        let lines = GzipMember.compress(try TrajectoryCodec.encode(episodes[0]) + [10])
        try Data(lines).write(to: URL(filePath: part))
        let short = #expect(throws: TrajectoriesError.self) { try read() }
        #expect(short?.code == .badRun)
        #expect(
            short?.message.hasPrefix("\(part):2: the shard holds 1 records, run.json says 7.") == true,
            "\(String(describing: short))")
        try FileManager.default.removeItem(atPath: part)
        #expect(throws: TrajectoriesError.self) { try read() }
    }

    @Test func aSealedShardThatWasAlteredIsNoticedBeforeARecordIsGiven() throws {
        try collect(episodes)
        _ = try collector().seal(order: order)
        // The same number of whole, valid records, only others.
        let lines = try episodes.reversed().reduce(into: [UInt8]()) {
            $0 += try TrajectoryCodec.encode($1) + [10]
        }
        let altered = GzipMember.compress(lines)
        try Data(altered).write(to: URL(filePath: part))
        let reader = try RunDirectory.open(path).trajectories()
        let error = #expect(throws: TrajectoriesError.self) { try reader.next() }
        #expect(error?.code == .badRun)
        #expect(
            error?.message.hasPrefix(
                "\(part): the shard was changed after the run was finished: its sha256 is "
                    + "\(Digest.sha256Hex(of: altered).prefix(16))…, run.json says ") == true,
            "\(String(describing: error))")
    }

    @Test(arguments: ["../elsewhere.jsonl.gz", "/etc/passwd", "trajectories/../../part-00000.jsonl.gz"])
    func aManifestLeadsToNoFileOutsideItsRun(name: String) throws {
        try collect(episodes.prefix(1))
        _ = try collector().seal(order: [episodes[0].id])
        let manifest = path + "/run.json"
        let text = String(decoding: try Data(contentsOf: URL(filePath: manifest)), as: UTF8.self)
        let forged = text.replacing("trajectories/part-00000.jsonl.gz", with: name)
        try Data(forged.utf8).write(to: URL(filePath: manifest))
        let error = #expect(throws: TrajectoriesError.self) { try read() }
        #expect(
            error?.message == """
                \(manifest): shards[0].name is "\(name)", expected "trajectories/part-00000.jsonl.gz". \
                Restore the file, or collect into another directory.
                """)
    }

    @Test func aDamagedManifestNamesTheKey() throws {
        try collect(episodes.prefix(1))
        try Data("{\"schema\":\"recode.run.v9\"}".utf8).write(to: URL(filePath: path + "/run.json"))
        let error = #expect(throws: TrajectoriesError.self) { try begin() }
        #expect(
            error?.message == """
                \(path)/run.json: no run manifest: schema: is "recode.run.v9", expected "recode.run.v1". \
                Restore the file, or collect into another directory.
                """)
    }

    @Test func aSourceIsARunOrAFileOfRecords() throws {
        try collect(episodes)
        #expect(try records(of: TrajectorySource.open(path).trajectories()) == episodes)
        let lines = try episodes.reduce(into: [UInt8]()) { $0 += try TrajectoryCodec.encode($1) + [10, 10] }
        let plain = try directory.write(lines, to: "a.jsonl")
        let zipped = try directory.write(GzipMember.compress(lines), to: "a.jsonl.gz")
        #expect(try records(of: TrajectorySource.open(plain).trajectories()) == episodes)
        let reader = try TrajectorySource.open(zipped).trajectories()
        _ = try (reader.next(), reader.next())
        #expect(reader.place == "\(zipped):3")
    }
}
