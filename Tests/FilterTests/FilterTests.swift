import FoundationEssentials
import Testing
import Trajectories

@testable import Filter

private func candidate(
    _ id: String, reward: Double, agent: String = "recode", success: Bool = true,
    ended: EndReason = .resolved,
    pairs: Int = 1, tokens: Int = 1
) -> Candidate {
    Candidate(
        id: id, taskID: "scienceworld/boil/0",
        parts: [
            .environment: "scienceworld", .agent: agent, .policyModel: "expert", .policyName: "expert",
            .split: "train", .task: "boil",
        ], reward: reward, success: success, ended: ended, pairCount: pairs, tokenCount: tokens)
}

/// Candidates of two groups with five rewards only, so ties are everywhere, and every reason to be ineligible.
private func heavyTies(seed: UInt64, count: Int = 200) -> [Candidate] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { number in
        candidate(
            "id\(number)", reward: [0, 0.25, 0.5, 1, 1].randomElement(using: &generator) ?? 0,
            agent: Bool.random(using: &generator) ? "recode" : "react",
            success: Bool.random(using: &generator),
            ended: EndReason.allCases.randomElement(using: &generator) ?? .resolved,
            pairs: Int.random(in: 1...4, using: &generator), tokens: Int.random(in: 1...4, using: &generator))
    }
}

private func criteria(
    _ top: String, _ ties: TieRule = .hash, seed: Int = 0, minReward: Double = 0, success: SuccessRule = .any
) throws -> SelectionCriteria {
    try SelectionCriteria(
        top: TopPercentage(top), ties: ties, seed: seed, minReward: minReward, success: success)
}

private func keptIDs(_ candidates: [Candidate], _ criteria: SelectionCriteria) -> Set<String> {
    Set(Selection.select(candidates, by: criteria).kept.map(\.id))
}

@Suite struct TopPercentageTests {
    @Test(arguments: [
        ("10", 30, 3), ("10", 31, 4), ("10", 0, 0), ("10", 1, 1), ("100", 7, 7), ("40", 5, 2), ("40", 60, 24),
        ("7", 100, 7), ("14", 50, 7), ("28", 25, 7), ("55", 100, 55), ("56", 25, 14), ("57", 100, 57),
        ("0.1", 1000, 1), ("0.1", 1001, 2), ("0.3", 1000, 3), ("1.1", 1000, 11), ("33.3", 1000, 333),
        ("33.3", 10, 4), ("12.5", 8, 1), ("12.5", 9, 2), ("0.000001", 100_000_000, 1), ("99.999999", 3, 3),
        ("010", 30, 3), ("10.000000000", 30, 3),
    ])
    func theShareIsTheExactCeiling(top: String, count: Int, share: Int) throws {
        #expect(try TopPercentage(top).share(of: count) == share)
        #expect(try TopPercentage(Double(top) ?? 0).share(of: count) == share)
    }

    @Test func everyWholePercentageOfEveryCountIsExact() throws {
        for percent in 1...100 {
            let top = try TopPercentage(Double(percent))
            for count in 0...500 { #expect(top.share(of: count) == (percent * count + 99) / 100) }
        }
    }

    @Test(arguments: [
        "0", "0.0", "-1", "100.000001", "101", "1000", "nan", "inf", "", " 10", "10%", "1e1", "1,5", ".5",
        "5.",
        "0.0000001", "+5",
    ])
    func anythingElseIsRefused(text: String) {
        let error = #expect(throws: FilterError.self) { try TopPercentage(text) }
        #expect(error?.code == .badCriteria)
        #expect(
            error?.message == """
                top is "\(text)", expected a percentage above 0 and at most 100, such as 40 or 12.5 \
                (up to six decimals)
                """)
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity, 0, -10, 100.5, 1e300])
    func numbersOutsideTheRangeAreRefused(number: Double) {
        #expect(throws: FilterError.self) { try TopPercentage(number) }
    }

    @Test(arguments: ["40", "12.5", "0.1", "33.3", "99.999999", "100"]) func itReadsAsItWasWritten(
        text: String
    ) throws {
        let top = try TopPercentage(text)
        #expect(top.description == text)
        #expect(try CanonicalJSON.decode(TopPercentage.self, from: CanonicalJSON.encode(top)) == top)
        #expect(String(decoding: try CanonicalJSON.encode(top), as: UTF8.self) == text)
    }
}

