import FoundationEssentials
import JSONLines
import Study
import TemporaryFiles
import Testing
import Trajectories

/// `recode-data count` beyond its rows: paired tasks, sections, published figures, rewards that are none.
@Suite struct StudyCommandTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        // Variations 0 to 4 and 2 to 5.
        try writeRun(at: directory.file("tree"), rewards: [1, 0.75, 0.5, 0.25, 0])
        try writeRun(at: directory.file("flat"), rewards: [1, 0.5, 0.25, 1], first: 2, agent: .react)
    }

    private func count(_ arguments: String...) async throws -> BuiltProgram.Outcome {
        try await BuiltProgram.run(["count"] + arguments, in: directory.path)
    }

    private func study(_ outcome: BuiltProgram.Outcome) throws -> StudyTable {
        try CanonicalJSON.decode(StudyTable.self, from: outcome.output.utf8)
    }

    @Test func methodsThatCoverDifferentTasksAreWarnedOf() async throws {
        let outcome = try await count("tree", "flat")
        #expect(outcome.code == 0)
        let words =
            "in scienceworld the methods cover different tasks: 3 task instances in common; not in common: "
            + "ReAct 1 of 4, ReCode 2 of 5."
        #expect(
            outcome.errors
                == "recode-data: warning: \(words) count --paired counts those in common.\n")
        #expect(outcome.output.contains("\nWarning: \(words)\n"))
        #expect(try await count("tree").errors.isEmpty)
    }

    @Test func pairedCountsAreOfTheTasksThatEveryMethodHas() async throws {
        let outcome = try await count("tree", "flat", "--paired", "--top", "50,100", "--format", "json")
        #expect(outcome.code == 0)
        // Variation 4 of the tree has no reward, so nothing of it can be kept: 2 and 3 are left.
        #expect(
            outcome.errors
                == "recode-data: paired: in scienceworld the 2 task instances that every method has something "
                + "eligible of; left out: ReAct 2 of 4, ReCode 2 of 4.\n")
        let study = try study(outcome)
        let whole = study.rows.filter { $0.top == 100 }
        #expect(whole.map(\.trajectories) == [2, 2, 2, 2])
        #expect(whole.filter { $0.sourceAgent == .recode }.allSatisfy { $0.meanReward == 0.375 })
        #expect(whole.filter { $0.sourceAgent == .react }.allSatisfy { $0.meanReward == 0.75 })
        #expect(study.rows.filter { $0.top == 50 }.allSatisfy { $0.trajectories == 1 })
        #expect(study.coverage.map(\.shared) == [2] && study.coverage.map(\.isPaired) == [true])
        #expect(study.structure.map(\.episodes) == [2, 2])
        let native = try #require(study.ratios.first { $0.sourceAgent == .react && $0.top == 100 })
        #expect(native.reactToRecode == 1)
    }

    @Test func oneAgentIsPairedWithWhatItIsFlattenedTo() async throws {
        let paired = try await count("tree", "--paired", "--top", "100", "--format", "csv")
        #expect(paired.errors.contains("paired: in scienceworld one agent's 4 task instances; "))
        #expect(paired.output == (try await count("tree", "--top", "100", "--format", "csv").output))
    }

    @Test func whereNoTaskIsSharedRowsAreOfNone() async throws {
        try writeRun(at: directory.file("far"), rewards: [1], first: 50, agent: .codeact)
        let outcome = try await count("tree", "far", "--paired", "--top", "100", "--format", "json")
        #expect(outcome.code == 0)
        #expect(outcome.errors.contains("the 0 task instances that every method"))
        let rows = try study(outcome).rows
        #expect(rows.map(\.sourceAgent) == [.codeact, .recode, .recode, .recode])
        #expect(rows.allSatisfy { $0.trajectories == 0 && $0.uniquePairs == 0 && $0.meanReward == nil })
    }

    @Test func aTableIsHadByItselfWhereTheFormHasIt() async throws {
        for section in StudySection.allCases where section != .tokens {
            let outcome = try await count("tree", "--table", section.rawValue)
            #expect(outcome.code == 0 && !outcome.output.hasPrefix("No trajectories"), "\(section)")
        }
        let structure = try await count("tree", "--table", "structure", "--format", "csv")
        #expect(structure.output.hasPrefix("environment,policy,run,agent,episodes,declaring,losing,"))
        let shape = try await count("tree", "--table", "shape", "--format", "csv")
        #expect(shape.code == 64)
        #expect(shape.errors.contains("--table shape: csv has one table of environments, counts, structure."))
        let json = try await count("tree", "--table", "counts", "--format", "json")
        #expect(json.code == 64)
        #expect(json.errors.contains("--table counts: json holds everything. Leave --table out."))
    }

    @Test func publishedFiguresAreLeftOutOnDemand() async throws {
        #expect(try await count("tree").output.contains("beside published figures"))
        for format in ["text", "markdown", "latex", "json"] {
            let outcome = try await count("tree", "--published", "none", "--format", format)
            #expect(outcome.output.contains("12833") == false)
        }
        let json = try await count("tree", "--published", "none", "--format", "json")
        #expect(try study(json).published == nil)
    }

    /// The tree run's records with one reward put otherwise, as a file beside it.
    private func writeRecords(_ reward: String) throws -> String {
        let reader = try JSONLinesReader(path: directory.file("tree/trajectories/part-00000.jsonl.gz"))
        var text = ""
        while let line = try reader.next() {
            text += String(decoding: line.bytes, as: UTF8.self).replacing(
                "\"reward\":0.75,\"schema\"", with: reward)
            text += "\n"
        }
        return try directory.write(Array(text.utf8), to: "percent.jsonl")
    }

    @Test(arguments: [
        ("\"reward\":87,\"schema\"", "reward: is 87.0, expected 0 to 1."),
        ("\"reward\":-0.5,\"schema\"", "reward: is -0.5, expected 0 to 1."),
        ("\"reward\":null,\"schema\"", "reward: is null, expected a number."),
        ("\"schema\"", "reward: is missing."),
        ("\"reward\":NaN,\"schema\"", "this is not JSON: "),
        ("\"reward\":1e999,\"schema\"", "percent.jsonl:2: no recode.trajectory.v1 record: "),
    ])
    func aRewardThatIsNoneIsRefusedNamingFileAndLine(reward: String, message: String) async throws {
        _ = try writeRecords(reward)
        // Beside a run on the right scale.
        for command in [
            ["count", "flat", "percent.jsonl"], ["filter", "flat", "percent.jsonl", "--out", "s.json"],
        ] {
            let outcome = try await BuiltProgram.run(command, in: directory.path)
            #expect(outcome.code == 65, "\(outcome)")
            #expect(outcome.errors.hasPrefix("recode-data: error: percent.jsonl:2: "), "\(outcome.errors)")
            #expect(outcome.errors.contains(message), "\(outcome.errors)")
            #expect(outcome.output.isEmpty)
        }
    }
}
