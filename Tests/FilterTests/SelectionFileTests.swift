import FoundationEssentials
import TemporaryFiles
import Testing
import Trajectories

@testable import Filter

@Suite struct SelectionFileTests {
    private let directory: TemporaryDirectory
    private let selection: Selection

    init() throws {
        directory = try TemporaryDirectory()
        let candidates = [("a", 1.0), ("b", 0.5), ("c", 0)].map { id, reward in
            Candidate(
                id: id, taskID: "scienceworld/boil/0",
                parts: [.environment: "scienceworld", .agent: "recode", .policyModel: "expert"],
                reward: reward, success: true, ended: .resolved, pairCount: 1, tokenCount: 1)
        }
        selection = Selection.select(
            candidates, by: try SelectionCriteria(top: TopPercentage("12.5")),
            from: [SelectionSource(name: "expert", sha256: "ab12")])
    }

    @Test func aSelectionHasExactlyThisTextAndIsReadBack() throws {
        let path = directory.file("a.json")
        try SelectionFile.write(selection, to: path)
        let text = """
            {
              "criteria" : {
                "attempts" : null,
                "group" : [
                  "environment",
                  "agent",
                  "policy_model"
                ],
                "leakage" : "keep",
                "max_per_family" : null,
                "max_per_task" : null,
                "min_reward" : 0,
                "min_score" : null,
                "per_task" : "all",
                "rank_by" : "reward",
                "seed" : 0,
                "success" : "any",
                "ties" : "hash",
                "top" : 12.5
              },
              "dropped" : {
                "below_cut" : 1,
                "reward_too_low" : 1
              },
              "groups" : [
                {
                  "cut_reward" : 1,
                  "cut_score" : 1,
                  "dropped" : {
                    "below_cut" : 1,
                    "reward_too_low" : 1
                  },
                  "group" : {
                    "agent" : "recode",
                    "environment" : "scienceworld",
                    "policy_model" : "expert"
                  },
                  "k" : 1,
                  "kept" : 1,
                  "n" : 2,
                  "read" : 3,
                  "tied_at_cut" : 1,
                  "tied_kept" : 1
                }
              ],
              "kept" : [
                {
                  "id" : "a",
                  "rank" : 1
                }
              ],
              "leakage_lists" : [

              ],
              "read" : 3,
              "schema" : "recode.selection.v1",
              "sources" : [
                {
                  "name" : "expert",
                  "sha256" : "ab12"
                }
              ]
            }

            """
        #expect(String(decoding: try directory.bytes(of: "a.json"), as: UTF8.self) == text)
        #expect(try SelectionFile.read(path) == selection)
    }

    @Test(arguments: [
        (
            "recode.selection.v1", "recode.selection.v2",
            "schema: is \"recode.selection.v2\", expected \"recode.selection.v1\""
        ),
        (
            "\"read\" : 3,\n  \"schema\"", "\"read\" : 4,\n  \"schema\"",
            "read: is 4, but kept and dropped add up to 3"
        ),
        ("\"rank\" : 1", "\"rang\" : 1", "kept[0].rank: is missing"),
        ("\"sources\"", "\"source\"", "sources: is missing"),
        ("\"rank\" : 1", "\"rank\" : 1.5", "kept[0].rank: is 1.5, expected a whole number"),
        (
            "\"min_reward\" : 0", "\"min_reward\" : \"0\"",
            "criteria.min_reward: has the wrong type, expected a number"
        ),
        (
            "\"top\" : 12.5", "\"top\" : 0",
            """
            criteria.top: top is "0", expected a percentage above 0 and at most 100, such as 40 or 12.5 (up to six decimals)
            """
        ),
    ])
    func aBrokenFileNamesTheKey(old: String, new: String, problem: String) throws {
        try expect(problem, whenReplacing: old, by: new)
    }

