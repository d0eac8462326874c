import Import
import JSONLines
import ReferenceEpisodes
import TemporaryFiles
import Testing
import Trajectories

@Suite struct ReferenceImportTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    @Test func everythingTheLogsHoldComesOver() throws {
        let episode = ReferenceEpisode.usual(7)
        try directory.write([episode])
        let imported = try Imported(["results.json"], in: directory)
        #expect(imported.summary.imported == 1)
        #expect(imported.codes() == [], "\(imported.records)")
        let trajectory = try #require(imported.trajectories.first)
        #expect(trajectory.taskID == "scienceworld/find-plant/17")
        #expect(trajectory.id.count == 32)
        #expect(trajectory.environment.variation == 17)
        #expect(trajectory.environment.split == .train)
        #expect(trajectory.reward == 1)
        #expect(trajectory.nativeReward == NativeReward(value: 100, min: -100, max: 100))
        #expect(trajectory.success)
        #expect(trajectory.ended == .environmentDone)
        #expect(trajectory.instruction == "Your task is to find a plant.")
        #expect(trajectory.initialObservation == ReferenceEpisode.hallway.value)
        #expect(trajectory.steps == 3)
        #expect(trajectory.calls == 3)
        #expect(trajectory.usage == Usage(costUSD: 0.0125))
        #expect(trajectory.limits == EpisodeLimits(maxDepth: 10, stepLimit: 0))
        let nodes = trajectory.nodes
        #expect(nodes.map(\.depth) == [0, 1, 1, 1, 2, 2])
        #expect(nodes.map(\.kind) == [.placeholder, .code, .code, .placeholder, .code, .code])
        #expect(
            nodes.map(\.status) == [.expanded, .completed, .completed, .expanded, .completed, .completed])
        #expect(nodes[3].code == "plant, place = find_plant(seen, kind='tree')")
        #expect(nodes[3].inputs == ["seen", "kind"])
        #expect(nodes[3].outputs == ["plant", "place"])
        let actions = nodes.flatMap(\.actions)
        #expect(actions.map(\.action) == ["teleport to greenhouse", "look around", "focus on tree"])
        #expect(actions.map(\.reward) == [0.25, 0, 0.75])
        #expect(actions[1].observation == "This room is called the greenhouse.\na pot")
    }

    @Test func valuesOfManyLinesComeOverWordForWord() throws {
        let value = """
            one

            2025-10-01 12:00:00,123 - INFO - [NEW_BLOCKS]
            The current function to expand is:
            solve(instruction, observation)
            The variables you can use is:
            - instruction (str): not a variable of this call
            """
        try directory.write([.usual(7, value: value)])
        let imported = try Imported(["results.json"], in: directory)
        #expect(imported.codes() == [], "\(imported.records)")
        let expansion = try #require(imported.trajectories[0].nodes[3].expansion)
        #expect(
            expansion.variables == [
                Variable(name: "seen", type: "str", value: value),
                Variable(name: "kind", type: "str", value: "tree"),
            ])
        #expect(expansion.thought == "The pot holds it.")
        #expect(expansion.code == "plant, place = 'tree', 'pot'\nrun('focus on tree')")
        #expect(
            expansion.attempts == [
                Attempt(
                    response: "<think>no</think><execute>def f():</execute>", problem: .format,
                    message: "Split/validation failed due to: invalid syntax. Re-asking EXPAND...")
            ])
    }

    @Test func aLineLikeAVariableOfTheSameCallIsNamedAndTheTextStaysWhole() throws {
        let value = "one\n- kind (str): not the keyword"
        try directory.write([.usual(7, value: value)])
        let imported = try Imported(["results.json"], in: directory)
        #expect(imported.codes() == ["variables_ambiguous"])
        let variables = try #require(imported.trajectories[0].nodes[3].expansion).variables
        #expect(
            variables.map { "- \($0.name) (\($0.type)): \($0.value)" }.joined(separator: "\n")
                == "- seen (str): \(value)\n- kind (str): tree")
    }

    @Test func aValueWithALineLikeAnAnswerYieldsNoPair() throws {
        let value = "one\n2025-10-01 12:00:00,123 - INFO - [LLM_OUT]\n<think>forged</think>"
        try directory.write([.usual(7, value: value)])
        let imported = try Imported(["results.json"], in: directory)
        #expect(imported.trajectories[0].nodes[3].expansion?.response == "")
        #expect(imported.summary.answers == 2)
        #expect(imported.summary.recovered == 1)
        #expect(imported.codes().contains("actions_not_recovered"))
    }

    @Test func aTreeWithoutLogKeepsItsShapeAndHasNoAnswers() throws {
        _ = try directory.write(try resultsFile([ReferenceEpisode.usual(7).record]), to: "results.json")
        let imported = try Imported(["results.json"], in: directory)
        let nodes = imported.trajectories[0].nodes
        #expect(nodes.count == 6)
        #expect(nodes.compactMap(\.expansion).map(\.response) == ["", ""])
        #expect(nodes[3].expansion?.thought == "The pot holds it.")
        #expect(nodes.flatMap(\.actions).isEmpty)
        #expect(nodes[2].printed == ["This room is called the greenhouse.", "a pot"])
        #expect(imported.trajectories[0].taskID == "scienceworld/find-plant/instance-7")
        #expect(
            imported.codes() == [
                "actions_not_recovered", "log_missing", "opening_not_recovered", "variation_unknown",
            ])
        #expect(imported.summary.recovered == 0)
        #expect(imported.summary.answers == 2)
        try directory.write([.usual(7)])
        let logged = try Imported(["results.json"], in: directory)
        #expect(logged.trajectories[0].id == imported.trajectories[0].id)
    }

    @Test(arguments: [
        ("results/a.log", "results/b/instance_7.log", false), ("7.log", "x/8.log", true),
        ("x/instance_7.log", "y/9.log", true),
    ])
    func logsAreFoundByName(first: String, second: String, isFound: Bool) throws {
        for name in ["logs", "logs/x", "logs/y", "logs/results", "logs/results/b"] {
            try Directory.create(directory.file(name))
        }
        let episode = ReferenceEpisode.usual(7)
        _ = try directory.write(try resultsFile([episode.record]), to: "results.json")
        for name in [first, second] { try directory.write(episode.log, to: "logs/\(name)") }
        let imported = try Imported(["results.json"], in: directory, logs: "logs")
        #expect((imported.records[0].log != nil) == isFound)
    }

    @Test func twoLogsOfOneInstanceAreRefusedByName() throws {
        let episode = ReferenceEpisode.usual(7)
        try directory.write([episode])
        try directory.write(episode.log, to: "running_logs/7.log")
        let error = importError { _ = try Imported(["results.json"], in: directory) }
        #expect(error?.code == .ambiguousLog)
        #expect(
            error?.message.hasPrefix(
                "instance 7 may have either log: \(directory.path)/running_logs/instance_7.log or "
                    + "\(directory.path)/running_logs/7.log.") == true, "\(String(describing: error))")
    }

    @Test func theLogOfAnotherEpisodeGivesNothing() throws {
        let other = ReferenceEpisode(
            instance: 7,
            root: .expand(
                code: "solve(instruction, observation)",
                variables: [ReferenceEpisode.instruction, ReferenceEpisode.hallway],
                thought: "Another thought.",
                steps: [.act(code: "run('wait')", seen: ["Time passes."], score: 0)]))
        try directory.write([.usual(7)])
        try directory.write(other.log, to: "running_logs/instance_7.log")
        let imported = try Imported(["results.json"], in: directory)
        #expect(imported.trajectories[0].nodes.compactMap(\.expansion).map(\.response) == ["", ""])
        #expect(imported.codes().contains("expansion_not_in_log"))
        #expect(imported.codes().contains("expansion_not_in_tree"))
    }

    @Test func bytesThatAreNotUTF8CostTheirExpansionOnly() throws {
        let episode = ReferenceEpisode.usual(7)
        try directory.write([episode])
        let parts = episode.log.split(separator: "The pot holds it.", maxSplits: 1)
        // The answer's own text: the tree's thought is then another, so the expansion is no longer its.
        let bytes = Array(parts[0].utf8) + [0xFF] + Array("The pot holds it.\(parts[1])".utf8)
        _ = try directory.write(bytes, to: "running_logs/instance_7.log")
        let imported = try Imported(["results.json"], in: directory)
        #expect(imported.codes().contains("log_not_utf8"))
        #expect(
            imported.trajectories[0].nodes.compactMap(\.expansion).map(\.response.isEmpty) == [false, true])
    }

    @Test func theEndOfAnEpisodeIsReadOffIt() throws {
        func ended(_ steps: [ReferenceEpisode.Step], success: Bool = false) throws -> EndReason? {
            let episode = ReferenceEpisode(
                instance: 7,
                root: .expand(
                    code: "solve(instruction, observation)",
                    variables: [ReferenceEpisode.instruction, ReferenceEpisode.hallway], thought: "t",
                    steps: steps),
                success: success, reward: .int(25))
            try directory.write([episode])
            return try Imported(["results.json"], in: directory).trajectories.first?.ended
        }
        let act = ReferenceEpisode.Step.act(code: "run('wait')", seen: ["Time passes."], score: 25)
        #expect(try ended([act], success: true) == .environmentDone)
        #expect(try ended([act]) == .resolved)
        #expect(
            try ended([act, .fail(code: "x = 1 / 0", error: "ZeroDivisionError: …"), act]) == .retryLimit)
        #expect(
            try ended([act, .fail(code: "run('go')", error: "StepLimitError: Step limit of 1 exceeded.")])
                == .stepLimit)
    }

    @Test func anEnvironmentThatBrokeDownIsSaidToHaveEndedTheEpisode() throws {
        let act = ReferenceEpisode.Step.act(code: "run('wait')", seen: ["Time passes."], score: 25)
        let crash = ReferenceEpisode.Step.crash(
            action: "look", error: "An error occurred while calling o0.step")
        let episode = ReferenceEpisode(
            instance: 7,
            root: .expand(
                code: "solve(instruction, observation)",
                variables: [ReferenceEpisode.instruction, ReferenceEpisode.hallway], thought: "t",
                steps: [act, crash, act]),
            success: false, reward: .int(25))
        try directory.write([episode])
        let imported = try Imported(["results.json"], in: directory)
        let trajectory = try #require(imported.trajectories.first)
        #expect(trajectory.ended == .environmentError)
        #expect(
            trajectory.endedDetail
                == "Error executing action 'look': An error occurred while calling o0.step")
        #expect(!imported.codes().contains("end_inferred"))
        // Without its log, what raised is not known.
        try Directory.removeFile(directory.file("running_logs/instance_7.log"))
        let unlogged = try Imported(["results.json"], in: directory)
        #expect(unlogged.trajectories.first?.ended == .retryLimit)
        #expect(unlogged.codes().contains("end_inferred"))
    }

    @Test(arguments: [
        ("Error executing command 'look': gone", EndReason.environmentError),
        ("Step 1 ERROR: WebShop step execution failed: gone", .environmentError),
        ("Error executing action 'look': gone", .environmentError),
        ("Error closing ScienceWorld environment: gone", .resolved),
    ])
    func eachEnvironmentHasItsWordsForABreakdown(message: String, ended: EndReason) throws {
        let episode = ReferenceEpisode(
            instance: 7,
            root: .expand(
                code: "solve(instruction, observation)",
                variables: [ReferenceEpisode.instruction, ReferenceEpisode.hallway], thought: "t",
                steps: [.compute(code: "print('a')")]),
            success: false, reward: .int(25))
        try directory.write([episode])
        let place = "[Execute]\nprint('a')\n"
        #expect(episode.log.contains(place))
        try directory.write(
            episode.log.replacing(place, with: "\(place)2025-10-01 12:00:00,123 - ERROR - \(message)\n"),
            to: "running_logs/instance_7.log")
        #expect(try Imported(["results.json"], in: directory).trajectories.first?.ended == ended)
    }

    @Test func aValueWithALineLikeABreakdownIsNone() throws {
        let value = "one\n2025-10-01 12:00:00,123 - ERROR - Error executing action 'look': gone"
        try directory.write([.usual(7, value: value)])
        #expect(try Imported(["results.json"], in: directory).trajectories[0].ended == .environmentDone)
    }

    @Test func aLastAnswerWithoutStatementsCostsNoActions() throws {
        let episode = ReferenceEpisode(
            instance: 7,
            root: .expand(
                code: "solve(instruction, observation)",
                variables: [ReferenceEpisode.instruction, ReferenceEpisode.hallway], thought: "t",
                steps: [
                    .act(code: "run('search[shoes]')", seen: ["A page."], score: 0),
                    .expand(
                        code: "buy(observation)", variables: [ReferenceEpisode.hallway],
                        thought: "Nothing to buy.",
                        steps: []),
                ]),
            success: false, reward: .double(0.5), name: "3", environment: "webshop")
        try directory.write([episode])
        let imported = try Imported(["results.json"], in: directory, environment: "webshop")
        let trajectory = try #require(imported.trajectories.first)
        #expect(!imported.codes().contains("actions_not_recovered"), "\(imported.records)")
        #expect(trajectory.nodes.flatMap(\.actions).map(\.action) == ["search[shoes]"])
        #expect(trajectory.steps == 1)
        #expect(trajectory.nodes[2].status == .skipped)
        #expect(
            trajectory.nodes[2].expansion?.attempts.map(\.response) == [
                "<think>\nNothing to buy.\n</think>\n\n<execute>\n\n</execute>"
            ])
    }

    @Test func aPlaceholderNeverExpandedHasFailed() throws {
        var tree = ReferenceEpisode.usual(7).tree
        guard case .object(var members) = tree, case .object(var nodes)? = members["nodes"],
            case .object(var node)? = nodes["n2"]
        else { return }
        node["status"] = .string("STUB")
        nodes["n2"] = .object(node)
        members["nodes"] = .object(nodes)
        tree = .object(members)
        let imported = try importTree(tree)
        #expect(imported.trajectories[0].nodes[2].status == .failed)
        #expect(imported.trajectories[0].nodes[2].expansion == nil)
        #expect(imported.codes().contains("status_changed"))
        #expect(imported.trajectories[0].ended == .rewriteLimit)
    }

    private func importTree(_ tree: JSONValue) throws -> Imported {
        guard case .object(var record) = ReferenceEpisode.usual(7).record else {
            return try Imported([], in: directory)
        }
        record["tree"] = tree
        _ = try directory.write(try resultsFile([.object(record)]), to: "results.json")
        return try Imported(["results.json"], in: directory)
    }

    @Test(arguments: [
        (
            #"{"version": "recode.plan.v2"}"#, "tree_malformed",
            "version is recode.plan.v2, expected recode.plan.v1"
        ),
        (
            #"{"version": "recode.plan.v1", "root_id": null, "nodes": {}, "edges": []}"#, "no_tree",
            "the tree has no root: the episode ended before it began"
        ),
        (#""text""#, "no_tree", "there is no tree: the runner stopped before or outside of the episode"),
        (plan(nodes: ["b"], edges: ""), "tree_malformed", "the root a is not among the nodes"),
        (plan(nodes: ["a", "a"], edges: ""), "tree_malformed", "node a stands twice"),
        (
            plan(nodes: ["a"], edges: #"["a", "z"]"#), "tree_malformed",
            "an edge leads to node z, which is not there"
        ),
        (
            plan(nodes: ["a", "b"], edges: #"["a", "b"], ["a", "b"]"#), "tree_malformed",
            "two edges lead to node b"
        ),
        (
            plan(nodes: ["a", "b"], edges: #"["a", "b"], ["b", "a"]"#), "tree_malformed",
            "an edge leads back to the root"
        ),
        (
            plan(nodes: ["a", "b", "c"], edges: #"["b", "c"], ["c", "b"]"#), "tree_malformed",
            "2 nodes cannot be reached from the root (first: b): the edges hold a cycle"
        ),
        (
            plan(nodes: ["a", "b"], edges: ""), "tree_malformed",
            "1 nodes cannot be reached from the root (first: b)"
        ),
        (plan(nodes: ["a"], edges: "7"), "tree_malformed", "an edge is no pair of node names"),
        (
            plan(nodes: ["a"], edges: "", status: "DONE"), "tree_malformed",
            "node a has the status DONE, expected PENDING, COMPLETED, STUB, ERROR or SKIP"
        ),
        (
            plan(nodes: (0...20_000).map { $0 == 0 ? "a" : "n\($0)" }, edges: ""), "too_large",
            "the tree has 20001 nodes, more than 20000"
        ),
        (chain(length: 300), "too_large", "the tree is deeper than 200 levels"),
    ])
    func aTreeThatIsNoneIsLeftOutByName(tree: String, code: String, detail: String) throws {
        let good = String(decoding: try CanonicalJSON.encode(ReferenceEpisode.usual(8).record), as: UTF8.self)
        try directory.write(
            #"{"instances": [{"instance_id": 7, "reward": 50, "tree": \#(tree)}, \#(good)]}"#,
            to: "results.json")
        let imported = try Imported(["results.json"], in: directory)
        #expect(imported.summary.read == 2)
        #expect(imported.summary.imported == 1)
        #expect(imported.records[0].place == "instances[0]")
        #expect(imported.records[0].recordID == "7")
        #expect(imported.records[0].issues.map(\.code.rawValue) == [code])
        #expect(imported.records[0].issues.map(\.detail) == [detail])
    }

    @Test func childrenBeforeParentsAreFine() throws {
        let imported = try importTree(
            try CanonicalJSON.decode(
                JSONValue.self,
                from: plan(nodes: ["c", "b", "a"], edges: #"["b", "c"], ["a", "b"]"#, status: "STUB").utf8))
        #expect(imported.trajectories[0].nodes.map(\.parent) == [nil, 0, 1])
    }

    @Test func anInstanceThatStoppedBeforeItsEpisodeIsLeftOut() throws {
        let failed = JSONValue.object([
            "instance_id": .int(3), "success": .bool(false), "error": .string("server is gone"),
        ])
        _ = try directory.write(
            try resultsFile([failed, ReferenceEpisode.usual(7).record]), to: "results.json")
        let imported = try Imported(["results.json"], in: directory)
        #expect(imported.codes() == ["no_tree"])
        #expect(imported.summary.imported == 1)
    }

    @Test func aTreeOfAnotherEnvironmentIsLeftOut() throws {
        var episode = ReferenceEpisode.usual(7)
        episode.environment = "alfworld"
        try directory.write([episode])
        let imported = try Imported(["results.json"], in: directory)
        #expect(imported.codes() == ["other_environment"])
    }

    @Test func theSameRecordTwiceIsTakenOnceAndAnotherOfTheInstanceIsARepeat() throws {
        let episode = ReferenceEpisode.usual(7)
        try directory.write([episode, episode, .usual(7, reward: .int(40))])
        let imported = try Imported(["results.json"], in: directory)
        #expect(imported.trajectories.map(\.repeat) == [0, 1])
        #expect(Set(imported.trajectories.map(\.id)).count == 2)
        #expect(imported.codes(1) == ["duplicate"])
    }
}

/// A tree of bare nodes, the first edge's parents wherever they stand; its root is `a`.
private func plan(nodes: [String], edges: String, status: String = "COMPLETED") -> String {
    let members = nodes.map {
        #""\#($0)": {"code": "x", "thought": null, "status": "\#(status)", "depth": 0, "observations": [], "error": null}"#
    }
    return
        #"{"version": "recode.plan.v1", "meta": {}, "root_id": "a", "nodes": {\#(members.joined(separator: ", "))}, "#
        + #""edges": [\#(edges)]}"#
}

private func chain(length: Int) -> String {
    let names = (0..<length).map { $0 == 0 ? "a" : "n\($0)" }
    let edges = zip(names, names.dropFirst()).map { #"["\#($0)", "\#($1)"]"# }
    return plan(nodes: names, edges: edges.joined(separator: ", "), status: "STUB")
}
