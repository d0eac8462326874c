import Export
import FoundationEssentials
import JSONLines
import Prompts
import Testing
import Trajectories

@testable import RecodeData

/// What a manifest says of where its rows come from.
@Suite(.serialized) struct ProvenanceTests {
    private let fixture: VerifyFixture

    init() throws {
        fixture = try VerifyFixture()
    }

    private func manifest(of export: String) throws -> ExportManifest {
        try ExportManifest.read(from: fixture.directory.file(export))
    }

    @Test func anExportNamesItsSelectionPromptsPoliciesAndSeeds() async throws {
        let filtered = try await BuiltProgram.run(
            ["filter", "run", "--top", "40", "--seed", "7", "--out", "s.json"], in: fixture.directory.path)
        #expect(filtered.code == 0, "\(filtered.errors)")
        try await fixture.export("--selection", "s.json", "--style", "few-shot")
        let made = try manifest(of: "e")
        let provenance = try #require(made.recipe.provenance)
        #expect(provenance.pipeline == nil)
        #expect(
            provenance.selectionSHA256
                == (try FileDigest.ofFile(fixture.directory.file("s.json"), lineCount: 0).sha256))
        let renderer = try PromptRenderer(
            library: try PromptLibrary(directory: "\(VerifyFixture.root)/data/prompts"),
            environment: "scienceworld", method: .recode, style: .fewShot)
        #expect(provenance.promptSHA256 == ["scienceworld": renderer.promptSHA256])
        #expect(provenance.policies.map(\.name) == ["expert"])
        #expect(made.recipe.sources.map(\.seed) == [7])
        #expect(made.recipe.versions == ["recode-data": Version.current, "scienceworld": "1.2.3"])
        #expect(
            made.counts.funnel
                == ExportFunnel(read: 12, selected: 5, asked: 42, made: 42, written: 42))
        let text = String(decoding: try fixture.directory.bytes(of: "e/manifest.json"), as: UTF8.self)
        #expect(!text.contains(fixture.directory.path))
    }

    @Test func theExportsOfAPipelineNameItAndVerifyWhole() async throws {
        let recipe = """
            name: short
            seed: 3
            collect:
              - {name: expert, env: scienceworld, policy: expert, slip: 0.1, tasks: [find-plant], variations: 2}
            select: {top: [100]}
            leakage: {allow: true}
            export: {methods: [recode, react]}
            """
        _ = try fixture.directory.write(Array(recipe.utf8), to: "short.yaml")
        let python =
            ProcessInfo.processInfo.environment[Machine.pythonVariable]
            ?? "\(VerifyFixture.root)/.venv/bin/python"
        let outcome = try await BuiltProgram.run(
            ["run", "short.yaml", "--out", "p", "--python", python], in: fixture.directory.path)
        #expect(outcome.code == 0, "\(outcome.errors)")
        let made = try ["recode", "react"].map { try manifest(of: "p/export/expert-\($0)-top100") }
        let pipelines = made.compactMap(\.recipe.provenance?.pipeline)
        #expect(pipelines.count == 2 && Set(pipelines).count == 1 && pipelines[0].name == "short")
        let selection = try FileDigest.ofFile(
            fixture.directory.file("p/selection/expert-top100.json"), lineCount: 0)
        #expect(made.allSatisfy { $0.recipe.provenance?.selectionSHA256 == selection.sha256 })
        let verified = try await fixture.verify("p", "--runs", "p/collect/expert", "--replay", "2")
        #expect(verified.code == 0, "\(verified.problems)")
        let lines = verified.output.split(separator: "\n")
        #expect(lines.count == 3)
        #expect(
            lines.allSatisfy { $0.hasSuffix("2 of 2 episodes played again came out as recorded") },
            "\(verified.output)")
    }
}
