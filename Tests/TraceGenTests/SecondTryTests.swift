import FoundationEssentials
import Glibc
import Synchronization
import TemporaryFiles
import Testing
import Trajectories

@testable import TraceGen

/// What an environment said is never thrown away for anything that an episode's code does; real workers, the real sandbox.
@Suite(.serialized) struct SecondTryTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    /// The row of rooms, which also dies (`die`, as often as a file says), refuses (`refuse`) and is opened by `win`.
    private func world(deaths: Int = 0) async throws -> ServedEnvironment {
        let example = try String(
            contentsOfFile: "\(RealWorld.root)/environments/examples/key_and_door.py", encoding: .utf8)
        let count = try directory.write(Array("\(deaths)".utf8), to: "deaths")
        let source = example.replacing(
            "str(Path(__file__).resolve().parent.parent)", with: "\"\(RealWorld.root)/environments\""
        ).replacing(
            "    def step(self, action: str) -> Step:\n",
            with: """
                    def step(self, action: str) -> Step:
                        left = int(Path("\(count)").read_text())
                        if action == "die" and left:
                            Path("\(count)").write_text(str(left - 1))
                            import os
                            os.kill(os.getpid(), 9)
                        if action == "refuse":
                            raise EnvironmentProblem("there is no request None")
                        if action == "win":
                            self.has_key = self.is_open = True
                            return self.seen(self.look())

                """)
        let path = try directory.write(Array(source.utf8), to: "rooms.py")
        return try await ServedEnvironment(command: [RealWorld.python, "-I", "-B", path])
    }

    private func plans(_ count: Int, _ agent: AgentKind, _ policy: ListedPolicy) throws -> [EpisodePlan] {
        let instances = (0..<count).map {
            TaskInstance(task: "short", variation: $0, split: .train, stepLimit: 9)
        }
        return try EpisodePlan.all(
            of: instances, environment: "key-and-door", agent: agent, policy: policy.record, seed: 7)
    }

    private struct Harvested {
        var trajectories: [Trajectory]
        var timings: [EpisodeTiming]
        var first: Trajectory { trajectories[0] }
    }

    private func play(
        _ policy: ListedPolicy, by agent: any Agent = FlatAgent.codeact, episodes: Int = 1,
        in world: any TraceGen.Environment, _ sandbox: (any ExecutorSource)? = nil, concurrency: Int = 1
    ) async throws -> Harvested {
        let plans = try plans(episodes, agent.kind, policy)
        let harvest = Harvest()
        let executors: any ExecutorSource
        if let sandbox { executors = sandbox } else { executors = try await RealWorld.sandbox() }
        _ = try await world.withWorkers(1, sessions: concurrency) { world in
            try await Rollout(
                environment: world, policy: policy, agent: agent, executors: executors,
                concurrency: concurrency
            ).run(plans) { await harvest.take($0, $1) }
        }
        let trajectories = await harvest.trajectories
        return Harvested(
            trajectories: plans.compactMap { plan in trajectories.first { $0.id == plan.id } },
            timings: await harvest.timings)
    }

    // MARK: - What code does to its keeper

    /// Ways to the process that keeps an executor, where there is one; where there is none, it ends otherwise.
    private static let attacks = [
        """
        r, w = os.pipe()
        fcntl.fcntl(r, fcntl.F_SETOWN, 1)
        fcntl.fcntl(r, 10, signal.SIGINT)
        fcntl.fcntl(r, fcntl.F_SETFL, fcntl.fcntl(r, fcntl.F_GETFL) | os.O_ASYNC)
        os.write(w, b'x')
        time.sleep(2)
        """,
        "resource.prlimit(1, resource.RLIMIT_CPU, (0, 0))\ntime.sleep(2)",
        "resource.prlimit(1, resource.RLIMIT_NOFILE, (0, 0))",
        "os.kill(1, signal.SIGINT)\nos.kill(os.getppid(), signal.SIGTERM)",
        "for _ in range(99):\n    os.write(2, b'x' * 65536)",
    ]

    private static func attack(_ way: String) -> String {
        let lines = way.split(separator: "\n").map { "    \($0)\n" }.joined()
        return
            "import fcntl, os, resource, signal, time\ntry:\n\(lines)except OSError:\n    pass\nos._exit(3)\n"
    }

    @Test(arguments: attacks) func codeThatTakesItsKeeperDownHasOneTry(way: String) async throws {
        let policy = ListedPolicy([ListedPolicy.block(Self.attack(way)), ListedPolicy.block("run('win')")])
        let played = try await play(policy, in: world())
        #expect(played.first.ended == .policyError && played.first.tries == nil)
        #expect(played.timings.map(\.tries) == [1] && policy.asked == 1)
        #expect((played.first.calls, played.first.steps, played.first.nodes.count) == (1, 0, 2))
    }

    @Test(arguments: attacks) func whatTheEnvironmentSaidBeforeIsKept(way: String) async throws {
        let code = "run('go left')\nrun('go right')\n\(Self.attack(way))"
        let policy = ListedPolicy([ListedPolicy.block(code), ListedPolicy.block("run('win')")])
        let played = try await play(policy, in: world())
        #expect(played.first.ended == .policyError && played.first.tries == nil)
        #expect((played.first.steps, played.first.nodes[1].actions.count, policy.asked) == (2, 2, 1))
        #expect(played.first.usage.promptTokens == 7)
    }

    @Test(arguments: attacks) func afterDoneNothingBeginsAgain(way: String) async throws {
        let lines = Self.attack(way).split(separator: "\n").map { "    \($0)\n" }.joined()
        let code = "try:\n    run('win')\nexcept BaseException:\n    pass\nif True:\n\(lines)"
        let policy = ListedPolicy([ListedPolicy.block(code)])
        let played = try await play(policy, in: world())
        #expect(played.first.ended == .environmentDone && played.first.tries == nil)
        #expect((played.first.reward, played.first.success, played.first.steps) == (1, true, 1))
        #expect(played.timings.map(\.tries) == [1] && policy.asked == 1)
    }

    // MARK: - What the environment's worker does

    private static let dying = [
        ListedPolicy.block("run('go left')"), ListedPolicy.block("run('die')"),
        ListedPolicy.block("print(run('win'))"),
    ]

    @Test func aWorkerThatDiesOnceCostsATryAndNoAnswer() async throws {
        let quiet = try await play(ListedPolicy(Self.dying), in: world())
        let policy = ListedPolicy(Self.dying)
        let disturbed = try await play(policy, in: world(deaths: 1))
        #expect(disturbed.first.tries == [GivenUpTry(fault: .environmentWorker, steps: 1)])
        #expect(policy.asked == 3 && disturbed.timings.map(\.tries) == [2])
        var same = disturbed.first
        same.tries = nil
        #expect(try CanonicalJSON.encode(same) == CanonicalJSON.encode(quiet.first))
        #expect(quiet.first.tries == nil && quiet.first.reward == 1)
        // As it is on disk.
        let stored = try CanonicalJSON.decode(
            Trajectory.self, from: TrajectoryCodec.encode(disturbed.first))
        #expect(stored == disturbed.first)
    }

    /// Two episodes wait for each other: what keeps one from its next answer is not to keep the other for ever.
    @Test(.timeLimit(.minutes(10))) func aNeighbourThatLosesItsWorkerShowsInTimingsAlone() async throws {
        let neighbour = [ListedPolicy.block("run('go right')"), ListedPolicy.block("print(run('win'))")]
        let quiet = try await play(
            ListedPolicy(Self.dying, otherwise: neighbour), episodes: 2, in: world(), concurrency: 2)
        let (walked, markWalked) = AsyncStream.makeStream(of: Never.self)
        let (back, markBack) = AsyncStream.makeStream(of: Never.self)
        // The first dies when the second is under way; the second goes on when the first has begun again.
        let policy = ListedPolicy(Self.dying, otherwise: neighbour) { variation, number in
            switch (variation, number) {
            case (0, 2): for await _ in walked {}
            case (0, 3): markBack.finish()
            case (1, 2):
                markWalked.finish()
                for await _ in back {}
            default: break
            }
        }
        let disturbed = try await play(policy, episodes: 2, in: world(deaths: 1), concurrency: 2)
        #expect(
            disturbed.trajectories.map(\.tries) == [[GivenUpTry(fault: .environmentWorker, steps: 1)], nil])
        #expect(disturbed.timings.map(\.tries) == [2, 2] && policy.asked == 5)
        let bytes = try [quiet, disturbed].map { try CanonicalJSON.encode($0.trajectories[1]) }
        #expect(bytes[0] == bytes[1])
    }

    @Test(arguments: [FlatAgent.codeact as any Agent, FlatAgent.react, ReCodeAgent()])
    func aWorkerThatDiesTwiceLeavesARecordWithWhatThereIs(agent: any Agent) async throws {
        let answers =
            switch agent.kind {
            case .codeact: Self.dying
            case .react: ["go left", "die", "win"].map { "Thought: so.\nAction: \($0)" }
            case .recode: [ListedPolicy.block("run('go left')\ngo_on()"), ListedPolicy.block("run('die')")]
            }
        let policy = ListedPolicy(answers)
        let played = try await play(policy, by: agent, episodes: 2, in: world(deaths: 2))
        let failed = played.first
        #expect(failed.ended == .environmentError && failed.reward == 0)
        #expect((failed.steps, failed.calls, failed.usage.promptTokens) == (1, 2, 14))
        #expect(failed.nodes.flatMap(\.actions).map(\.action) == ["go left"])
        #expect(failed.nodes.last?.status == .failed)
        #expect(failed.tries == [GivenUpTry(fault: .environmentWorker, steps: 1)])
        let detail = try #require(failed.endedDetail)
        #expect(detail.hasPrefix("Try 1: The key-and-door worker failed to take the action “die”."))
        #expect(detail.contains("\nTry 2: The key-and-door worker failed"))
        #expect(played.trajectories[1].ended != .environmentError, "the rest goes on")
    }

    @Test(arguments: [FlatAgent.codeact as any Agent, FlatAgent.react, ReCodeAgent()])
    func anActionThatIsRefusedEndsItsEpisodeAndNothingElse(agent: any Agent) async throws {
        let answers =
            agent.kind == .react
            ? ["go left", "refuse"].map { "Thought: so.\nAction: \($0)" }
            : [ListedPolicy.block("run('go left')\nrun('refuse')")]
        let played = try await play(ListedPolicy(answers), by: agent, episodes: 3, in: world())
        for trajectory in played.trajectories {
            #expect(trajectory.ended == .environmentError && trajectory.steps == 1)
            #expect(trajectory.tries == nil)
            #expect(
                trajectory.endedDetail
                    == "The key-and-door worker refused to take the action “refuse”.\n  key-and-door: there is no request None"
            )
        }
        #expect(played.trajectories.count == 3 && played.timings.allSatisfy { $0.tries == 1 })
    }

    // MARK: - What happens to the process that all executors come from

    private static let moments: [(ParentKiller.Moment, EndReason, tries: [GivenUpTry]?, steps: Int)] = [
        (.answer(1), .environmentDone, [GivenUpTry(fault: .executor, steps: 0)], 2),
        (.answer(2), .environmentError, nil, 1),
        (.done, .environmentDone, nil, 2),
    ]

    @Test(arguments: moments)
    func aLostParentOfExecutorsIsTheMachinesDoing(
        moment: ParentKiller.Moment, ended: EndReason, tries: [GivenUpTry]?, steps: Int
    ) async throws {
        let sandbox = try await RealWorld.sandbox()
        let killer = ParentKiller(moment, of: sandbox)
        let policy = ListedPolicy(
            [ListedPolicy.block("run('go left')"), ListedPolicy.block("run('win')")],
            beforeAnswer: { _, number in await killer.look(at: .answer(number)) })
        let world = WatchedWorld(try await world()) { if $0.done { await killer.look(at: .done) } }
        let played = try await play(policy, in: world, sandbox)
        #expect(played.first.ended == ended, "\(played.first.endedDetail ?? "")")
        #expect(played.first.tries == tries)
        #expect((played.first.steps, played.first.reward) == (steps, ended == .environmentDone ? 1 : 0))
        #expect(policy.asked == 2)
    }

    // MARK: - An action that no environment takes

    @Test(arguments: [
        "b'a' + b'\\xcc\\x81' * 8_000_000", "b'a' * 4097", "b'look\\\\naround'", "b' '",
        "b'a\\xe2\\x80\\xa8b'",
    ])
    func aForgedActionEndsItsOwnEpisode(action: String) async throws {
        let code = """
            import os
            w = run.__closure__[0].cell_contents
            line = b'{"id":%d,"kind":"action","action":"' % w.request_id + \(action) + b'"}\\n'
            data = memoryview(line)
            while data:
                data = data[os.write(w.channel.outgoing, data):]
            w.channel.receive()
            """
        let policy = ListedPolicy(
            [ListedPolicy.block(code)], otherwise: [ListedPolicy.block("run('win')")])
        let played = try await play(policy, episodes: 3, in: world(), concurrency: 3)
        #expect(played.trajectories.map(\.ended) == [.policyError, .environmentDone, .environmentDone])
        #expect(played.trajectories.map(\.steps) == [0, 1, 1])
        #expect(played.first.endedDetail?.hasPrefix("The executor broke the protocol: ") == true)
    }
}

