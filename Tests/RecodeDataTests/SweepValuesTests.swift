import Testing
import Trajectories

@testable import RecodeData

struct BadSweep: Sendable, CustomTestStringConvertible {
    let values: SweepValues
    let message: String
    var testDescription: String { message }
}

private let long = String(repeating: "x", count: 80)

private let badSweeps = [
    BadSweep(
        values: SweepValues(maxDepth: [2, 4, 2]),
        message: "--max-depth: found '2' twice, expected each value once. Remove one."),
    BadSweep(
        values: SweepValues(agent: [.react, .react]),
        message: "--agent: found 'react' twice, expected each value once. Remove one."),
    BadSweep(
        values: SweepValues(policy: ["a b", "a/b"]),
        message: "--policy: found 'a b' and 'a/b', whose runs would both be named policy-a-b, "
            + "expected values with names of their own. Collect one of them apart."),
    BadSweep(
        values: SweepValues(prompts: ["one/texts", "two/texts/"]),
        message:
            "--prompts: found 'one/texts' and 'two/texts/', whose runs would both be named prompts-texts, "
            + "expected values with names of their own. Give the folders different names."),
    BadSweep(
        values: SweepValues(maxDepth: Array(1...101)),
        message:
            "--max-depth: found values that make 101 runs or more, expected at most 100 runs in a sweep. "
            + "Sweep over fewer values at a time."),
    BadSweep(
        values: SweepValues(maxDepth: Array(1...60), agent: [.recode, .react]),
        message: "--agent: found values that make 120 runs or more, expected at most 100 runs in a sweep. "
            + "Sweep over fewer values at a time."),
    BadSweep(
        values: SweepValues(policy: [long, "p"], prompts: [long, "q"]),
        message: "--prompts: found values that make the run name 'policy-\(long.prefix(53))…', "
            + "expected names of at most 150 characters. Give profiles and folders shorter names."),
    BadSweep(
        values: SweepValues(policy: ["a", "a-prompts-b"], prompts: ["b-prompts-c", "c"]),
        message: "--prompts: found values that make the run name 'policy-a-prompts-b-prompts-c' twice, "
            + "expected runs with names of their own. Give profiles and folders other names."),
]

@Suite struct SweepValuesTests {
    @Test func oneValueEachIsOneRunWithoutAName() throws {
        let points = try SweepValues(maxDepth: [4], agent: [.react], policy: ["p"], prompts: ["dir"]).points()
        #expect(points == [SweepPoint(name: "", maxDepth: 4, agent: .react, policy: "p", prompts: "dir")])
    }

    @Test func everyCombinationIsARunNamedByWhatHasSeveralValues() throws {
        let values = SweepValues(maxDepth: [2, 10], policy: ["expert", "replay:runs/a b"], prompts: ["dir"])
        let points = try values.points()
        #expect(
            points.map(\.name) == [
                "max-depth-2-policy-expert", "max-depth-2-policy-replay-runs-a-b",
                "max-depth-10-policy-expert",
                "max-depth-10-policy-replay-runs-a-b",
            ])
        #expect(points.map(\.maxDepth) == [2, 2, 10, 10])
        #expect(points.map(\.policy) == ["expert", "replay:runs/a b", "expert", "replay:runs/a b"])
        #expect(points.allSatisfy { $0.agent == .recode && $0.prompts == "dir" })
    }

    @Test func namesAreSafeFileNamesWhateverTheValues() throws {
        let values = [
            "..", "/", "a\u{0}b", "größe", "-x", "$(rm)", "line\nend", String(repeating: "ü", count: 100),
        ]
        for point in try SweepValues(policy: values).points() {
            #expect(point.name.hasPrefix("policy-"))
            #expect(
                point.name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) })
        }
        #expect(
            try SweepValues(prompts: ["a/..", "b/."]).points().map(\.name) == ["prompts-..", "prompts-."])
    }

    @Test(arguments: badSweeps)
    func valuesThatMakeNoSweepAreRefused(sweep: BadSweep) {
        do {
            let points = try sweep.values.points()
            Issue.record("made \(points.count) runs")
        } catch {
            #expect(error.words == sweep.message)
        }
    }
}
