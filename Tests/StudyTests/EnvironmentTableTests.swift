import FoundationEssentials
import Study
import Testing
import Trajectories

/// Methods by environments, as the paper's table 1 has them.
@Suite struct EnvironmentTableTests {
    /// Trajectories with the same pairs and tokens each, of a run of their own.
    private static func group(
        _ environment: String, _ method: AgentKind, rewards: [Double], pairs: Int, chat: Int?,
        top: Double = 40, run: String? = nil, policy: String? = nil, source: AgentKind? = nil,
        options: [String: JSONValue] = [:]
    ) -> StudyGroup {
        StudyGroup(
            environment: environment, policy: policy ?? "teacher of \(environment)",
            run: run ?? "\(environment)-\(method.rawValue)", options: options, sourceAgent: source ?? method,
            method: method, top: top,
            members: rewards.map { reward in
                StudyGroup.Member(
                    reward: reward, success: reward == 1, pairs: pairs, steps: 3,
                    tokens: chat.map { PairTokens(content: $0 / 2, chat: $0, trained: 10) })
            })
    }

    /// At 40 % ReAct has 12 + 20 + 4 pairs and ReCode 3 + 5 + 2; tokens of webshop were not counted, and CodeAct did not
    /// play there.
    private static let groups = [
        group("scienceworld", .react, rewards: [1, 0.5], pairs: 10, chat: 1000),
        group("scienceworld", .codeact, rewards: [1], pairs: 4, chat: 900),
        group("scienceworld", .recode, rewards: [1], pairs: 5, chat: 500),
        group("alfworld", .react, rewards: [1, 1], pairs: 6, chat: 600),
        group("alfworld", .codeact, rewards: [1, 1, 1], pairs: 2, chat: 200),
        group("alfworld", .recode, rewards: [1, 1, 1], pairs: 1, chat: 150),
        group("webshop", .react, rewards: [0.25, 0.75], pairs: 2, chat: nil),
        group("webshop", .recode, rewards: [0.5, 0.5], pairs: 1, chat: nil),
        group("webshop", .recode, rewards: [], pairs: 1, chat: nil, top: 10),
        group("alfworld", .recode, rewards: [1], pairs: 1, chat: 150, top: 10),
        group("alfworld", .react, rewards: [1], pairs: 6, chat: 600, top: 10),
    ]

    private static func study(
        _ groups: [StudyGroup] = groups, published: PublishedChoice = .none
    ) -> StudyTable {
        StudyTable(rows: groups.map(StudyRow.init), published: published)
    }

    static let note = """
        Pairs and chat tokens of what is kept; reward x 100: mean ± sample standard deviation. All: sums, where a line has \
        every environment. Lines with / ReCode: a method's pairs and tokens for one of ReCode's.

        """