    @Test(arguments: [
        (
            "\"ties\" : \"hash\"", "\"ties\" : \"hsah\"",
            "criteria.ties: has an unknown value, expected one of hash, shortest, cheapest, all"
        ),
        (
            "\"success\" : \"any\"", "\"success\" : \"all\"",
            "criteria.success: has an unknown value, expected one of any, successful_only"
        ),
        (
            "\"rank_by\" : \"reward\"", "\"rank_by\" : \"tokens\"",
            "criteria.rank_by: has an unknown value, expected one of reward, reward_per_step, reward_per_call, "
                + "reward_per_token"
        ),
        (
            "\"per_task\" : \"all\"", "\"per_task\" : \"some\"",
            "criteria.per_task: has an unknown value, expected one of all, best, shortest, cheapest"
        ),
        (
            "\"agent\",", "\"agents\",",
            "criteria.group[1]: has an unknown value, expected one of environment, agent, policy_model, policy_name, "
                + "split, task, max_depth, prompt_sha256"
        ),
    ])
    func anUnknownNameIsSaidWithTheOnesThereAre(old: String, new: String, problem: String) throws {
        try expect(problem, whenReplacing: old, by: new)
    }

    @Test(arguments: [
        ("\"rank\" : 1", "\"rank\" : -7", "kept[0].rank: is -7, expected a rank from 1 to 1"),
        ("\"rank\" : 1", "\"rank\" : 2", "kept[0].rank: is 2, expected a rank from 1 to 1"),
        (
            "    \"reward_too_low\" : 1\n  },\n  \"groups\"",
            "    \"lost_tie\" : 9223372036854775807\n  },\n  \"groups\"",
            "dropped.lost_tie: is 9223372036854775807, expected a count from 0 to 92233720368"
        ),
        (
            "    \"reward_too_low\" : 1\n  },\n  \"groups\"",
            "    \"lost_tie\" : 9223372036854775808\n  },\n  \"groups\"",
            "dropped.lost_tie: is 9.223372036854776e+18, expected a whole number"
        ),
        (
            "    \"reward_too_low\" : 1\n  },\n  \"groups\"", "    \"bad_luck\" : 1\n  },\n  \"groups\"",
            "dropped.bad_luck: is no reason, expected one of duplicate_id, leak, later_attempt, policy_error, environment_error, "
                + "budget, reward_too_low, unsuccessful, score_unknown, score_too_low, other_of_task, over_task_cap, "
                + "over_family_cap, below_cut, lost_tie"
        ),
        (
            "        \"reward_too_low\" : 1", "        \"reward_too_low\" : -1",
            "groups[0].dropped.reward_too_low: is -1, expected a count from 0 to 92233720368"
        ),
        (
            "        \"reward_too_low\" : 1", "        \"reward_too_low\" : 2",
            "groups[0].read: is 3, but kept and dropped add up to 4"
        ),
        (
            "        \"reward_too_low\" : 1", "        \"unsuccessful\" : 1",
            "dropped.reward_too_low: is 1, but the groups drop 0"
        ),
        ("\"n\" : 2", "\"n\" : 3", "groups[0].n: is 3, but kept, lost_tie and below_cut add up to 2"),
        (
            "\"n\" : 2", "\"n\" : 4611686018427387904",
            "groups[0].n: is 4611686018427387904, expected a count from 0 to 92233720368"
        ),
        ("\"k\" : 1", "\"k\" : 2", "groups[0].k: is 2, but 12.5 % of 2 is 1"),
        (
            "\"tied_kept\" : 1", "\"tied_kept\" : 2",
            "groups[0].tied_kept: is 2, more than tied_at_cut (1) or kept (1)"
        ),
        (
            "\"cut_reward\" : 1", "\"cut_reward\" : 7",
            "groups[0].cut_reward: is 7.0, expected a reward from 0 to 1"
        ),
        (
            "\"agent\" : \"recode\"", "\"task\" : \"boil\"",
            "groups[0].group: has other keys than the parts that criteria.group names"
        ),
        (
            "\"min_reward\" : 0", "\"min_reward\" : -1",
            "criteria.min_reward: is -1.0, expected 0 or more and less than 1: trajectories with a reward above it are kept"
        ),
        (
            "\"max_per_task\" : null", "\"max_per_task\" : 0",
            "criteria.max_per_task: is 0, expected 1 or more"
        ),
        (
            "\"cut_score\" : 1", "\"cut_score\" : null",
            "groups[0].cut_score: is null, expected a score of 0 or more"
        ),
        (
            "      \"rank\" : 1\n    }", "      \"rank\" : 1\n    }, {\"id\" : \"b\", \"rank\" : 2}",
            "read: is 3, but kept and dropped add up to 4"
        ),
        (
            "\"id\" : \"a\",\n      \"rank\" : 1", "\"id\" : 1, \"rank\" : 1",
            "kept[0].id: has the wrong type, expected text"
        ),
    ])
    func numbersThatDoNotFitTogetherAreRefused(old: String, new: String, problem: String) throws {
        try expect(problem, whenReplacing: old, by: new)
    }

