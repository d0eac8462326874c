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
                id: id, parts: [.environment: "scienceworld", .agent: "recode", .policyModel: "expert"],
                reward: reward, success: true, ended: .resolved, pairCount: 1, tokenCount: 1)
        }
        selection = Selection.select(candidates, by: try SelectionCriteria(top: TopPercentage("12.5")))
    }

    @Test func aSelectionHasExactlyThisTextAndIsReadBack() throws {
        let path = directory.file("a.json")
        try SelectionFile.write(selection, to: path)
        let text = """
            {
              "criteria" : {
                "group" : [
                  "environment",
                  "agent",
                  "policy_model"
                ],
                "min_reward" : 0,
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
              "read" : 3,
              "schema" : "recode.selection.v1"
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
            success: true, ended: .environmentDone, steps: 1, calls: 1,
            usage: Usage(promptTokens: 30, completionTokens: 12), seed: 0, repeat: 0, nodes: [])
        let candidate = Candidate(trajectory, pairCount: 4)
        #expect(
            candidate
                == Candidate(
                    id: "ab",
                    parts: [
                        .environment: "scienceworld", .agent: "react", .policyModel: "big",
                        .policyName: "teacher",
                        .split: "dev", .task: "boil",
                    ], reward: 0.75, success: true, ended: .environmentDone, pairCount: 4, tokenCount: 42))
    }
}