/// Gives its answers in order, the last one again and again, to every episode.
final class ListedPolicy: Policy {
    let record = PolicyRecord(name: "listed", model: "list")
    let scouting = Scouting.none
    private let answers: [String]
    private let otherwise: [String]?
    private let beforeAnswer: @Sendable (_ variation: Int, _ number: Int) async -> Void
    private let count = Mutex(0)

    /// - Parameter otherwise: the answers in all episodes but the first.
    init(
        _ answers: [String], otherwise: [String]? = nil,
        beforeAnswer: @escaping @Sendable (_ variation: Int, _ number: Int) async -> Void = { _, _ in }
    ) {
        self.answers = answers
        self.otherwise = otherwise
        self.beforeAnswer = beforeAnswer
    }

    static func block(_ code: String) -> String { ScriptedPolicy.answer(code) }

    /// How often it was asked.
    var asked: Int { count.withLock { $0 } }

    func begin(_ context: PolicyContext) async throws -> any PolicySession {
        let variation = context.instance.variation
        return Session(
            policy: self, answers: variation == 0 ? answers : otherwise ?? answers, variation: variation)
    }

    private actor Session: PolicySession {
        let policy: ListedPolicy
        let answers: [String]
        let variation: Int
        var given = 0

        init(policy: ListedPolicy, answers: [String], variation: Int) {
            self.variation = variation
            self.policy = policy
            self.answers = answers
        }

        func expand(_ request: ExpansionRequest) async throws -> PolicyAnswer { await next() }
        func act(_ request: TurnRequest) async throws -> PolicyAnswer { await next() }

        private func next() async -> PolicyAnswer {
            policy.count.withLock { $0 += 1 }
            given += 1
            await policy.beforeAnswer(variation, given)
            return PolicyAnswer(
                text: answers[min(given, answers.count) - 1],
                usage: Usage(promptTokens: 7, completionTokens: 3))
        }
    }
}

