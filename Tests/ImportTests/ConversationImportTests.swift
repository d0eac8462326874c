import Import
import JSONLines
import TemporaryFiles
import Testing
import Trajectories

@Suite struct ConversationImportTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func imported(
        _ text: String, split: Split? = .train, missingReward: Double? = nil
    ) throws -> Imported {
        try directory.write(text, to: "c.json")
        return try Imported(
            ["c.json"], in: directory, format: .sharegpt, split: split, scale: .unit,
            missingReward: missingReward)
    }

    private func record(
        id: String = "\"boil/12\"", _ messages: [(String, String)], more: String = #""reward": 1"#
    ) throws -> String {
        let list = try messages.map { speaker, text in
            let value = String(decoding: try CanonicalJSON.encode(text), as: UTF8.self)
            return #"{"from": "\#(speaker)", "value": \#(value)}"#
        }
        return #"[{"id": \#(id), "conversations": [\#(list.joined(separator: ", "))], \#(more)}]"#
    }

    /// As ETO publishes them: instructions, “OK”, the task, and a turn for each action.
    private let eto = [
        ("human", "You are a helpful assistant.\nThe available actions are: …"), ("gpt", "OK"),
        ("human", "Task Description:\nYour task is to boil water.\n\nThis room is called the hallway."),
        ("gpt", "Thought: I go to the kitchen.\nAction: teleport to kitchen"),
        ("human", "Observation: You teleport to the kitchen.\nIt is warm."),
        ("gpt", "Thought: Look.\n\nAction:\nlook around\n"),
        ("human", "Observation: This room is called the kitchen."),
        ("gpt", "Action: focus on water"),
    ]

    @Test func everyAnswerThatActsIsATurn() throws {
        let imported = try imported(try record(eto))
        let trajectory = try #require(imported.trajectories.first)
        #expect(trajectory.agent == .react)
        #expect(trajectory.taskID == "scienceworld/boil/12")
        #expect(trajectory.instruction == "Your task is to boil water.")
        #expect(trajectory.initialObservation == "This room is called the hallway.")
        #expect(trajectory.nodes.map(\.kind) == [.placeholder, .turn, .turn, .turn])
        #expect(
            trajectory.nodes.dropFirst().map(\.code) == [
                "teleport to kitchen", "look around", "focus on water",
            ])
        #expect(
            trajectory.nodes.dropFirst().map { $0.expansion?.thought } == [
                "I go to the kitchen.", "Look.", "",
            ])
        #expect(
            trajectory.nodes.flatMap(\.actions).map(\.observation) == [
                "You teleport to the kitchen.\nIt is warm.", "This room is called the kitchen.", "",
            ])
        #expect((trajectory.steps, trajectory.calls) == (3, 3))
        #expect((trajectory.reward, trajectory.success) == (1, true))
        #expect(trajectory.ended == .environmentDone)
        #expect(imported.codes() == ["action_rewards_not_recovered", "end_inferred", "success_inferred"])
    }

    @Test func anAnswerWithoutOneActionStaysInTheHistoryAndFails() throws {
        let imported = try imported(
            try record([
                ("human", "Your task is to wait."), ("gpt", "Thought: a\nAction: b\nAction: c"),
                ("human", "Invalid format."),
                ("gpt", "Thought: d\nAction: wait\nObservation: made up\nAction: e"),
            ]))
        let nodes = try #require(imported.trajectories.first).nodes
        #expect(nodes.map(\.status) == [.expanded, .failed, .completed])
        #expect(nodes[1].observation(for: .react) == "Invalid format.")
        #expect(nodes[2].code == "wait")
        #expect(imported.codes().contains("answer_without_action"))
        #expect(imported.summary.recovered == 1)
    }

    @Test func aFirstAnswerWithoutLabelsIsNoAcknowledgementOfTheTask() throws {
        let imported = try imported(
            try record([
                ("human", "Your task is to boil water.\nA hallway."), ("gpt", "look around"),
                ("human", "Invalid format."), ("gpt", "Thought: Look.\nAction: look around"),
            ]))
        let trajectory = try #require(imported.trajectories.first)
        #expect(trajectory.instruction == "Your task is to boil water.")
        #expect(trajectory.initialObservation == "A hallway.")
        #expect(trajectory.nodes.map(\.status) == [.expanded, .failed, .completed])
        #expect(!imported.codes().contains("opening_not_recovered"))
    }

    @Test func anExamplesTaskInTheInstructionsIsNotTheTask() throws {
        let imported = try imported(
            try record([
                ("human", "An example:\nYour task is to find a plant."), ("gpt", "OK"),
                ("human", "Your task is to boil water.\nA hallway."),
                ("gpt", "Thought: Look.\nAction: look around"),
            ]))
        #expect(imported.trajectories.first?.instruction == "Your task is to boil water.")
        #expect(imported.trajectories.first?.nodes.count == 2)
    }

    @Test(arguments: [
        ("alfworld/put/3", "alfworld"), ("webshop_12", "webshop"), ("WebShop-12", "webshop"),
        ("alfworld3", "alfworld"),
    ])
    func anIDOfAnotherEnvironmentIsNotRelabelled(id: String, other: String) throws {
        let imported = try imported(try record(id: "\"\(id)\"", eto))
        #expect(
            imported.records[0].issues == [
                ImportIssue(.otherEnvironment, "the id names \(other), stated is scienceworld")
            ])
    }

    @Test(arguments: [
        "sciworld_12", "scienceworld/boil/12", "science_world/boil/12", "webshopping/3", "boil/12",
    ])
    func anIDOfTheStatedOrNoKnownEnvironmentIsTaken(id: String) throws {
        #expect(try imported(try record(id: "\"\(id)\"", eto)).summary.imported == 1)
    }

    @Test func anAnswerMarkedAsNoneToLearnFails() throws {
        let imported = try imported(
            #"""
            [{"item_id": 3, "reward": 0.5, "conversations": [
              {"from": "human", "loss": null, "value": "instructions"}, {"from": "gpt", "loss": false, "value": "OK."},
              {"from": "human", "loss": null, "value": "Your task is to wait."},
              {"from": "gpt", "loss": false, "value": "Thought: a\nAction: b"},
              {"from": "human", "loss": null, "value": "No."}, {"from": "gpt", "loss": true, "value": "Action: c"}]}]
            """#)
        let trajectory = try #require(imported.trajectories.first)
        #expect(trajectory.nodes.map(\.status) == [.failed, .failed, .completed])
        #expect(trajectory.taskID == "scienceworld/unknown/3")
        #expect(imported.codes().contains("answer_not_to_learn"))
        #expect(imported.codes().contains("variation_unknown"))
    }

    @Test(arguments: [
        ([("gpt", "Action: a")], "no message of human stands before the first answer"),
        ([("human", "a")], "there is no answer of gpt"),
        ([("human", "a"), ("human", "b")], "conversations[1] is from human, as the one before it"),
        ([("human", "a"), ("tool", "b")], "conversations[1] is from tool, expected human or gpt"),
        ([], "no message of human stands before the first answer"),
    ])
    func whatIsNoConversationIsLeftOut(messages: [(String, String)], detail: String) throws {
        let imported = try imported(try record(messages))
        #expect(imported.records[0].issues == [ImportIssue(.conversationMalformed, detail)])
    }

    @Test func aRecordWithoutRewardIsLeftOutUnlessOneIsStated() throws {
        let text = try record(eto, more: #""reward": null"#)
        #expect(try imported(text).codes() == ["reward_missing"])
        let stated = try imported(text, missingReward: 1)
        #expect(stated.trajectories.map(\.reward) == [1])
        #expect(stated.codes().contains("reward_stated"))
    }

    @Test func theSplitIsReadFromIDsAndNeverGuessed() throws {
        let game = "\"json_2.1.1/valid_seen/pick-329/trial_1\""
        #expect(try imported(try record(id: game, eto), split: nil).trajectories[0].environment.split == .dev)
        #expect(try imported(try record(id: game, eto), split: .train).codes() == ["split_conflict"])
        let error = importError { _ = try imported(try record(eto), split: nil) }
        #expect(error?.code == .notStated)
        #expect(
            error?.message
                == "c.json [0]: nothing says which split the record belongs to, and the split decides leakage. "
                + "State it: --split train, dev or test.")
    }

    @Test func aFileImportsToTheSameEachTime() throws {
        let first = try imported(try record(eto)).trajectories
        #expect(try imported(try record(eto)).trajectories == first)
    }
}

@Suite struct RewardScaleTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func imported(_ rewards: [String], scale: RewardScale? = nil) throws -> Imported {
        let records = rewards.enumerated().map { conversation("c\($0)", reward: $1) }
        try directory.write("[\(records.joined(separator: ", "))]", to: "c.json")
        return try Imported(["c.json"], in: directory, format: .sharegpt, scale: scale)
    }

    @Test(arguments: [
        (["0", "0.5", "1"], [0, 0.5, 1]), (["0", "1", "40", "100"], [0, 0.01, 0.4, 1]), (["12.5"], [0.125]),
    ])
    func aScaleThatLeavesNoDoubtIsTold(rewards: [String], expected: [Double]) throws {
        #expect(try imported(rewards).trajectories.map(\.reward) == expected)
    }

    @Test(arguments: [
        (
            ["0", "1", "1"],
            "every one is exactly 0 or 1 (0.0 in c.json [0], 1.0 in c.json [1], 1.0 in c.json [2]), and 1 may be all or "
                + "one in a hundred"
        ),
        (
            ["0.25", "50", "1"],
            "some are between 0 and 1 (0.25 in c.json [0]) and some above 1 (50.0 in c.json [1])"
        ),
        (["0.5", "-1"], "some are negative: -1.0 in c.json [1]"),
    ])
    func aScaleInDoubtIsAskedForByName(rewards: [String], why: String) throws {
        let error = importError { _ = try imported(rewards) }
        #expect(error?.code == .rewardScale)
        #expect(
            error?.message
                == "the rewards do not say which scale they are on: \(why). State it: --reward-scale 0-1 or "
                + "--reward-scale 0-100 (with penalties: -1..1, -100..100).")
    }

    private func imported(files: [[String]], scale: RewardScale? = nil) throws -> Imported {
        var names: [String] = []
        for (file, rewards) in files.enumerated() {
            let records = rewards.enumerated().map { conversation("c\(file)-\($0)", reward: $1) }
            names.append("c\(file).json")
            try directory.write("[\(records.joined(separator: ", "))]", to: names[file])
        }
        return try Imported(names, in: directory, format: .sharegpt, scale: scale)
    }

    @Test(arguments: [["0", "1", "1"], ["0.5", "0", "1"]])
    func filesThatDoNotAgreeOnTheScaleAreRefusedByName(rewards: [String]) throws {
        let error = importError { _ = try imported(files: [rewards, ["0", "40", "100", "1"]]) }
        #expect(error?.code == .rewardScale)
        #expect(
            error?.message
                == "the files do not agree on the scale of rewards. No reward is above 1 in "
                + "\(directory.file("c0.json")) (3); some are in \(directory.file("c1.json")) (2 of 4). Where all are on "
                + "one scale, state it: --reward-scale 0-100. Else import each into a run of its own, with its "
                + "--reward-scale.")
        let stated = try imported(files: [["0", "1"], ["40", "100"]], scale: .percent)
        #expect(stated.trajectories.map(\.reward) == [0, 0.01, 0.4, 1])
    }

    @Test(arguments: [
        ([["0", "0"], ["40", "100"]], [0, 0, 0.4, 1]), ([["0", "1"], ["0.5"]], [0, 1, 0.5]),
        ([["50"], ["1", "100"]], [0.5, 0.01, 1]),
    ])
    func filesThatAgreeShareTheirScale(files: [[String]], expected: [Double]) throws {
        #expect(try imported(files: files).trajectories.map(\.reward) == expected)
    }

    @Test func aStatedScaleMustFit() throws {
        #expect(try imported(["0", "1"], scale: .percent).trajectories.map(\.reward) == [0, 0.01])
        let error = importError { _ = try imported(["0.5", "40", "-3"], scale: .unit) }
        #expect(
            error?.message
                == "--reward-scale 0-1: 2 of 3 rewards are not on this scale: 40.0 in c.json [1], -3.0 in c.json [2]. "
                + "The first is that of c.json [1]. State the scale these rewards are on.")
    }

    @Test func aPenaltyCountsAsNothingAndKeepsItsNumber() throws {
        let trajectory = try imported(["-100"], scale: .percent).trajectories[0]
        #expect(trajectory.reward == 0)
        #expect(trajectory.nativeReward == NativeReward(value: -100, min: -100, max: 100))
    }

    @Test func anAbsurdRewardCostsItsRecord() throws {
        let imported = try imported(["0.5", "1e300", "NaN", "-Infinity"])
        #expect(imported.trajectories.count == 1)
        #expect(
            (1...3).map { imported.codes($0) } == [["reward_absurd"], ["reward_absurd"], ["reward_absurd"]])
    }
}
