import Testing
import Trajectories

@testable import Filter

/// What comes before the share of each group: attempts, scores, one of each task instance, caps.
@Suite struct SelectionStepsTests {
    private func candidate(
        _ id: String, task: String = "boil", variation: Int = 0, repeat: Int = 0, reward: Double = 1,
        success: Bool = true, steps: Int = 1, calls: Int = 1, pairs: Int = 1, tokens: Int = 1
    ) -> Candidate {
        Candidate(
            id: id, taskID: "scienceworld/\(task)/\(variation)", repeat: `repeat`,
            parts: [.environment: "scienceworld", .agent: "recode", .policyModel: "m", .task: task],
            reward: reward, success: success, ended: .resolved, steps: steps, calls: calls,
            pairCount: pairs, tokenCount: tokens)
    }

    private func all(
        _ change: (inout SelectionCriteria) -> Void
    ) throws -> SelectionCriteria {
        var criteria = try SelectionCriteria(top: TopPercentage("100"))
        change(&criteria)
        return criteria
    }

    private func kept(_ candidates: [Candidate], _ criteria: SelectionCriteria) -> [String] {
        Selection.select(candidates, by: criteria).kept.map(\.id)
    }

    @Test func onlyTheFirstAttemptsAreLookedAt() throws {
        let candidates = (0..<4).map { candidate("\($0)", repeat: $0, reward: Double($0 + 1) / 10) }
        let criteria = try all {
            ($0.attempts, $0.perTask) = (3, .best)
        }
        let selection = Selection.select(candidates, by: criteria)
        #expect(selection.kept.map(\.id) == ["2"])
        #expect(selection.dropped == ["later_attempt": 1, "other_of_task": 2])
    }

    @Test(arguments: [
        (PerTaskRule.best, ["a", "d"]), (.shortest, ["b", "d"]), (.cheapest, ["c", "d"]),
        (.all, ["a", "b", "c", "x", "d"]),
    ])
    func oneOfEachTaskInstanceIsChosen(rule: PerTaskRule, expected: [String]) throws {
        let candidates = [
            candidate("a", reward: 1, pairs: 9, tokens: 90),
            candidate("b", reward: 0.8, pairs: 2, tokens: 50),
            candidate("c", reward: 0.9, pairs: 3, tokens: 20),
            candidate("x", reward: 0.1, success: false, pairs: 1, tokens: 1),
            candidate("d", variation: 1, reward: 0.2, pairs: 9, tokens: 99),
        ]
        #expect(kept(candidates, try all { $0.perTask = rule }) == expected)
    }

    @Test(arguments: [
        (RankScore.reward, "a"), (.rewardPerStep, "b"), (.rewardPerCall, "c"), (.rewardPerToken, "d"),
    ])
    func theScoreSaysWhatRanksFirst(score: RankScore, first: String) throws {
        let candidates = [
            candidate("a", reward: 1, steps: 100, calls: 100, tokens: 100),
            candidate("b", reward: 0.5, steps: 2, calls: 50, tokens: 50),
            candidate("c", reward: 0.5, steps: 20, calls: 5, tokens: 50),
            candidate("d", reward: 0.5, steps: 20, calls: 50, tokens: 5),
        ]
        let selection = Selection.select(candidates, by: try all { $0.rankBy = score })
        #expect(selection.kept.first { $0.rank == 1 }?.id == first)
        #expect(selection.groups[0].cutReward == 0.5)
        let scores = candidates.compactMap { score.score(of: $0) }
        #expect(selection.groups[0].cutScore == scores.min())
    }

    @Test func whatNobodyCountedAndWhatYieldsNothingComesLast() throws {
        let candidates = [
            candidate("counted", pairs: 3, tokens: 9), candidate("uncounted", pairs: 2, tokens: 0),
            candidate("empty", pairs: 0, tokens: 10),
        ]
        let half = try SelectionCriteria(top: TopPercentage("10"), ties: .cheapest)
        #expect(kept(candidates, half) == ["counted"])
        #expect(kept(candidates, try all { $0.perTask = .cheapest }) == ["counted"])
        #expect(kept(candidates, try all { $0.perTask = .shortest }) == ["uncounted"])
    }

    @Test func capsByTaskDoNotMixEnvironmentsOrDependOnTheOrder() throws {
        func candidate(_ id: String, _ environment: String, _ task: String) -> Candidate {
            Candidate(
                id: id, taskID: "x/y/0", parts: [.environment: environment, .agent: "recode", .task: task],
                reward: 1, success: true, ended: .resolved)
        }
        let candidates = [
            candidate("a", "s", "boil"), candidate("b", "t", "boil"), candidate("c", "s", "melt"),
        ]
        var criteria = try all { $0.maxPerFamily = 1 }
        criteria.group = [.agent]
        #expect(Set(kept(candidates, criteria)) == ["a", "b", "c"])
        #expect(Set(kept(candidates.reversed(), criteria)) == ["a", "b", "c"])
    }

    @Test func whatNobodyCountedHasNoScore() throws {
        let candidates = [candidate("a", tokens: 0), candidate("b", tokens: 4)]
        let selection = Selection.select(candidates, by: try all { $0.rankBy = .rewardPerToken })
        #expect(selection.kept.map(\.id) == ["b"])
        #expect(selection.dropped == ["score_unknown": 1])
    }

