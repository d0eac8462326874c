import Export
import Filter
import FoundationEssentials
import JSONLines
import Study
import TemporaryFiles
import Testing
import TraceGen
import Trajectories

@testable import RecodeData

/// Whole pipelines with the real environment and the real sandbox.
@Suite(.serialized) struct PipelineRunTests {
    private let directory: TemporaryDirectory
    private static let python =
        ProcessInfo.processInfo.environment[Machine.pythonVariable]
        ?? "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/.venv/bin/python"

    init() throws {
        directory = try TemporaryDirectory()
        let text = """
            name: short
            seed: 3
            collect:
              - {name: expert, env: scienceworld, policy: expert, slip: 0.1,
                 tasks: [lifespan-longest-lived, find-plant], variations: 2}
            select: {top: [40, 100]}
            leakage: {allow: true}
            export: {methods: [recode, react, codeact]}
            """
        _ = try directory.write(Array(text.utf8), to: "short.yaml")
    }

    private func arguments(_ out: String, _ concurrency: String) -> [String] {
        ["run", "short.yaml", "--out", out, "--concurrency", concurrency, "--python", Self.python]
    }

    private func run(_ out: String, concurrency: String = "2") async throws -> BuiltProgram.Outcome {
        try await BuiltProgram.run(arguments(out, concurrency), in: directory.path)
    }

    @Test func aPipelineEndsInTheSameBytesHoweverItWasRun() async throws {
        let first = try await run("a")
        #expect(first.code == 0, "\(first.errors)")
        #expect(first.errors.contains("recode-data: short is done in a: 4 episodes, "))
        let names = try files(below: "a")
        #expect(
            names.filter { !$0.hasPrefix("export/") } == [
                "collect/expert/run.json", "collect/expert/timings.jsonl",
                "collect/expert/trajectories/part-00000.jsonl.gz", "count.json", "count.md", "pipeline.yaml",
                "selection/expert-top100.json", "selection/expert-top40.json", "stages.json",
            ])
        #expect(names.filter { $0.hasSuffix("manifest.json") }.count == 6)
        let platform = try RunDirectory.open(directory.file("a/collect/expert")).manifest.platform
        #expect(platform?.keys.sorted() == ["environment_python", "executor_python", "java"])

