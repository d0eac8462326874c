import Export
import Filter
import FoundationEssentials
import JSONLines
import TemporaryFiles
import Testing
import Trajectories

@testable import RecodeData

/// What must not be trained on, through the program.
@Suite struct LeakageTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        try writeRun(at: directory.file("train"), rewards: [1, 0.5])
        try writeRun(at: directory.file("test"), rewards: [1, 0.5, 0.25, 0.75], first: 10, split: .test)
    }

    private func run(_ arguments: String...) async throws -> BuiltProgram.Outcome {
        try await BuiltProgram.run(arguments, in: directory.path)
    }

    private func manifest(_ name: String) throws -> ExportManifest {
        try CanonicalJSON.decode(ExportManifest.self, from: directory.bytes(of: "\(name)/manifest.json"))
    }

    @Test(arguments: [["--top", "50"], []]) func tasksOfTheTestSplitAreRefusedByNameAndCount(
        options: [String]
    ) async throws {
        let outcome = try await BuiltProgram.run(
            ["export", "train", "test", "--out", "e"] + options, in: directory.path)
        #expect(outcome.code == 65)
        #expect(
            outcome.errors.contains(
                options.isEmpty
                    ? "e: 4 trajectories must not be trained on (4 held_out_split): scienceworld/boil/10 "
                    : "e: 2 trajectories must not be trained on (2 held_out_split): scienceworld/boil/10 "),
            "\(outcome.errors)")
        #expect(outcome.errors.contains("is of the test split"))
        #expect(try directory.names() == ["test", "train"])
    }

    @Test func liftingTheGateIsWrittenDown() async throws {
        let outcome = try await run("export", "train", "test", "--out", "e", "--allow-leakage")
        #expect(outcome.code == 0, "\(outcome.errors)")
        let leakage = try manifest("e").leakage
        #expect(leakage.gate == .lifted)
        #expect(leakage.leaks == ["held_out_split": 4])
        let card = String(decoding: try directory.bytes(of: "e/README.md"), as: UTF8.self)
        #expect(card.contains("| leakage gate | **lifted**; trajectories that leak: 4 held_out_split;"))
        #expect(try await run("export", "train", "--out", "own").code == 0)
        let own = try manifest("own").leakage
        #expect((own.gate, own.leaks, own.notCompared) == (.on, [:], 2))
        #expect(own.lists.map(\.name) == ["scienceworld.json.gz"])
    }

    @Test func aSelectionCanDropWhatLeaks() async throws {
        let outcome = try await run(
            "filter", "train", "test", "--top", "100", "--drop-leaks", "--out", "s.json")
        #expect(outcome.errors.contains("  4 leak, 2 left\n"), "\(outcome.errors)")
        #expect(try await run("export", "train", "test", "--selection", "s.json", "--out", "e").code == 0)
        #expect(try manifest("e").counts.trajectories == 2)
        #expect(
            try SelectionFile.read(directory.file("s.json")).leakageLists.map(\.name) == [
                "scienceworld.json.gz"
            ])
        let alone = try await run("export", "train", "--drop-leaks", "--out", "f")
        #expect(alone.code == 64)
        let unused = try await run("filter", "train", "--exclude", "no.txt", "--out", "t.json")
        #expect(unused.code == 64)
        #expect(unused.errors.contains("--exclude and --held-out go with --drop-leaks"))
    }

    @Test func excludedTasksAreRefused() async throws {
        _ = try directory.write(Array("# by hand\nscienceworld/boil/1\n".utf8), to: "no.txt")
        let outcome = try await run("export", "train", "--exclude", "no.txt", "--out", "e")
        #expect(outcome.code == 65)
        #expect(outcome.errors.contains("(1 excluded): scienceworld/boil/1 "), "\(outcome.errors)")
        let missing = try await run("export", "train", "--exclude", "none.txt", "--out", "e")
        #expect(missing.code == 65)
        #expect(missing.errors.contains("none.txt"))
    }

    @Test func aListOfHeldOutInstancesIsTaken() async throws {
        let reader = try RunDirectory.open(directory.file("train")).trajectories()
        let first = try #require(try reader.next())
        let texts = TaskTexts(
            instruction: first.instruction, initialObservation: first.initialObservation)
        try HeldOutTasks(
            environment: "scienceworld", version: first.environment.version,
            options: first.environment.options,
            instances: [.init(taskID: "scienceworld/boil/29", split: .test, texts: texts)]
        ).write(to: directory.file("list.json"))
        let outcome = try await run("export", "train", "--held-out", "list.json", "--out", "e")
        #expect(outcome.code == 65)
        #expect(
            outcome.errors.contains("begins as the held-out scienceworld/boil/29"), "\(outcome.errors)")
        let torn = try directory.write(Array("{".utf8), to: "torn.json")
        let broken = try await run("export", "train", "--held-out", torn, "--out", "e")
        #expect(broken.code == 65)
        #expect(broken.errors.contains("torn.json: no recode.held-out.v1 file: this is not JSON"))
    }

    @Test func theProgramsOwnListIsOfThisScienceWorld() throws {
        let lists = try ProgramData.heldOutLists().map { try HeldOutTasks.read($0) }
        let list = try #require(lists.first { $0.environment == "scienceworld" })
        #expect(list.version == "1.2.3")
        #expect(list.instances.count == 3615)
        #expect(Set(list.instances.map(\.split)) == [.dev, .test])
    }

    @Test func aRunNamedTwiceIsRefusedWhateverIsMerged() async throws {
        for rule in ["keep", "exact", "near"] {
            let outcome = try await run("export", "train", "train", "--duplicates", rule, "--out", "e")
            #expect(outcome.code == 65, "\(rule)")
            #expect(outcome.errors.contains("it is in this export already"), "\(outcome.errors)")
        }
    }

    @Test func aSelectionOfAnotherVersionGivesWay() async throws {
        _ = try directory.write(Array("{\"schema\": \"recode.selection.v1\"}".utf8), to: "s.json")
        #expect(try await run("filter", "train", "--out", "s.json").code == 0)
        _ = try directory.write(Array("{}".utf8), to: "t.json")
        #expect(try await run("filter", "train", "--out", "t.json").code == 64)
        let nowhere = try await run("filter", "train", "--out", "none/s.json")
        #expect(nowhere.code == 1)
        #expect(nowhere.errors.contains("there is no folder none"))
    }

    @Test func repeatedPairsAreMergedAndListed() async throws {
        let outcome = try await run(
            "export", "train", "--out", "e", "--duplicates", "exact", "--max-per-depth", "1")
        #expect(outcome.code == 0, "\(outcome.errors)")
        let manifest = try manifest("e")
        // Both episodes are the same but for their rewards.
        #expect(manifest.counts.pairs == 2)
        #expect(manifest.counts.dropped == ["duplicate": 2])
        let lines = try JSONLinesReader(path: directory.file("e/dropped-pairs.jsonl.gz"))
        var drops: [DroppedPair] = []
        while let line = try lines.next() {
            drops.append(try CanonicalJSON.decode(DroppedPair.self, from: line.bytes))
        }
        #expect(drops.map(\.reason) == [.duplicate, .duplicate])
        #expect(manifest.report?.lines == 2)
        // Made again over itself, and without the report.
        #expect(try await run("export", "train", "--out", "e").code == 0)
        #expect(!Directory.isPresent(directory.file("e/dropped-pairs.jsonl.gz")))
    }
}
