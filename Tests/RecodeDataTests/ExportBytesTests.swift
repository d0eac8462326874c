import Export
import FoundationEssentials
import TemporaryFiles
import TestProcesses
import Testing
import Trajectories

/// The same runs and options give the same export, to the byte, wherever and however the program runs.
@Suite struct ExportBytesTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        try SampleRun.writeWorse(
            to: directory.file("worse"),
            attempts: [Attempt(response: "No.", problem: .format, message: "There is no block.")])
    }

    private static let shapes =
        ExportFormat.allCases.map { ["--format", $0.rawValue] } + [
            ["--failures", "preference", "--order", "shuffled"],
            ["--failures", "repair", "--order", "curriculum", "--duplicates", "near"],
            ["--max-tokens", "1150", "--over-length", "truncate-variables", "--holdout", "0.3"],
        ]

    /// Another number of processors, clock, language, user folder, temporary folder and seed of Python's hashes.
    @Test(arguments: shapes)
    func doNotDependOnTheMachine(options: [String]) async throws {
        let arguments = ["export", SampleRun.path, "worse"] + options + ["--out"]
        let plain = try await BuiltProgram.run(
            arguments + ["one"], in: directory.path, variables: VerifyFixture.python)
        #expect(plain.code == 0, "\(plain.errors)")
        try FileManager.default.createDirectory(
            atPath: directory.file("tmp"), withIntermediateDirectories: true)
        let variables = [
            "LC_ALL": "C", "LANG": "tr_TR.UTF-8", "TZ": "Pacific/Kiritimati", "HOME": "/nowhere",
            "TMPDIR": directory.file("tmp"), "PYTHONHASHSEED": "7", "OMP_NUM_THREADS": "1",
            "ARROW_NUM_THREADS": "1",
        ].merging(VerifyFixture.python) { own, _ in own }
        let bound = try await ObservedProcess(
            "/usr/bin/env",
            variables.map { "\($0)=\($1)" } + ["taskset", "--cpu-list", "0", "nice", BuiltProgram.path]
                + arguments
                + ["two"], in: directory.path
        ).run()
        #expect(bound.code == 0, "\(bound.errors)")
        let trees = try ["one", "two"].map { try FileTree.contents(of: directory.file($0)) }
        #expect(trees[0] == trees[1] && trees[0].count > 2)
    }
}
