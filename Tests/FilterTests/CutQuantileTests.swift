import TestProcesses
import Testing
import Trajectories

@testable import Filter

/// The cut of every tie rule against numpy's quantiles (reference_quantiles.py), on scores with heavy ties.
@Suite struct CutQuantileTests {
    private struct Group: Codable {
        var scores: [Double]
        var millionths: [Int]
    }

    private static let tops = ["0.1", "1", "10", "12.5", "20", "33.3", "40", "66.666667", "99.9", "100"]

    /// Groups of one, of equals, of few values and of many.
    private static func scores(_ generator: inout SeededGenerator) -> [Double] {
        let scales: [[Double]] = [[1], [0.25, 1], [0.1, 0.2, 0.3, 1], (1...100).map { Double($0) / 100 }]
        let scale = scales.randomElement(using: &generator) ?? [1]
        let count = Bool.random(using: &generator) ? Int.random(in: 1...3, using: &generator) : 200
        return (0..<count).map { _ in scale.randomElement(using: &generator) ?? 1 }
    }

    @Test(arguments: [UInt64(1), 2, 3]) func cutsAreNumpysQuantiles(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let tops = try Self.tops.map { try TopPercentage($0) }
        let groups = (0..<100).map { _ in
            Group(scores: Self.scores(&generator), millionths: tops.map(\.millionths))
        }
        let answers = try await ReferenceScript.answers(
            of: "Tests/FilterTests/reference_quantiles.py", to: groups, as: [[Double]].self)
        #expect(answers.count == groups.count)
        for (group, answer) in zip(groups, answers) {
            let candidates = group.scores.enumerated().map { number, score in
                Candidate(
                    id: "\(number)", taskID: "e/t/0", parts: [.environment: "e"], reward: score,
                    success: true,
                    ended: .resolved, pairCount: number % 3, tokenCount: number % 5)
            }
            for (top, expected) in zip(tops, answer) {
                for ties in TieRule.allCases {
                    let account = try #require(
                        Selection.select(candidates, by: SelectionCriteria(top: top, ties: ties)).groups.first
                    )
                    let name = "seed \(seed), top \(top), \(ties): \(group.scores)"
                    #expect(Double(account.k) == expected[0], "\(name)")
                    #expect(account.cutScore == expected[1], "\(name)")
                    #expect(account.cutReward == expected[1], "\(name)")
                    #expect(Double(account.tiedAtCut) == expected[3], "\(name)")
                    #expect(Double(account.kept - account.tiedKept) == expected[2], "\(name)")
                }
            }
        }
    }
}
