import Export
import FoundationEssentials
import JSONLines
import TemporaryFiles
import Testing
import Trajectories

@Suite struct CommandLineTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    @Test func helpGoesToStandardOutputAndSucceeds() async throws {
        for command in [[], ["run"], ["collect"], ["import"], ["filter"], ["export"], ["count"]] {
            let outcome = try await BuiltProgram.run(command + ["--help"])
            #expect(outcome.code == 0)
            #expect(outcome.output.contains("USAGE: recode-data"))
            #expect(outcome.errors.isEmpty)
        }
    }

    @Test func theDocumentedCommandsAreTheProgramsOwnHelp() async throws {
        let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let written = try await BuiltProgram.output(of: "\(root)/scripts/docs.sh", [BuiltProgram.path])
        let documented = try AtomicFile.read("\(root)/docs/commands.md")
        #expect(written == String(decoding: documented, as: UTF8.self), "run make docs")
    }

    @Test(arguments: [
        (["count", "nothing"], 65, "nothing: there is no such run directory or file. Check the path."),
        (["run", "no.yaml", "--out", "o"], 64, "no.yaml: there is no such pipeline file. Check the path."),
        (
            ["collect", "--run", "r", "--python", "/no/python"], 69,
            "ScienceWorld needs a Python interpreter with the scienceworld package, and there is none at /no/python. "
                + "Set it up: make setup"
        ),
    ])
    func aFailureIsSaidOnStandardErrorWithItsExitCode(
        arguments: [String], code: Int, message: String
    ) async throws {
        let outcome = try await BuiltProgram.run(arguments, in: directory.path)
        #expect(outcome.code == code)
        #expect(outcome.output.isEmpty)
        #expect(outcome.errors == "recode-data: error: \(message)\n")
        #expect(try directory.names().isEmpty)
    }

    @Test(arguments: [
        (
            ["filter", "r", "--out", "f", "--top", "0"],
            "top is \"0\", expected a percentage above 0 and at most 100"
        ),
        (
            ["filter", "r", "--out", "f", "--top", "101"],
            "top is \"101\", expected a percentage above 0 and at most 100"
        ),
        (["count", "r", "--top", "10,x"], "top is \"x\", expected a percentage above 0 and at most 100"),
        (
            ["export", "r", "--out", "o", "--top", "10", "--selection", "s"],
            "--selection and --top exclude each other"
        ),
        (["collect", "--run", "r", "--env", "scienceword"], "Did you mean 'scienceworld'?"),
        (
            ["collect", "--run", "r", "--tasks", "boil,melk"],
            "there is no task of scienceworld 'melk'. Did you mean 'melt'?"
        ),
        (["collect", "--run", "r", "--slip", "1.5"], "--slip is 1.5, expected a probability from 0 to 1."),
        (["collect", "--run", "r", "--repeats", "0"], "--repeats is 0, expected 1 or more."),
        (["collect", "--run", "r", "--max-depth", "2,0,4"], "--max-depth is 0, expected 1 or more."),
        (["collect", "--run", "r", "--max-depth", "2,,4"], "--max-depth is , expected 1 or more."),
        (
            ["collect", "--run", "r", "--max-depth", "2,4,02"],
            "--max-depth: found '2' twice, expected each value once. Remove one."
        ),
        (
            ["collect", "--run", "r", "--agent", "recode,reakt"],
            "there is no agent 'reakt'. Did you mean 'react'?"
        ),
        (["collect", "--run", "r", "--policy", "expert,"], "a name is empty, expected expert,"),
        (
            ["collect", "--run", "r", "--policy", "expert,nobody"],
            "there is no policy 'nobody': expected expert"
        ),
        (
            ["collect", "--run", "r", "--agent", "recode,react"],
            "expert writes decision trees and answers no"
        ),
        (
            ["collect", "--run", "r", "--prompts", "a,b"],
            "the runs prompts-a and prompts-b would be the same"
        ),
        (["collect", "--run", "r", "--agent", "react"], "export --method react flattens the trees."),
        (
            ["collect", "--run", "r", "--variations", "some"],
            "The value 'some' is invalid for '--variations <n>'"
        ),
        (["collect", "--run", "r", "--concurrency", "0"], "--concurrency is 0, expected 1 or more."),
        (["collect"], "Missing expected argument '--run <dir>'"),
        (["collect", "--run", ""], "the path is empty, expected a file or directory."),
        (["run", "", "--out", "o"], "the path is empty, expected a file or directory."),
        (["run", "p.yaml", "--out", ""], "the path is empty, expected a file or directory."),
        (["count", ""], "the path is empty, expected a file or directory."),
        (["filter", "r", "--out", ""], "the path is empty, expected a file or directory."),
        (["export", "r", "--out", ""], "the path is empty, expected a file or directory."),
        (
            ["export", "r", "--out", "o", "--selection", ""],
            "the path is empty, expected a file or directory."
        ),
        (
            ["export", "r", "--out", "o", "--tokens", "qwen25"],
            "there is no vocabulary 'qwen25'. Did you mean 'qwen2.5'? Expected qwen2.5, none, or a file: a path with "
                + "a '/', or ending in .json, .tiktoken or .model."
        ),
        (
            ["export", "r", "--out", "o", "--chat-template", "llama"],
            "there is no chat template 'llama'. Expected qwen2.5, none, or a Jinja file: a path with a '/'"
        ),
        (["run", ".", "--out", "o"], ".: this is a directory, expected a pipeline file."),
        (["collct"], "Unexpected argument 'collct'"),
    ])
    func badUsageExitsWith64AndWritesNothing(arguments: [String], message: String) async throws {
        let outcome = try await BuiltProgram.run(arguments, in: directory.path)
        #expect(outcome.code == 64)
        #expect(outcome.errors.contains(message))
        #expect(outcome.output.isEmpty)
        #expect(try directory.names().isEmpty)
    }

    @Test func aPipelineFileIsRefusedByItsLine() async throws {
        _ = try directory.write(Array("name: p\ncolect: []\n".utf8), to: "p.yaml")
        let outcome = try await BuiltProgram.run(["run", "p.yaml", "--out", "o"], in: directory.path)
        #expect(outcome.code == 64)
        #expect(
            outcome.errors.hasPrefix(
                "recode-data: error: p.yaml:2: found the key 'colect', expected one of name,"))
        #expect(try directory.names() == ["p.yaml"])
    }

    @Test func aPipelineRefusesADirectoryOfAnotherByTheFirstKeyThatDiffers() async throws {
        let text = "name: p\ncollect: [{name: c, env: scienceworld, policy: expert, slip: 0.1}]\n"
        _ = try directory.write(Array(text.utf8), to: "p.yaml")
        let out = try TemporaryDirectory()
        _ = try out.write(Array(text.replacing("0.1", with: "0.2").utf8), to: "pipeline.yaml")
        let outcome = try await BuiltProgram.run(["run", "p.yaml", "--out", out.path], in: directory.path)
        #expect(outcome.code == 64)
        #expect(
            outcome.errors
                == "recode-data: error: \(out.path) belongs to another pipeline: collect[0].slip is 0.2 in "
                + "\(out.path)/pipeline.yaml, and 0.1 here. Choose another directory with --out, or remove that one.\n"
        )
    }

    @Test func aPipelineRefusesADirectoryThatHoldsSomethingElse() async throws {
        let text = "name: p\ncollect: [{name: c, env: scienceworld, policy: expert}]\n"
        _ = try directory.write(Array(text.utf8), to: "p.yaml")
        let outcome = try await BuiltProgram.run(["run", "p.yaml", "--out", "."], in: directory.path)
        #expect(outcome.code == 64)
        #expect(outcome.errors.contains(".: no pipeline's directory, and not empty (it holds p.yaml)."))
        #expect(try directory.names() == ["p.yaml"])
    }

    @Test func whatTheMachineLacksIsSaidBeforeADirectoryIsClaimed() async throws {
        let text = "name: p\ncollect: [{name: c, env: scienceworld, policy: expert}]\n"
        _ = try directory.write(Array(text.utf8), to: "p.yaml")
        for command in [["run", "p.yaml", "--out", "o"], ["collect", "--run", "o"]] {
            let outcome = try await BuiltProgram.run(command + ["--python", "no/python"], in: directory.path)
            #expect(outcome.code == 69)
            #expect(
                outcome.errors.contains("/no/python. Set it up: make setup"), "\(outcome.errors)")
            #expect(try directory.names() == ["p.yaml"])
        }
    }

    @Test func aDamagedShardIsNamedWithItsLine() async throws {
        try writeRun(at: directory.file("r"), rewards: [1, 0.5])
        let shard = "r/trajectories/part-00000.jsonl.gz"
        _ = try directory.write(Array(try directory.bytes(of: shard).dropLast(40)), to: shard)
        let outcome = try await BuiltProgram.run(["count", "r"], in: directory.path)
        #expect(outcome.code == 65)
        #expect(outcome.errors.contains("\(shard):1: "))
        #expect(outcome.output.isEmpty)
    }

    @Test func aLineThatIsNoTrajectoryIsNamed() async throws {
        _ = try directory.write(Array("{\"schema\": \"other\"}\n".utf8), to: "t.jsonl")
        let outcome = try await BuiltProgram.run(
            ["filter", "t.jsonl", "--out", "s.json"], in: directory.path)
        #expect(outcome.code == 65)
        #expect(outcome.errors.contains("t.jsonl:1"))
        #expect(try directory.names() == ["t.jsonl"])
    }
}
