import FoundationEssentials
import LanguageModels
import Prompts
import Testing
import Trajectories

@testable import TraceGen

/// The worked examples of environments that are programs of their own, played there.
@Suite struct PromptExampleTests {
    /// Answers with a fixed list, in order, and keeps the system messages it was sent.
    private actor Examiner: ChatModel {
        private var answers: [String]
        private(set) var systems: Set<String> = []

        init(_ answers: [String]) {
            self.answers = answers
        }

        func complete(_ body: JSONValue) throws -> ChatCompletion {
            guard case .object(let parts) = body, case .array(let messages)? = parts["messages"],
                case .object(let first)? = messages.first, case .string(let system)? = first["content"]
            else { throw PolicyFailure("no system message") }
            systems.insert(system)
            return ChatCompletion(text: answers.removeFirst(), usage: Usage())
        }
    }

    private struct NoJournal: CallJournal {
        func find(_ key: CallKey) -> CallRecord? { nil }
        func keep(_ record: CallRecord, took duration: Duration?) {}
    }

    private static let environments = "\(RealWorld.root)/data/prompts/environments"

    private func text(_ path: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: "\(Self.environments)/\(path)")), as: UTF8.self)
    }

    private func answers(in example: String, of agent: AgentKind) -> [String] {
        example.matches(of: agent == .react ? /Thought: .*\nAction: .*/ : /<think>(?s:.*?)<\/execute>/)
            .map { String($0.output) }
    }

    /// Plays one instance, and says how it went and what the model was told.
    private func play(
        _ agent: AgentKind, _ answers: [String], _ command: [String], _ instance: TaskInstance
    ) async throws -> (Trajectory, systems: Set<String>) {
        let environment = try await ServedEnvironment(command: command)
        let model = Examiner(answers)
        let policy = ChatPolicy(
            profile: ModelProfile(name: "examiner", baseURL: "http://localhost/v1", model: "m"), model: model,
            renderer: try PromptRenderer(
                library: PromptLibrary(directory: "\(RealWorld.root)/data/prompts"),
                environment: environment.name, method: agent, style: .fewShot),
            journal: NoJournal(), budget: CallBudget())
        let plans = try EpisodePlan.all(
            of: [instance], environment: environment.name, agent: agent, policy: policy.record, seed: 1)
        let loop: any Agent = agent == .recode ? ReCodeAgent() : agent == .react ? FlatAgent.react : .codeact
        let harvest = Harvest()
        let rollout = Rollout(
            environment: environment, policy: policy, agent: loop, executors: try await RealWorld.sandbox(),
            concurrency: 1)
        try await rollout.run(plans) { await harvest.take($0, $1) }
        return (try #require(await harvest.trajectories.first), await model.systems)
    }

    @Test(arguments: AgentKind.allCases, ["move", "put"])
    func theExampleOfALFWorldSucceedsInTheFormThatTheGameHas(agent: AgentKind, grammar: String) async throws {
        let example = try text("alfworld/examples/\(agent.rawValue).txt")
            .replacing("{{put}}", with: grammar).replacing(
                "{{into}}", with: grammar == "put" ? "in/on" : "to")
        let answers = answers(in: example, of: agent)
        #expect(answers.count == [.recode: 3, .react: 7, .codeact: 2][agent])
        let house = [
            RealWorld.python, "-I", "-B", "\(RealWorld.root)/Tests/Environments/small_house.py",
        ]
        let (played, systems) = try await play(
            agent, answers, house,
            TaskInstance(
                task: "errand", variation: grammar == "put" ? 1 : 0, split: .train, stepLimit: 20))
        #expect(played.success && played.calls == answers.count, "\(played.nodes.map(\.actions))")
        let system = try #require(systems.first)
        #expect(systems.count == 1 && system.hasSuffix("\n\nExamples:\n\n\(example.dropLast())"))
        let forms = ["move OBJECT to PLACE", "put OBJECT in/on PLACE"]
        let (own, other) = grammar == "move" ? (forms[0], forms[1]) : (forms[1], forms[0])
        #expect(system.contains("\n- \(own): put what you carry in or on a place\n"))
        #expect(!system.contains(other) && !system.contains("{{"))
        for observation in Self.observations(of: played) where agent == .react {
            #expect(example.contains("\nObservation:\n\(observation)\n"))
        }
    }

    @Test(arguments: AgentKind.allCases)
    func theExampleOfWebShopSucceedsInAShop(agent: AgentKind) async throws {
        let example = try text("webshop/examples/\(agent.rawValue).txt")
        let answers = answers(in: example, of: agent)
        #expect(answers.count == [.recode: 3, .react: 4, .codeact: 3][agent])
        let shop = [
            RealWorld.python, "-I", "-B", "\(RealWorld.root)/environments/webshop.py", "--synthetic", "25",
            "--seed", "5",
        ]
        let (played, systems) = try await play(
            agent, answers, shop,
            TaskInstance(task: "fashion", variation: 4, split: .train, stepLimit: 10))
        #expect(played.success && played.calls == answers.count, "\(played.nodes.map(\.actions))")
        #expect(systems.first?.hasSuffix("\n\nExamples:\n\n\(example.dropLast())") == true)
        #expect(example.contains(played.instruction) && example.contains(played.initialObservation))
        for observation in Self.observations(of: played).dropLast() where agent == .react {
            #expect(example.contains("\nObservation:\n\(observation)\n"))
        }
    }

    private static func observations(of trajectory: Trajectory) -> [String] {
        trajectory.nodes.flatMap(\.actions).map(\.observation)
    }
}