@Suite struct SelectionTests {
    private static let tops = ["1", "10", "12.5", "20", "33.3", "40", "70", "100"]

    @Test(arguments: TieRule.allCases, 1...10 as ClosedRange<UInt64>)
    func eachGroupKeepsItsShareOfTheBest(ties: TieRule, seed: UInt64) throws {
        let candidates = heavyTies(seed: seed)
        for top in Self.tops {
            let criteria = try criteria(top, ties)
            let selection = Selection.select(candidates, by: criteria)
            let kept = Set(selection.kept.map(\.id))
            #expect(selection.groups.count == 2)
            for group in selection.groups {
                let members = candidates.filter {
                    $0.parts[.agent] == group.group["agent"] && criteria.ineligibility(of: $0) == nil
                }
                let inside = members.filter { kept.contains($0.id) }
                #expect(group.n == members.count)
                #expect(group.k == criteria.top.share(of: members.count))
                #expect(group.kept == inside.count)
                #expect(
                    ties == .all ? group.kept >= group.k : group.kept == group.k, "seed \(seed), top \(top)")
                #expect(group.cutReward == inside.map(\.reward).min())
                let best = members.filter { !kept.contains($0.id) }.map(\.reward).max() ?? 0
                #expect(best <= group.cutReward ?? 1, "seed \(seed), top \(top)")
                #expect(group.tiedAtCut == members.filter { $0.reward == group.cutReward }.count)
                #expect(group.tiedKept == inside.filter { $0.reward == group.cutReward }.count)
                #expect(group.dropped["lost_tie", default: 0] == group.tiedAtCut - group.tiedKept)
            }
        }
    }

    @Test(arguments: [TieRule.hash, .shortest, .cheapest], 1...10 as ClosedRange<UInt64>)
    func aSmallerTopIsASubsetOfALargerOne(ties: TieRule, seed: UInt64) throws {
        let candidates = heavyTies(seed: seed)
        let kept = try Self.tops.map { keptIDs(candidates, try criteria($0, ties)) }
        for (smaller, larger) in zip(kept, kept.dropFirst()) {
            #expect(smaller.isSubset(of: larger), "seed \(seed)")
        }
    }

    @Test(arguments: 1...10 as ClosedRange<UInt64>) func keepingAllTiedHoldsWhatAnyOtherRuleKeeps(
        seed: UInt64
    ) throws {
        let candidates = heavyTies(seed: seed)
        for top in Self.tops {
            let all = keptIDs(candidates, try criteria(top, .all))
            for ties in [TieRule.hash, .shortest, .cheapest] {
                #expect(
                    keptIDs(candidates, try criteria(top, ties)).isSubset(of: all), "seed \(seed), top \(top)"
                )
            }
        }
    }

    @Test(arguments: TieRule.allCases, 1...10 as ClosedRange<UInt64>)
    func keptAndDroppedAddUpToRead(ties: TieRule, seed: UInt64) throws {
        let once = heavyTies(seed: seed)
        for candidates in [once, once + once.prefix(17), []] {
            for success in SuccessRule.allCases {
                let selection = Selection.select(candidates, by: try criteria("33.3", ties, success: success))
                #expect(selection.read == candidates.count)
                #expect(selection.kept.count + selection.dropped.values.reduce(0, +) == selection.read)
                #expect(selection.groups.map(\.read).reduce(0, +) == selection.read)
                for group in selection.groups {
                    #expect(group.kept + group.dropped.values.reduce(0, +) == group.read, "seed \(seed)")
                }
            }
        }
    }

    @Test(arguments: TieRule.allCases, 1...10 as ClosedRange<UInt64>)
    func theOrderOfReadingChangesNothing(ties: TieRule, seed: UInt64) throws {
        let candidates = heavyTies(seed: seed)
        var generator = SeededGenerator(seed: seed &+ 1000)
        let criteria = try criteria("20", ties)
        let expected = Selection.select(candidates, by: criteria)
        for _ in 0..<3 {
            let other = Selection.select(candidates.shuffled(using: &generator), by: criteria)
            #expect(other.groups == expected.groups, "seed \(seed)")
            #expect(other.dropped == expected.dropped, "seed \(seed)")
            #expect(other.ranks == expected.ranks, "seed \(seed)")
        }
    }

    @Test func anotherSeedHasOtherWinnersAmongTheTied() throws {
        let tied = (0..<100).map { candidate("id\($0)", reward: 1) }
        let winners = try (0..<5).map { keptIDs(tied, try criteria("10", seed: $0)) }
        #expect(Set(winners).count == 5)
        #expect(winners.allSatisfy { $0.count == 10 })
        #expect(keptIDs(tied, try criteria("10", seed: 0)) == winners[0])
    }

    @Test func theHashRuleIsTheSmallerSHA256OfSeedAndID() throws {
        let tied = ["a", "b", "c", "d"].map { candidate($0, reward: 1) }
        let expected = tied.map(\.id).sorted {
            Digest.sha256Hex(of: Array("7\n\($0)".utf8)) < Digest.sha256Hex(of: Array("7\n\($1)".utf8))
        }
        let ranks = Selection.select(tied, by: try criteria("100", seed: 7)).ranks
        #expect(ranks.sorted { $0.value < $1.value }.map(\.key) == expected)
    }

    @Test func sizeRulesPreferTheSmallerAmongEqualRewards() throws {
        let candidates = [
            candidate("long", reward: 1, pairs: 9, tokens: 1),
            candidate("short", reward: 1, pairs: 2, tokens: 8),
            candidate("low", reward: 0.5, pairs: 1, tokens: 0),
            candidate("lower", reward: 0.4, pairs: 1, tokens: 0),
        ]
        #expect(keptIDs(candidates, try criteria("25", .shortest)) == ["short"])
        #expect(keptIDs(candidates, try criteria("25", .cheapest)) == ["long"])
        #expect(Selection.select(candidates, by: try criteria("100", .shortest)).ranks["low"] == 3)
    }

    @Test func everyDropHasItsReason() throws {
        let candidates = [
            candidate("p", reward: 1, ended: .policyError),
            candidate("e", reward: 1, ended: .environmentError),
            candidate("b", reward: 1, ended: .budget), candidate("z", reward: 0.5),
            candidate("n", reward: .nan),
            candidate("u", reward: 0.9, success: false), candidate("k", reward: 1), candidate("k", reward: 1),
            candidate("c", reward: 0.7), candidate("s", reward: 0.6, ended: .stepLimit),
        ]
        let selection = Selection.select(
            candidates, by: try criteria("34", minReward: 0.5, success: .successfulOnly))
        #expect(selection.kept.map(\.id) == ["k", "c"])
        #expect(
            selection.dropped == [
                "policy_error": 1, "environment_error": 1, "budget": 1, "reward_too_low": 2,
                "unsuccessful": 1,
                "duplicate_id": 1, "below_cut": 1,
            ])
    }

    @Test func groupsCompeteApart() throws {
        let candidates =
            (0..<10).map { candidate("a\($0)", reward: 1) }
            + (0..<10).map { candidate("b\($0)", reward: 0.1, agent: "react") }
        let selection = Selection.select(candidates, by: try criteria("20"))
        #expect(selection.groups.map(\.kept) == [2, 2])
        let together = Selection.select(
            candidates, by: try SelectionCriteria(top: TopPercentage("20"), group: [.environment]))
        #expect(together.groups.map(\.kept) == [4])
        #expect(together.kept.allSatisfy { $0.id.hasPrefix("a") })
    }

    @Test(arguments: [-0.1, 1, 1.5, Double.nan]) func anImpossibleMinimumIsRefused(minReward: Double) throws {
        let error = #expect(throws: FilterError.self) { try criteria("10", minReward: minReward) }
        #expect(error?.code == .badCriteria)
    }
}
