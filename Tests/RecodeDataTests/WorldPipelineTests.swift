import Export
import JSONLines
import TemporaryFiles
import Testing

@testable import RecodeData

/// Pipelines in environments that are programs of their own.
@Suite struct WorldPipelineTests {
    private let directory: TemporaryDirectory
    private static let pipeline = """
        name: shops
        seed: 3
        collect:
          - {name: one, env: webshop, synthetic: 200, policy: expert, variations: 2}
          - {name: two, env: webshop, synthetic: 120, catalogue_seed: 5, policy: expert, variations: 2}
        select: {top: [50]}
        export: {methods: [recode, react], tokens: none}

        """

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func run(_ arguments: String...) async throws -> BuiltProgram.Outcome {
        try await BuiltProgram.run(arguments, in: directory.path, variables: VerifyFixture.python)
    }

    @Test func whatIsHeldOutOfAWorldIsListedAndEveryExportHeldAgainstIt() async throws {
        _ = try directory.write(Array(Self.pipeline.utf8), to: "p.yaml")
        let first = try await run("run", "p.yaml", "--out", "o")
        #expect(first.code == 0, "\(first.errors)")
        for list in ["webshop", "webshop.2"] {
            #expect(first.errors.contains("held-out/\(list).json.gz: "), "\(first.errors)")
        }
        for name in ["one-recode-top50", "one-react-top50", "two-recode-top50", "two-react-top50"] {
            let leakage = try ExportManifest.read(from: directory.file("o/export/\(name)")).leakage
            #expect(leakage.notCompared == 0 && leakage.leaks.isEmpty)
            #expect(
                Set(leakage.lists.map(\.name)).isSuperset(of: ["webshop.json.gz", "webshop.2.json.gz"]))
        }
        let again = try await run("run", "p.yaml", "--out", "o")
        #expect(again.code == 0 && !again.errors.contains("held-out/"), "\(again.errors)")
        #expect(again.output == first.output)
        let verified = try await run("verify", "o", "--runs", "o/collect/one", "o/collect/two")
        #expect(verified.code == 0, "\(verified.errors)")
        let remade = verified.output.split(separator: "\n").count { $0.contains("made again: ") }
        #expect(remade == 4, "the lists beside the exports are found: \(verified.output)")
    }

    @Test func aTaskThatTheCatalogueHasNotIsSaidBeforeAnythingIsMade() async throws {
        let text = Self.pipeline.replacing(
            "synthetic: 200, policy", with: "synthetic: 200, tasks: [toys], policy")
        _ = try directory.write(Array(text.utf8), to: "p.yaml")
        let outcome = try await run("run", "p.yaml", "--out", "o")
        #expect(outcome.code == 64)
        #expect(outcome.errors.contains("webshop has no task “toys”. "), "\(outcome.errors)")
        #expect(!Directory.isPresent(directory.file("o")))
    }

    @Test func aProgramHasToHaveTheNameThatTheFileSays() async throws {
        let python = VerifyFixture.python["RECODE_DATA_PYTHON"] ?? ""
        let command = "'\(python)' -I -B '\(VerifyFixture.root)/environments/examples/key_and_door.py'"
        let named = try await WorldChoice.program(command: command, name: "key-and-door").opened(
            python: python)
        #expect(named.name == "key-and-door")
        let error = await #expect(throws: CommandFailure.self) {
            try await WorldChoice.program(command: command, name: "rooms").opened(python: python)
        }
        #expect(error?.code == .badUsage)
        #expect(
            error?.message
                == "env is rooms, and the program of env_command says that it is key-and-door. Say env: key-and-door, or name "
                + "another program.")
    }
}