    @Test func methodsStandSideBySideInEveryEnvironmentWithTheRatiosUnderThem() throws {
        let text = try Self.study().rendered(as: .text, only: .environments)
        #expect(
            text == """
                Methods by environment, top 10 %
                                                    alfworld                webshop            all
                        method  pairs  tokens         reward  pairs  tokens  reward  pairs  tokens
                         ReAct      6     600  100.00 ± 0.00      -       -       -      -       -
                        ReCode      1     150  100.00 ± 0.00      0       -       -      1       -
                ReAct / ReCode   6.00    4.00              -      -       -       -      -       -

                Methods by environment, top 40 %
                                                      alfworld                  scienceworld                       webshop            all
                          method  pairs  tokens         reward  pairs  tokens         reward  pairs  tokens         reward  pairs  tokens
                           ReAct     12    1200  100.00 ± 0.00     20    2000  75.00 ± 35.36      4       -  50.00 ± 35.36     36       -
                         CodeAct      6     600  100.00 ± 0.00      4     900  100.00 ± 0.00      -       -              -      -       -
                          ReCode      3     450  100.00 ± 0.00      5     500  100.00 ± 0.00      2       -   50.00 ± 0.00     10       -
                  ReAct / ReCode   4.00    2.67              -   4.00    4.00              -   2.00       -              -   3.60       -
                CodeAct / ReCode   2.00    1.33              -   0.80    1.80              -      -       -              -      -       -


                """ + Self.note)
    }

    @Test(arguments: [StudyFormat.markdown, .latex, .csv])
    func formIsAsRecorded(format: StudyFormat) throws {
        try GoldenFile.check(
            Self.study(published: .paper).rendered(as: format, only: .environments),
            "environments.\(format.rawValue)")
    }

    @Test func thePapersFiguresStandUnderTheStudysOwnAtItsOwnP() throws {
        let lines = try Self.study(published: .paper).rendered(as: .markdown, only: .environments)
            .split(separator: "\n").filter { $0.contains("ublished") }
        #expect(
            lines == [
                "| ReAct, published | 27607 | 18958782 | 100.00 | 12833 | 15356801 | 100.00 ± 0.00 | 7181 | 9409144 | 82.30 ± 21.15 | 47621 | 43724727 |",
                "| CodeAct, published | 5049 | 9630822 | 100.00 | 5984 | 15189063 | 60.80 ± 24.51 | 3853 | 9214185 | 94.60 ± 10.36 | 14886 | 34034070 |",
                "| ReCode, published | 6385 | 4962898 | 100.00 | 3500 | 3986769 | 88.50 ± 14.58 | 2473 | 2662276 | 97.50 ± 7.05 | 12358 | 11611943 |",
                "| ReAct / ReCode, published | 4.32 | 3.82 | - | 3.67 | 3.85 | - | 2.90 | 3.53 | - | 3.85 | 3.77 |",
                "| CodeAct / ReCode, published | 0.79 | 1.94 | - | 1.71 | 3.81 | - | 1.56 | 3.46 | - | 1.20 | 2.93 |",
                "Published: table 1 of the paper (arXiv 2510.23564), not measured here; what its tokens count it does not say.",
            ])
    }

    @Test func jsonHasTheRatiosOfAllEnvironmentsOnce() throws {
        let study = Self.study()
        let json = try study.rendered(as: .json)
        #expect(try CanonicalJSON.decode(StudyTable.self, from: json.utf8) == study)
        let comparison = try #require(study.comparisons?.last)
        #expect(comparison.top == 40 && comparison.policy == nil && comparison.ambiguity == nil)
        #expect(comparison.environments == ["alfworld", "scienceworld", "webshop"])
        let react = comparison.ratios.filter { $0.method == .react }
        #expect(react.map(\.environment) == ["alfworld", "scienceworld", "webshop", nil])
        #expect(react.map(\.pairs) == [4, 4, 2, 3.6])
        #expect(react.map { $0.tokens?.chat } == [2.666667, 4, nil, nil])
    }

    @Test func aStudyOfOneEnvironmentShowsTheTableOnDemandOnly() throws {
        let study = Self.study(Self.groups.filter { $0.environment == "scienceworld" })
        #expect(study.comparisons == nil)
        #expect(try study.rendered(as: .json).contains("comparisons") == false)
        for format in [StudyFormat.text, .markdown, .latex] {
            #expect(try study.rendered(as: format).contains("ethods by environment") == false)
            #expect(try Self.study().rendered(as: format).contains("ethods by environment, top"))
        }
        #expect(
            try study.rendered(as: .text, only: .environments)
                == """
                Methods by environment, top 40 %
                                                  scienceworld
                          method  pairs  tokens         reward
                           ReAct     20    2000  75.00 ± 35.36
                         CodeAct      4     900  100.00 ± 0.00
                          ReCode      5     500  100.00 ± 0.00
                  ReAct / ReCode   4.00    4.00              -
                CodeAct / ReCode   0.80    1.80              -


                """ + Self.note)
        for format in StudyFormat.allCases where format != .csv {
            let none = try Self.study([]).rendered(as: format, only: .environments)
            #expect(format == .json || none.contains("No trajectories to count."))
        }
    }

    @Test func flattenedPairsHaveLinesOfTheirOwn() throws {
        let flattened = Self.group(
            "alfworld", .react, rewards: [1, 1, 1], pairs: 5, chat: 100, source: .recode)
        let text = try Self.study(Self.groups + [flattened]).rendered(as: .text, only: .environments)
        #expect(text.contains("\n         ReAct, flattened     15     300  100.00 ± 0.00      -"))
        #expect(text.contains("\nReAct, flattened / ReCode   5.00    0.67              -      -"))
    }

    @Test func severalPoliciesOfOneMethodHaveTablesOfTheirOwn() throws {
        let other = Self.group("alfworld", .recode, rewards: [1], pairs: 6, chat: 150, policy: "model")
        let text = try Self.study(Self.groups + [other]).rendered(as: .text, only: .environments)
        #expect(text.hasPrefix("Methods by environment, top 40 %, policy model\n"))
        #expect(text.contains("\nMethods by environment, top 40 %, policy teacher of alfworld\n"))
        let deep = [1, 2].map {
            Self.group(
                "alfworld", .recode, rewards: [1], pairs: $0, chat: 150, options: ["max_depth": .int($0)])
        }
        let headings = try Self.study(deep).rendered(as: .markdown, only: .environments)
            .split(separator: "\n").filter { $0.hasPrefix("#") }
        #expect(headings == (1...2).map { "### Methods by environment, top 40 %, max depth \($0)" })
    }

    @Test func methodsOfDifferentPoliciesAreComparedAndSaidToBe() throws {
        let groups = [40.0, 100].flatMap { top in
            [
                Self.group("alfworld", .react, rewards: [1], pairs: 6, chat: 1, top: top, policy: "model"),
                Self.group("alfworld", .recode, rewards: [1], pairs: 2, chat: 1, top: top, policy: "expert"),
            ]
        }
        let text = try Self.study(groups).rendered(as: .text, only: .environments)
        #expect(text.hasSuffix("\nPolicies differ in alfworld: ReAct model, ReCode expert.\n"))
        #expect(text.components(separatedBy: "Policies differ").count == 2 && text.contains("3.00"))
    }

    @Test func severalRunsOfOneMethodAreNeverMixedAndSaidToBe() throws {
        let second = Self.group("alfworld", .recode, rewards: [0.5], pairs: 9, chat: 150, run: "more")
        let study = Self.study(Self.groups + [second])
        let words =
            "alfworld has ReCode of several runs, each selected from by itself: alfworld-recode, more. Name one of them, "
            + "or select from them together with count without --each-run."
        let text = try study.rendered(as: .text, only: .environments)
        #expect(text.contains("Methods by environment, top 10 %") && !text.contains("top 40 %"))
        #expect(text.hasSuffix("\nNo table of methods by environment: \(words)\n"))
        #expect(study.comparisons?.map(\.ambiguity) == [nil, words])
        #expect(study.comparisons?.map(\.ratios.isEmpty) == [false, true])
        let csv = try study.rendered(as: .csv, only: .environments).split(separator: "\r\n")
        #expect(csv.dropFirst().allSatisfy { $0.hasPrefix("10,") } && csv.count > 1)
        let alone = Self.study((Self.groups + [second]).filter { $0.top == 40 })
        let only = "No table of methods by environment: \(words)\n"
        #expect(try alone.rendered(as: .text, only: .environments) == only)
        #expect(try alone.rendered(as: .markdown, only: .environments) == only)
        #expect(try alone.rendered(as: .latex, only: .environments).contains("% \(only)"))
        #expect(try alone.rendered(as: .text).hasPrefix(only))
    }
}