    @Test(arguments: TieRule.allCases)
    func everySelectionThatIsMadeIsReadBack(ties: TieRule) throws {
        var generator = SeededGenerator(seed: 5)
        for count in [0, 1, 2, 7, 40] {
            let candidates = (0..<count).map { number in
                Candidate(
                    id: "\(number / 2 * (number % 5 == 0 ? 1 : 2))", taskID: "e/boil/\(number % 3)",
                    parts: [.environment: "e", .agent: ["recode", "react"][number % 2], .policyModel: "m"],
                    reward: Double(Int.random(in: 0...3, using: &generator)) / 3, success: number % 3 == 0,
                    ended: number % 11 == 3 ? .policyError : .resolved, pairCount: number, tokenCount: 1)
            }
            for top in ["0.5", "33", "100"] {
                let made = Selection.select(
                    candidates, by: try SelectionCriteria(top: TopPercentage(top), ties: ties))
                let path = directory.file("made.json")
                try SelectionFile.write(made, to: path)
                #expect(try SelectionFile.read(path) == made)
                // As the encoder would write it, whole.
                #expect(try directory.bytes(of: "made.json") == CanonicalJSON.encodePretty(made))
            }
        }
    }

    private func expect(_ problem: String, whenReplacing old: String, by new: String) throws {
        try SelectionFile.write(selection, to: directory.file("a.json"))
        let text = String(decoding: try directory.bytes(of: "a.json"), as: UTF8.self)
        try #require(text.contains(old))
        let path = try directory.write(Array(text.replacing(old, with: new).utf8), to: "b.json")
        let error = #expect(throws: FilterError.self) { try SelectionFile.read(path) }
        #expect(error?.code == .badSelectionFile)
        #expect(
            error?.message
                == "\(path): no recode.selection.v1 file: \(problem). Make it anew with recode-data filter.")
    }

    @Test func aMissingOrUnwritableFileIsNamed() throws {
        let read = #expect(throws: FilterError.self) { try SelectionFile.read(directory.file("none.json")) }
        #expect(read?.code == .unreadable)
        let path = directory.file("none/a.json")
        let write = #expect(throws: FilterError.self) { try SelectionFile.write(selection, to: path) }
        #expect(write?.code == .unwritable)
        #expect(write?.message.contains(path) == true)
    }

    @Test func aCandidateTakesItsNumbersFromTheRecord() {
        let trajectory = Trajectory(
            id: "ab", taskID: "scienceworld/boil/1",
            environment: EnvironmentRecord(
                name: "scienceworld", version: "1", task: "boil", variation: 1, split: .dev), instruction: "",
            initialObservation: "", agent: .react, policy: PolicyRecord(name: "teacher", model: "big"),
            limits: EpisodeLimits(stepLimit: 1), reward: 0.75,
            nativeReward: NativeReward(value: 75, min: 0, max: 100),
            success: true, ended: .environmentDone, steps: 3, calls: 2,
            usage: Usage(promptTokens: 30, completionTokens: 12), seed: 0, repeat: 5, nodes: [])
        let candidate = Candidate(TrajectorySummary(trajectory), pairCount: 4)
        #expect(
            candidate
                == Candidate(
                    id: "ab", taskID: "scienceworld/boil/1", repeat: 5,
                    parts: [
                        .environment: "scienceworld", .agent: "react", .policyModel: "big",
                        .policyName: "teacher",
                        .split: "dev", .task: "boil", .maxDepth: "10", .promptSHA256: "",
                    ], reward: 0.75, success: true, ended: .environmentDone, steps: 3, calls: 2, pairCount: 4,
                    tokenCount: 42))
    }
}