/// Kills the process that executors come from, once, with all that it started.
actor ParentKiller {
    enum Moment: Sendable, Hashable {
        case answer(Int)
        case done
    }

    private let moment: Moment
    private let sandbox: PythonSandbox
    private var isDone = false

    init(_ moment: Moment, of sandbox: PythonSandbox) {
        self.moment = moment
        self.sandbox = sandbox
    }

    func look(at moment: Moment) async {
        guard moment == self.moment, !isDone, let process = await sandbox.parent?.process else { return }
        isDone = true
        var family = [process]
        var index = 0
        while index < family.count {
            family += ProcessTable.children(of: family[index])
            index += 1
        }
        kill(process, SIGKILL)
        for member in family { #expect(await ProcessTable.ends(member, within: .seconds(20))) }
    }
}

/// A world whose answers are seen before the episode sees them.
private struct WatchedWorld: TraceGen.Environment {
    private let world: any TraceGen.Environment
    private let watch: @Sendable (StepResult) async -> Void

    init(_ world: any TraceGen.Environment, _ watch: @escaping @Sendable (StepResult) async -> Void) {
        self.world = world
        self.watch = watch
    }

    var name: String { world.name }
    var version: String { world.version }
    var platform: [String: String] { world.platform }
    var options: [String: JSONValue] { world.options }
    var nativeRewardRange: ClosedRange<Double> { world.nativeRewardRange }

    func withSession<Result: Sendable>(
        _ body: @Sendable (any EnvironmentSession) async throws -> Result
    ) async throws -> Result {
        try await world.withSession { try await body(Session(session: $0, watch: watch)) }
    }

    func withWorkers<Result: Sendable>(
        _ count: Int, sessions: Int, _ body: @Sendable (any TraceGen.Environment) async throws -> Result
    ) async throws -> Result {
        try await world.withWorkers(count, sessions: sessions) { try await body(WatchedWorld($0, watch)) }
    }

    private struct Session: EnvironmentSession {
        let session: any EnvironmentSession
        let watch: @Sendable (StepResult) async -> Void

        func start(_ instance: TaskInstance, scouting: Scouting) async throws -> EpisodeStart {
            try await session.start(instance, scouting: scouting)
        }

        func step(_ action: String) async throws -> StepResult {
            let result = try await session.step(action)
            await watch(result)
            return result
        }
    }
}
