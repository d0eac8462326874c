import FoundationEssentials
import Study
import Testing
import Trajectories

extension StudyTable {
    /// The table of some groups, in any order.
    fileprivate init(of groups: [StudyGroup], selection: StudySelection? = nil) {
        self.init(rows: groups.map(StudyRow.init), selection: selection)
    }
}

@Suite struct StudyTableTests {
    private static func group(
        _ method: AgentKind, of source: AgentKind = .recode, top: Double, rewards: [Double], pairs: [Int],
        policy: String = "expert", environment: String = "scienceworld", run: String? = nil,
        usage: Usage = Usage()
    ) -> StudyGroup {
        StudyGroup(
            environment: environment, policy: policy, run: run, sourceAgent: source, method: method, top: top,
            members: zip(rewards, pairs).map {
                StudyGroup.Member(reward: $0, success: $0 == 1, pairs: $1, steps: $1 * 2, usage: usage)
            })
    }

    private static let selection = StudySelection(
        group: ["environment", "agent", "policy_model"], ties: "shortest", seed: 7, minReward: 0.5,
        success: "successful_only")

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
            .react, of: .react, top: 40, rewards: [0.5, 1], pairs: [3, 4], policy: "a_b|\"c\", 50%",
            environment: "alfworld",
            usage: Usage(promptTokens: 1000, completionTokens: 10, costUSD: 0.00625)),
        group(.react, of: .react, top: 40, rewards: [1, 0.8, 0.6], pairs: [9, 8, 7]),
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
        #expect(row.tokens == nil && row.uniquePairs == nil)
        let ratio = try #require(study.ratios.first { $0.sourceAgent == .recode && $0.top == 40 })
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
            #expect(StudyTable(of: groups, selection: study.selection) == study)
        }
        #expect(study.rows.map(\.top) == [40, 40, 5, 12.5, 12.5, 12.5, 40, 40, 40])
        #expect(study.rows.suffix(3).map(\.method) == [.react, .codeact, .recode])
    }

    @Test func nativeAndFlattenedRowsAreApartAndBothAreMeasuredByReCode() throws {
        let study = StudyTable(of: Self.groups)
        let react = study.rows.filter {
            $0.environment == "scienceworld" && $0.top == 40 && $0.method == .react
        }
        #expect(react.map(\.sourceAgent) == [.react, .recode])
        #expect(react.map(\.pairs) == [24, 44])
        let native = try #require(study.ratios.first { $0.sourceAgent == .react && $0.policy == "expert" })
        #expect(native.reactToRecode == 2)
        #expect(native.codeactToRecode == nil)
        let header = try study.rendered(as: .markdown, only: .counts).split(separator: "\n").first {
            $0.contains("flattened")
        }
        #expect(
            header?.contains(
                "| kept of ReCode: success % | ReAct: pairs | ReAct: unique | ReAct, flattened: pairs |"
            ) == true)
    }

    @Test func runsThatWereSelectedFromByThemselvesHaveTablesOfTheirOwn() throws {
        let groups = ["b", "a"].flatMap { run in
            [
                Self.group(.recode, top: 40, rewards: [1], pairs: [2], run: run),
                Self.group(.react, top: 40, rewards: [1], pairs: [run == "a" ? 4 : 6], run: run),
            ]
        }
        let study = StudyTable(of: groups)
        #expect(study.rows.map(\.run) == ["a", "a", "b", "b"])
        #expect(study.ratios.map(\.reactToRecode) == [2, 3])
        let text = try study.rendered(as: .text)
        #expect(text.hasPrefix("scienceworld, policy expert, run a\n"))
        #expect(text.contains("\nscienceworld, policy expert, run b\n"))
        #expect(try StudyTable(of: Array(groups.suffix(2))).rendered(as: .text).contains(", run ") == false)
    }

    @Test func manyRowsHaveTheRatiosOfTheirOwn() throws {
        let groups = (1...2000).flatMap { number in
            [
                Self.group(.recode, top: 40, rewards: [1], pairs: [2], policy: "p\(number)"),
                Self.group(.react, top: 40, rewards: [1], pairs: [2 * number], policy: "p\(number)"),
            ]
        }
        let study = StudyTable(of: groups)
        #expect(study.ratios.count == 2000)
        #expect(study.ratios.allSatisfy { $0.reactToRecode == Double($0.policy.dropFirst()) })
        let text = try study.rendered(as: .text, only: .counts)
        #expect(text.components(separatedBy: ", policy p").count == 2001)
    }

    @Test func whatWasUsedAddsUpAndACostIsUnknownOnceOnePartIs() throws {
        var group = Self.group(.recode, top: 40, rewards: [1, 1, 1], pairs: [1, 1, 1])
        for (index, cost) in [0.3, 0.1, 0.2].enumerated() {
            group.members[index].usage = Usage(promptTokens: 10, completionTokens: index, costUSD: cost)
        }
        let row = StudyTable(of: [group]).rows[0]
        #expect([row.promptTokens, row.completionTokens] == [30, 3])
        #expect(row.costUSD == 0.6)
        group.members[1].usage = Usage(promptTokens: .max)
        let unknown = StudyTable(of: [group]).rows[0]
        #expect(unknown.costUSD == nil)
        #expect(unknown.promptTokens == .max)
        group.members = []
        #expect(StudyTable(of: [group]).rows[0].costUSD == nil)
    }

    @Test func tokensAddUpWhereAllWereCountedAndHaveRatios() throws {
        var groups = Array(Self.groups.prefix(2))
        for (place, factor) in [(0, 1), (1, 3)] {
            for index in groups[place].members.indices {
                groups[place].members[index].tokens = PairTokens(
                    content: 100 * factor, chat: 200 * factor, trained: 10)
            }
        }
        let study = StudyTable(of: groups)
        #expect(study.rows.last?.tokens == PairTokens(content: 300, chat: 600, trained: 30))
        let ratio = try #require(study.ratios.first?.reactToRecodeTokens)
        #expect([ratio.content, ratio.chat, ratio.trained] == [3, 3, 1])
        #expect(study.ratios.first?.codeactToRecodeTokens == nil)
        groups[0].members[1].tokens = nil
        let partial = StudyTable(of: groups)
        #expect(partial.rows.last?.tokens == nil)
        #expect(partial.ratios.first?.reactToRecodeTokens == nil)
    }

    @Test func pairsOfOneKeyAreCountedOnceInWhicheverTrajectoryTheyAre() {
        var group = Self.groups[0]
        let keys: [[UInt64]] = [[1, 2, 3], [3, 3, 4, 5, 1], [6, 7, 6, 6]]
        for (index, own) in keys.enumerated() { group.members[index].pairKeys = own }
        #expect(StudyTable(of: [group]).rows[0].uniquePairs == 7)
        group.members[2].pairKeys = nil
        #expect(StudyTable(of: [group]).rows[0].uniquePairs == nil)
        group.members = []
        #expect(StudyTable(of: [group]).rows[0].uniquePairs == 0)
    }

    @Test(arguments: StudyFormat.allCases)
    func formatIsAsRecorded(format: StudyFormat) throws {
        try GoldenFile.check(
            StudyTable(of: Self.groups, selection: Self.selection).rendered(as: format),
            "study.\(format.rawValue)")
    }

    /// Everything a study can have: tokens, shapes, structure, tasks that differ, published figures.
    private static let full: StudyTable = {
        var groups = Array(Self.groups.prefix(3)) + [Self.groups[8]]
        for place in groups.indices {
            for index in groups[place].members.indices {
                let pairs = groups[place].members[index].pairs
                groups[place].members[index].pairKeys = (0..<pairs).map { UInt64($0 % 4 + 10 * index) }
                groups[place].members[index].tokens = PairTokens(
                    content: 700 * pairs, chat: 740 * pairs, trained: 90 * pairs)
                if groups[place].method == .recode {
                    groups[place].members[index].shape = TreeShape(
                        depth: 2 + index, expansions: 4, children: 9 + index, placeholders: 3, primitives: 5)
                    groups[place].members[index].usage = Usage(
                        promptTokens: 900, completionTokens: 90, costUSD: 0.0025)
                }
            }
        }
        let recode = (0..<8).map { index in
            StructureGroup.Episode(
                reward: index % 4 == 0 ? 0.25 : 1,
                ended: index == 0 ? .loop : index == 4 ? .depthLimit : .resolved,
                structure: EpisodeStructure(
                    outputs: .init(
                        declaring: 5, losing: index % 3 == 0 ? 1 : 0, lost: index % 3 == 0 ? 2 : 0),
                    attempts: [.format: 1, .runtime: index % 2, .limit: index / 7], repaired: 1,
                    unrepaired: index / 7))
        }
        let structure = [
            StructureGroup(environment: "scienceworld", policy: "expert", agent: .recode, episodes: recode),
            StructureGroup(
                environment: "scienceworld", policy: "expert", agent: .react,
                episodes: [
                    .init(reward: 1, ended: .environmentDone, structure: EpisodeStructure(repaired: 2))
                ]),
        ]
        return StudyTable(
            rows: groups.map(StudyRow.init), structure: structure.map(StructureRow.init),
            coverage: [
                StudyCoverage(
                    environment: "scienceworld", tasks: [.recode: ["a", "b", "c"], .react: ["b", "c"]],
                    isPaired: false)
            ], published: .paper, selection: selection)
    }()

    @Test(arguments: StudyFormat.allCases)
    func everythingThereIsIsAsRecorded(format: StudyFormat) throws {
        try GoldenFile.check(Self.full.rendered(as: format), "full.\(format.rawValue)")
    }

    @Test func eachSectionIsThePartOfTheWholeThatItIs() throws {
        let whole = try Self.full.rendered(as: .markdown)
        // The table of methods by environments is no part of a study of one environment.
        let shown = StudySection.allCases.filter { $0 != .environments }
        let sections = try shown.map { try Self.full.rendered(as: .markdown, only: $0) }
        #expect(sections.joined(separator: "\n") == whole)
        #expect(Set(sections).count == shown.count)
        try GoldenFile.check(Self.full.rendered(as: .csv, only: .structure), "structure.csv")
    }

    @Test func publishedFiguresAreApartAndCanBeLeftOut() throws {
        var study = Self.full
        #expect(study.published?.source == "arXiv 2510.23564")
        let csv = try study.rendered(as: .csv)
        study.published = nil
        #expect(try study.rendered(as: .csv) == csv)
        for format in [StudyFormat.text, .markdown, .latex] {
            #expect(try Self.full.rendered(as: format).contains("12833"))
            #expect(try study.rendered(as: format).contains("ublished") == false)
        }
        #expect(PublishedFigures.paper(for: ["minecraft"]) == nil)
        #expect(PublishedFigures.paper(for: []) == nil)
    }

    /// A depth study of two agents, one of them with other prompts, selected from run by run.
    private static let optionGroups = [10, 2].flatMap { (depth: Int) -> [StudyGroup] in
        let hash = String(repeating: depth == 2 ? "0a" : "b1", count: 32)
        let played = StudyPlayed(of: [(0, false), (0.5, false), (depth == 2 ? 0.5 : 1, depth != 2)])
        return [(AgentKind.recode, AgentKind.recode), (.react, .recode), (.react, .react)].map {
            method, source in
            var group = group(
                method, of: source, top: 40, rewards: [depth == 2 ? 0.5 : 1], pairs: [depth], run: "d\(depth)"
            )
            group.options = [
                "max_depth": .int(depth), "prompt_sha256": source == .react ? .null : .string(hash),
            ]
            group.played = played
            return group
        }
    }

    @Test(arguments: StudyFormat.allCases)
    func optionsThatDifferHaveColumnsAsRecorded(format: StudyFormat) throws {
        var selection = Self.selection
        selection.group = ["run", "max_depth", "prompt_sha256"] + selection.group
        try GoldenFile.check(
            StudyTable(of: Self.optionGroups, selection: selection).rendered(as: format),
            "options.\(format.rawValue)")
    }

    @Test func rowsWithOptionsAreInTheOrderOfTheirValues() throws {
        let values: [JSONValue] = [
            .null, .int(2), .double(2.5), .int(10), .string("a"), .string("b"), .bool(false),
        ]
        let groups = values.map { value in
            var group = Self.group(.recode, top: 40, rewards: [1], pairs: [1])
            group.options = ["x": value]
            return group
        }
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<10 {
            let study = StudyTable(of: groups.shuffled(using: &generator))
            #expect(study.rows.map { $0.options?["x"] } == values)
            #expect(study.ratios.map { $0.options?["x"] } == values)
        }
    }

    @Test func aTableWithOptionsReadsBackAsTheSame() throws {
        let study = StudyTable(of: Self.optionGroups)
        let text = try study.rendered(as: .json)
        #expect(try CanonicalJSON.decode(StudyTable.self, from: text.utf8) == study)
    }

    @Test(arguments: StudyFormat.allCases)
    func emptyStudyIsSaidSo(format: StudyFormat) throws {
        try GoldenFile.check(StudyTable(of: []).rendered(as: format), "empty.\(format.rawValue)")
    }

    @Test func jsonReadsBackAsTheSameTable() throws {
        for study in [StudyTable(of: Self.groups, selection: Self.selection), Self.full] {
            let text = try study.rendered(as: .json)
            #expect(try CanonicalJSON.decode(StudyTable.self, from: text.utf8) == study)
        }
    }
}
