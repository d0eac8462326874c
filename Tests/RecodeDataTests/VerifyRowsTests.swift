import JSONLines
import Testing

/// `recode-data verify` without the runs: what rows and manifest say of each other.
@Suite struct VerifyRowsTests {
    private let fixture: VerifyFixture
    private static let shard = "e/train-00000-of-00001.jsonl.gz"

    init() throws {
        fixture = try VerifyFixture()
    }

    /// What the rows alone contradict, without the runs.
    @Test(
        arguments: [
            (
                ["--order", "curriculum", "--by", "height"], #""most" : [0-9.]+"#, "\"most\" : 77",
                "stages[0].ranges[0]: is height 0.0 to 77.0, and the rows come to height 0.0 to "
            ),
            ([], #""2048" : [0-9]+"#, "\"2048\" : 5", "tokens.over.2048: is 5, and the rows come to 0."),
            (
                [], #""made" : [0-9]+"#, "\"made\" : 1",
                "counts.funnel.made: is 1, and the other counts come to "
            ),
            (
                [], #""asked" : [0-9]+"#, "\"asked\" : 1",
                "counts.funnel.asked: is 1, and the other counts come to "
            ),
            (
                [], #""read" : [0-9]+"#, "\"read\" : 1",
                "counts.funnel.read: is 1, and the other counts come to "
            ),
            ([], #""selected" : [0-9]+"#, "\"selected\" : 1", "counts.funnel.selected: is 1, and the other "),
            ([], #""truncated" : 0"#, "\"truncated\" : 999", "counts.truncated: is 999, and there are "),
        ] as [([String], String, String, String)])
    func aManifestThatContradictsItsRowsIsFound(
        options: [String], old: String, new: String, problem: String
    ) async throws {
        let outcome = try await BuiltProgram.run(
            ["export", "run", "--out", "e"] + options, in: fixture.directory.path)
        #expect(outcome.code == 0, "\(outcome.errors)")
        let pattern = try Regex(old)
        try fixture.edit("e/manifest.json") { text in
            guard let range = text.firstRange(of: pattern) else {
                throw VerifyFixture.Failure(words: "\(text)")
            }
            text.replaceSubrange(range, with: new)
        }
        let verified = try await fixture.verify("e")
        #expect(verified.problems.contains { $0.contains(problem) }, "\(verified.problems)")
    }

    @Test(arguments: [["--order", "shuffled"], ["--order", "curriculum", "--stages", "1"]])
    func rowsOutOfOrderAreFound(options: [String]) async throws {
        let outcome = try await BuiltProgram.run(
            ["export", "run", "--out", "e"] + options, in: fixture.directory.path)
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(try await fixture.verify("e").code == 0)
        try fixture.rewrite(Self.shard, asListedIn: "e/manifest.json") { $0.swapAt(0, $0.count - 1) }
        let verified = try await fixture.verify("e")
        #expect(
            verified.problems.contains {
                $0.hasPrefix(
                    "\(Self.shard):2: order: the row stands after one that comes later in the order ")
            }, "\(verified.problems)")
    }

    @Test func rowsOfParquetFilesAreRead() async throws {
        try await fixture.export("--format", "parquet", "--holdout", "0.3")
        let whole = try await fixture.verify("e", "--format", "json")
        #expect(whole.code == 0, "\(whole.problems)")
        #expect(whole.output.contains("\"unread_files\" : [\n\n      ]"), "\(whole.output)")
        // The rows of the validation part in both files: every id twice, and tasks in two parts.
        let names = ["train", "validation"].map { "e/\($0)-00000-of-00001.parquet" }
        let digests = try names.map { try FileDigest.ofFile(fixture.directory.file($0), lineCount: 0) }
        _ = try fixture.directory.write(try fixture.directory.bytes(of: names[1]), to: names[0])
        try fixture.edit("e/manifest.json") { text in
            text.replace(digests[0].sha256, with: digests[1].sha256)
            text.replace("\"bytes\" : \(digests[0].byteCount),", with: "\"bytes\" : \(digests[1].byteCount),")
        }
        let twice = try await fixture.verify("e")
        #expect(twice.problems.contains { $0.contains("\(names[1]):1: id: ") }, "\(twice.problems)")
        #expect(twice.problems.contains { $0.contains("\(names[0]): holds ") }, "\(twice.problems)")
        _ = try fixture.directory.write(Array("PAR1 and no more".utf8), to: names[1])
        let torn = try await fixture.verify("e")
        #expect(torn.problems.contains { $0.contains("\(names[1]): its rows cannot be read: ") })
    }
}