    @Test func aScoreOfTheMinimumIsEnough() throws {
        let candidates = [candidate("a", steps: 4), candidate("b", steps: 5)]
        let criteria = try all { ($0.rankBy, $0.minScore) = (.rewardPerStep, 0.25) }
        let selection = Selection.select(candidates, by: criteria)
        #expect(selection.kept.map(\.id) == ["a"])
        #expect(selection.dropped == ["score_too_low": 1])
    }

    @Test func capsLeaveTheBestOfEachTask() throws {
        var candidates: [Candidate] = []
        for variation in 0..<4 {
            for number in 0..<3 {
                let task = variation < 3 ? "boil" : "melt"
                let reward = Double(10 * variation + number + 1) / 100
                candidates.append(
                    candidate(
                        "\(variation)\(number)", task: task, variation: variation, repeat: number,
                        reward: reward))
            }
        }
        let byTask = Selection.select(candidates, by: try all { $0.maxPerTask = 2 })
        #expect(byTask.kept.map(\.id) == ["01", "02", "11", "12", "21", "22", "31", "32"])
        #expect(byTask.dropped == ["over_task_cap": 4])
        let byBoth = Selection.select(
            candidates, by: try all { ($0.maxPerTask, $0.maxPerFamily) = (2, 3) })
        #expect(byBoth.kept.map(\.id) == ["12", "21", "22", "31", "32"])
        #expect(byBoth.dropped == ["over_task_cap": 2, "over_family_cap": 5])
        #expect(byBoth.groups[0].n == 5)
    }

    @Test(arguments: TieRule.allCases, 1...8 as ClosedRange<UInt64>)
    func everyStepTogetherNestsAndAddsUp(ties: TieRule, seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let candidates = (0..<300).map { number in
            candidate(
                "\(number)", task: ["boil", "melt", "freeze"].randomElement(using: &generator) ?? "",
                variation: Int.random(in: 0..<6, using: &generator),
                repeat: Int.random(in: 0..<5, using: &generator),
                reward: [0, 0.5, 1].randomElement(using: &generator) ?? 0,
                success: Bool.random(using: &generator), steps: Int.random(in: 0..<3, using: &generator),
                pairs: Int.random(in: 1..<4, using: &generator),
                tokens: Int.random(in: 0..<3, using: &generator))
        }
        for perTask in PerTaskRule.allCases {
            for rankBy in RankScore.allCases {
                var smaller: Set<String> = []
                for top in ["10", "20", "30", "40", "100"] {
                    let criteria = try SelectionCriteria(
                        top: TopPercentage(top), rankBy: rankBy, ties: ties, seed: Int(seed), attempts: 4,
                        perTask: perTask, maxPerTask: 3, maxPerFamily: 11)
                    let selection = Selection.select(candidates, by: criteria)
                    let kept = Set(selection.kept.map(\.id))
                    #expect(smaller.isSubset(of: kept), "seed \(seed), \(perTask), \(rankBy), \(top)")
                    #expect(kept.count + selection.dropped.values.reduce(0, +) == candidates.count)
                    try selection.check()
                    smaller = kept
                }
            }
        }
    }

    @Test func theHashRuleIsUniform() throws {
        // 400 tied candidates, 10 % kept, 500 seeds: each is kept 50 times on average. The chi-square statistic of the counts,
        // scaled for drawing without replacement, has 399 degrees of freedom: above 494 once in 1,000 such tests.
        let tied = (0..<400).map { candidate("id\($0)") }
        var counts: [String: Int] = [:]
        for seed in 0..<500 {
            let criteria = try SelectionCriteria(top: TopPercentage("10"), seed: seed)
            for id in kept(tied, criteria) { counts[id, default: 0] += 1 }
        }
        let squares = tied.map { Double(counts[$0.id, default: 0]) - 50 }.map { $0 * $0 }
        let statistic = squares.reduce(0, +) / 50 * 399 / 400 / 0.9
        #expect((316.0...494.0).contains(statistic))
    }

    @Test func idsThatAreNoHexDigitsAreKeptWhole() throws {
        let ids = [
            "", "é", "0", "F", String(repeating: "f", count: 32), String(repeating: "0", count: 32),
            String(repeating: "F", count: 32), "\(String(repeating: "0", count: 31))1",
        ]
        let selection = Selection.select(ids.map { candidate($0) }, by: try all { _ in })
        #expect(selection.kept.map(\.id) == ids)
    }

    @Test(arguments: [
        ("attempts", 0), ("max-per-task", 0), ("max-per-family", -1),
    ])
    func countsBelowOneAreRefused(key: String, count: Int) throws {
        let error = #expect(throws: FilterError.self) {
            try SelectionCriteria(
                top: TopPercentage("10"), attempts: key == "attempts" ? count : nil,
                maxPerTask: key == "max-per-task" ? count : nil,
                maxPerFamily: key == "max-per-family" ? count : nil)
        }
        #expect(error?.message == "\(key) is \(count), expected 1 or more")
    }
}
