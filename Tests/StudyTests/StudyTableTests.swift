import Study
import Testing
import Trajectories

@Suite struct StudyTableTests {
    private static func group(
        _ method: AgentKind, top: Double, rewards: [Double], pairs: [Int], policy: String = "expert",
        environment: String = "scienceworld"
    ) -> StudyGroup {
        StudyGroup(
            environment: environment, policy: policy, method: method, top: top,
            members: zip(rewards, pairs).map {
                StudyGroup.Member(reward: $0, success: $0 == 1, pairs: $1, steps: $1 * 2)
            })
    }

    /// Rewards 1, 0.8, 0.6: mean 0.8, sample deviation 0.2.
    private static let groups = [
        group(.recode, top: 40, rewards: [0.6, 1, 0.8], pairs: [3, 5, 4]),
        group(.react, top: 40, rewards: [1, 0.8, 0.6], pairs: [20, 14, 10]),
        group(.codeact, top: 40, rewards: [1, 0.8, 0.6], pairs: [7, 6, 5]),
        group(.recode, top: 12.5, rewards: [1], pairs: [5]),
        group(.react, top: 12.5, rewards: [1], pairs: [20]),
        group(.codeact, top: 12.5, rewards: [1], pairs: [7]),
        group(.recode, top: 5, rewards: [], pairs: []),
        group(
            .react, top: 40, rewards: [0.5, 1], pairs: [3, 4], policy: "a_b|\"c\", 50%",
            environment: "alfworld"),
    ]

    @Test func countsAreThoseDoneByHand() throws {
        let study = StudyTable(of: Self.groups)
        let row = try #require(study.rows.first { $0.method == .recode && $0.top == 40 })
        #expect(row.trajectories == 3)
        #expect(row.pairs == 12)
        #expect(row.meanReward == 0.8)
        #expect(row.sdReward == 0.2)
        #expect(row.successRate == 0.333333)
        #expect(row.meanSteps == 8)
        #expect(row.pairsPerTrajectory == 4)
        #expect(row.tokens == nil)
        let ratio = try #require(study.ratios.first { $0.environment == "scienceworld" && $0.top == 40 })
        #expect(ratio.reactToRecode == 3.666667)
        #expect(ratio.codeactToRecode == 1.5)
    }

    @Test func oneTrajectoryHasNoSpreadAndNoneHasNoMean() throws {
        let study = StudyTable(of: Self.groups)
        let one = try #require(study.rows.first { $0.method == .recode && $0.top == 12.5 })
        #expect(one.sdReward == 0)
        let none = try #require(study.rows.first { $0.top == 5 })
        #expect(none.trajectories == 0 && none.pairs == 0 && none.meanReward == nil && none.sdReward == nil)
    }

    @Test func rowsComeInOneOrderWhateverOrderTheGroupsHad() throws {
        let study = StudyTable(of: Self.groups)
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<20 {
            var groups = Self.groups.shuffled(using: &generator)
            for index in groups.indices { groups[index].members.shuffle(using: &generator) }
            #expect(StudyTable(of: groups) == study)
        }
        #expect(study.rows.map(\.top) == [40, 5, 12.5, 12.5, 12.5, 40, 40, 40])
        #expect(study.rows.suffix(3).map(\.method) == [.react, .codeact, .recode])
    }

    @Test func tokensAddUpWhereAllWereCounted() throws {
        var group = Self.groups[0]
        for index in group.members.indices { group.members[index].tokens = 100 * (index + 1) }
        #expect(StudyTable(of: [group]).rows[0].tokens == 600)
        group.members[1].tokens = nil
        #expect(StudyTable(of: [group]).rows[0].tokens == nil)
    }

    @Test(arguments: StudyFormat.allCases)
    func formatIsAsRecorded(format: StudyFormat) throws {
        try GoldenFile.check(StudyTable(of: Self.groups).rendered(as: format), "study.\(format.rawValue)")
    }

    @Test(arguments: StudyFormat.allCases)
    func emptyStudyIsSaidSo(format: StudyFormat) throws {
        try GoldenFile.check(StudyTable(of: []).rendered(as: format), "empty.\(format.rawValue)")
    }

    @Test func jsonReadsBackAsTheSameTable() throws {
        let study = StudyTable(of: Self.groups)
        let text = try study.rendered(as: .json)
        #expect(try CanonicalJSON.decode(StudyTable.self, from: text.utf8) == study)
    }
}