        let interrupted = try await BuiltProgram.run(
            arguments("b", "1"), in: directory.path, interruptingAt: "0/4 episodes")
        #expect(interrupted.code == 130)
        let command = ([BuiltProgram.path] + arguments("b", "1")).joined(separator: " ")
        #expect(
            interrupted.errors.hasSuffix("interrupted. What was done is kept. Go on with: \(command)\n"),
            "\(interrupted.errors)")
        let resumed = try await run("b", concurrency: "1")
        #expect(resumed.code == 0, "\(resumed.errors)")
        #expect(resumed.output == first.output)
        for name in names where !name.hasSuffix("timings.jsonl") {
            #expect(try directory.bytes(of: "a/\(name)") == directory.bytes(of: "b/\(name)"), "\(name)")
        }

        let again = try await run("a")
        #expect(again.output == first.output)
        #expect(
            again.errors.hasPrefix(
                """
                recode-data: collect/expert: collected before
                recode-data: selection/expert-*: 2 made before
                recode-data: export/expert-*: 6 made before

                """))

        let shard = try #require(names.first { $0.hasPrefix("export/expert-react-top40/train-") })
        let bytes = try directory.bytes(of: "a/\(shard)")
        _ = try directory.write(Array("damaged".utf8), to: "a/\(shard)")
        let mended = try await run("a")
        #expect(mended.errors.contains("recode-data: export/expert-*: 5 made before\n"))
        #expect(try directory.bytes(of: "a/\(shard)") == bytes)

        let texts = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/data/prompts"
        try FileManager.default.copyItem(atPath: texts, toPath: directory.file("texts"))
        let system = "texts/react/system.txt"
        _ = try directory.write(try directory.bytes(of: system) + Array("More.\n".utf8), to: system)
        let reworded = try await BuiltProgram.run(
            arguments("a", "2") + ["--prompts", "texts"], in: directory.path)
        #expect(
            reworded.errors.contains("recode-data: export/expert-*: 4 made before\n"), "\(reworded.errors)")
        #expect(try directory.bytes(of: "a/\(shard)") != bytes)
    }

    /// What rows look like is the pipeline file's to say; a template that changed is used anew.
    @Test func exportsLookAsThePipelineFileSays() async throws {
        let text = """
            name: shaped
            collect:
              - {name: expert, env: scienceworld, policy: expert, tasks: [find-plant], variations: 2}
            select: {top: [100]}
            leakage: {allow: true}
            export: {methods: [recode], format: text, chat_template: ./t.jinja, license: mit, metadata: sidecar,
                     order: curriculum, by: [height, steps], stages: 2, holdout: 0.5, tokens: none}
            """
        _ = try directory.write(Array(text.utf8), to: "short.yaml")
        let template = "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}"
        _ = try directory.write(Array(template.utf8), to: "t.jinja")
        let first = try await run("c")
        #expect(first.code == 0, "\(first.errors)")
        let path = "c/export/expert-recode-top100"
        let manifest = try ExportManifest.read(from: directory.file(path))
        #expect(manifest.recipe.license == "mit" && manifest.recipe.chatTemplate?.name == "t.jinja")
        #expect(manifest.recipe.metadata == .sidecar && manifest.recipe.format == .text)
        #expect(manifest.recipe.order == .curriculum(Curriculum(by: [.height, .steps], stages: 2)))
        #expect(manifest.stages?.map(\.split) == [.train, .train, .validation, .validation])
        #expect(manifest.tokens == nil && manifest.counts.pairsBySplit["validation"] ?? 0 > 0)
        _ = try directory.write(Array((template + "!").utf8), to: "t.jinja")
        let again = try await run("c")
        #expect(again.code == 0, "\(again.errors)")
        let changed = try ExportManifest.read(from: directory.file(path))
        #expect(changed.recipe.chatTemplate?.sha256 != manifest.recipe.chatTemplate?.sha256)
        #expect(changed.shards.map(\.sha256) != manifest.shards.map(\.sha256))
        let third = try await run("c")
        #expect(third.errors.contains("recode-data: export/expert-*: 1 made before\n"), "\(third.errors)")
    }

    @Test func theCountsOfAPipelineAreThoseOfItsSelectionsAndExports() async throws {
        let text = """
            name: two
            seed: 3
            collect:
              - {name: careful, env: scienceworld, policy: expert, tasks: [lifespan-longest-lived], variations: 2}
              - {name: sloppy, env: scienceworld, policy: expert, slip: 0.3,
                 tasks: [lifespan-longest-lived], variations: 3}
            select: {top: [30]}
            leakage: {allow: true}
            """
        _ = try directory.write(Array(text.utf8), to: "two.yaml")
        let outcome = try await BuiltProgram.run(
            ["run", "two.yaml", "--out", "two", "--concurrency", "2", "--python", Self.python],
            in: directory.path)
        #expect(outcome.code == 0, "\(outcome.errors)")
        let bytes = try directory.bytes(of: "two/count.json")
        let study = try CanonicalJSON.decode(StudyTable.self, from: bytes)
        for name in ["careful", "sloppy"] {
            let row = try #require(study.rows.first { $0.run == name && $0.method == .recode })
            let selection = try SelectionFile.read(directory.file("two/selection/\(name)-top30.json"))
            #expect(row.trajectories == selection.kept.count)
            let manifest = try CanonicalJSON.decode(
                ExportManifest.self,
                from: try directory.bytes(of: "two/export/\(name)-recode-top30/manifest.json"))
            #expect(row.trajectories == manifest.counts.trajectories)
            #expect(row.pairs == manifest.counts.pairs)
        }
        let counted = try await BuiltProgram.run(
            [
                "count", "two/collect/careful", "two/collect/sloppy", "--each-run", "--top", "30", "--seed",
                "3",
                "--format", "json",
            ], in: directory.path)
        #expect(counted.output == String(decoding: bytes, as: UTF8.self))
    }

    @Test func aSecondPipelineInADirectoryIsRefusedWithTheFirstOnesNumber() async throws {
        try Directory.create(directory.file("b"))
        let lock = try DirectoryLock(on: directory.file("b"))
        let second = try await run("b")
        withExtendedLifetime(lock) {}
        #expect(second.code == 1)
        let process = ProcessInfo.processInfo.processIdentifier
        #expect(second.errors.contains("error: process \(process) is writing to b."), "\(second.errors)")
    }

    @Test func withoutASandboxEpisodesPlayTheSameAfterAWarning() async throws {
        let collect = [
            "collect", "--tasks", "lifespan-longest-lived", "--slip", "0.1", "--concurrency", "1", "--python",
            Self.python,
        ]
        let sandboxed = try await BuiltProgram.run(collect + ["--run", "a"], in: directory.path)
        #expect(sandboxed.code == 0, "\(sandboxed.errors)")
        let open = try await BuiltProgram.run(
            collect + ["--run", "b", "--sandbox", "none"], in: directory.path)
        #expect(open.code == 0, "\(open.errors)")
        #expect(open.errors.hasPrefix("recode-data: warning: --sandbox none: "))
        let shard = "trajectories/part-00000.jsonl.gz"
        #expect(try directory.bytes(of: "a/\(shard)") == directory.bytes(of: "b/\(shard)"))
    }

    @Test func moreEpisodesThanARunMayHaveAreRefused() async throws {
        let collect = ["collect", "--python", Self.python, "--tasks", "boil", "--run", "r", "--repeats"]
        let outcome = try await BuiltProgram.run(
            collect + ["9223372036854775807", "--dry-run"], in: directory.path)
        #expect(outcome.code == 64)
        #expect(
            outcome.errors.contains(
                "1 instances, each played 9223372036854775807 times, are more than the 10000000 episodes one run "
                    + "may have."), "\(outcome.errors)")
        let limited = try await BuiltProgram.run(
            collect + ["9223372036854775807", "--limit", "3", "--dry-run"], in: directory.path)
        #expect(limited.code == 0, "\(limited.errors)")
        #expect(limited.output.contains("would collect 3 episodes of scienceworld"))
    }

    @Test func theCatalogueListsTheTasksThatTheEnvironmentHas() async throws {
        let environment = try await ScienceWorld(python: Self.python)
        let instances = try await environment.instances(tasks: nil, split: .train, variations: 1)
        #expect(Set(instances.map(\.task)) == Catalogue.tasks(in: "scienceworld").map(Set.init))
    }

    /// The paths of all files, sorted.
    private func files(below name: String) throws -> [String] {
        let all = try FileManager.default.subpathsOfDirectory(atPath: directory.file(name))
        return all.filter { !Directory.isDirectory(directory.file("\(name)/\($0)")) }.sorted()
    }
}
