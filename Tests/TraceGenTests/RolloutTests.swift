import Glibc
import Testing
import Trajectories

@testable import TraceGen

/// Real episodes over real workers.
@Suite(.serialized) struct RolloutTests {
    private static let instances = [
        ("lifespan-longest-lived", 0), ("find-plant", 1), ("lifespan-shortest-lived", 1),
    ].map(ScienceWorldFixture.instance)

    private func plans(_ instances: [TaskInstance] = instances, repeats: Int = 1) throws -> [EpisodePlan] {
        try EpisodePlan.all(
            of: instances, environment: "scienceworld", agent: .recode, policy: GoldPolicy().record,
            repeats: repeats, seed: 7)
    }

    private func harvest(
        _ plans: [EpisodePlan], concurrency: Int, agent: GoldAgent = GoldAgent(),
        stepLimit: Duration = .seconds(60)
    ) async throws -> Harvest {
        let rollout = Rollout(
            environment: try await ScienceWorldFixture.environment(stepLimit: stepLimit),
            policy: GoldPolicy(),
            agent: agent, executors: IdleExecutors(), concurrency: concurrency)
        let harvest = Harvest()
        try await rollout.run(plans) { await harvest.take($0, $1) }
        return harvest
    }

    @Test func recordsAreTheSameAtAnyConcurrencyAndThroughAWorkerThatDiesOrHangs() async throws {
        let plans = try plans(repeats: 2)
        let quiet = try await harvest(plans, concurrency: 1)
        let sabotage = Sabotage([
            .init(task: "find-plant", step: 2, signal: SIGKILL),
            .init(task: "lifespan-shortest-lived", step: 0, signal: SIGSTOP),
        ])
        let disturbed = try await harvest(
            plans, concurrency: 2, agent: sabotage.agent, stepLimit: .seconds(20))
        #expect(try await disturbed.bytes(in: plans) == quiet.bytes(in: plans))
        #expect(await quiet.trajectories.map(\.id) == plans.map(\.id))
        #expect(await quiet.timings.allSatisfy { $0.tries == 1 && $0.start > .zero && $0.total > $0.start })
        #expect(await disturbed.trajectories.count == plans.count)
        #expect(await disturbed.timings.map(\.tries).sorted() == [1, 1, 1, 1, 2, 2])
        let tries = await disturbed.trajectories.compactMap(\.tries).sorted { $0[0].steps < $1[0].steps }
        #expect(tries == [0, 2].map { [GivenUpTry(fault: .environmentWorker, steps: $0)] })
        #expect(await quiet.trajectories.allSatisfy { $0.tries == nil })
        #expect(await disturbed.overlapped == false)
    }

    @Test func aRecordSaysWhereAndWithWhatItWasPlayed() async throws {
        let plans = try plans([ScienceWorldFixture.instance("find-living-thing", 0)])
        let record = try #require(await harvest(plans, concurrency: 3).trajectories.first)
        #expect(record.taskID == "scienceworld/find-living-thing/0")
        #expect(record.environment.options == ["simplifications": .string("easy")])
        #expect(record.nativeReward == NativeReward(value: 100, min: -100, max: 100))
        #expect(record.reward == 1 && record.success && record.instruction.hasPrefix("Your task is to find"))
        #expect(record.initialObservation.hasPrefix("This room is called the "))
        #expect(record.limits == EpisodeLimits(stepLimit: 15) && record.policy == GoldPolicy().record)
    }

    @Test func aWorkerThatDiesTwiceIsRecordedAndTheRestGoesOn() async throws {
        let plans = try plans()
        let sabotage = Sabotage([
            .init(task: "find-plant", step: 2, signal: SIGKILL),
            .init(task: "find-plant", step: 0, signal: SIGKILL),
        ])
        let harvest = try await harvest(plans, concurrency: 1, agent: sabotage.agent)
        let trajectories = await harvest.trajectories
        #expect(trajectories.map(\.id) == plans.map(\.id))
        #expect(trajectories[0].reward == 1 && trajectories[2].reward == 1)
        let failed = trajectories[1]
        #expect(failed.ended == .environmentError && !failed.success && failed.steps == 2)
        #expect(failed.nodes.map(\.actions.count) == [2])
        #expect(failed.tries == [GivenUpTry(fault: .environmentWorker, steps: 0)])
        #expect(failed.instruction.hasPrefix("Your task is to find"))
        let detail = try #require(failed.endedDetail)
        #expect(detail.hasPrefix("Try 1: The ScienceWorld worker failed to take the action “"))
        #expect(detail.contains("\nTry 2: The ScienceWorld worker failed") && detail.contains("signal 9"))
    }

    @Test func cancellingEndsTheWorkersAndReportsNothingMore() async throws {
        let plans = try plans()
        let environment = try await ScienceWorldFixture.environment()
        let (workers, seen) = AsyncStream.makeStream(of: Int32.self)
        let harvest = Harvest()
        let agent = GoldAgent { instance, step, worker in
            if step == 1 { seen.yield(worker) }
        }
        let worker = await withTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { seen.finish() }
                await #expect(throws: CancellationError.self) {
                    try await Rollout(
                        environment: environment, policy: GoldPolicy(), agent: agent,
                        executors: IdleExecutors(),
                        concurrency: 1
                    ).run(plans) { await harvest.take($0, $1) }
                }
            }
            var started = workers.makeAsyncIterator()
            let worker = await started.next()
            group.cancelAll()
            return worker
        }
        #expect(await ProcessTable.ends(try #require(worker), within: .seconds(60)))
        #expect(await harvest.trajectories.isEmpty)
    }

    @Test func whatTheSinkThrowsEndsTheRollout() async throws {
        let rollout = Rollout(
            environment: try await ScienceWorldFixture.environment(), policy: GoldPolicy(),
            agent: GoldAgent(),
            executors: IdleExecutors(), concurrency: 2)
        let full = TraceGenError(.badRequest, "The disk is full.")
        await #expect(throws: full) {
            try await rollout.run(try plans()) { _, _ in throw full }
        }
    }

    @Test func noPlansNeedNoWorker() async throws {
        let harvest = try await harvest([], concurrency: 2)
        #expect(await harvest.trajectories.isEmpty)
    }
}

@Suite struct EpisodePlanTests {
    private let plans: [EpisodePlan]

    init() throws {
        let instances = [("boil", 3), ("boil", 4), ("melt", 0)].map(ScienceWorldFixture.instance)
        plans = try EpisodePlan.all(
            of: instances, environment: "scienceworld", agent: .codeact, policy: GoldPolicy().record,
            repeats: 2,
            seed: 1, limits: { EpisodeLimits(maxDepth: 4, stepLimit: $0) })
    }

    @Test func theSameTaskInAnotherWorldIsAnotherEpisode() throws {
        let instance = TaskInstance(task: "beauty", variation: 3, split: .train, stepLimit: 30)
        let ids = try [nil, ["products": .int(200)], ["products": .int(300)]].map {
            (options: [String: JSONValue]?) in
            try EpisodePlan.all(
                of: [instance], environment: "webshop", environmentOptions: options, agent: .recode,
                policy: GoldPolicy().record, seed: 1)[0].id
        }
        #expect(Set(ids).count == 3)
    }

    @Test func plansComeInCanonicalOrder() {
        #expect(
            plans.map(\.taskID) == [
                "scienceworld/boil/3", "scienceworld/boil/3", "scienceworld/boil/4", "scienceworld/boil/4",
                "scienceworld/melt/0", "scienceworld/melt/0",
            ])
        #expect(plans.map(\.repeat) == [0, 1, 0, 1, 0, 1])
        #expect(plans.map(\.limits.stepLimit) == [100, 100, 100, 100, 80, 80])
        #expect(plans.allSatisfy { $0.limits.maxDepth == 4 && $0.agent == .codeact })
    }

    @Test func noTwoPlansShareAnIdOrASeed() {
        #expect(Set(plans.map(\.id)).count == plans.count)
        let seeds = plans.flatMap { [$0.seed(for: .namespace), $0.seed(for: .policy)] }
        #expect(Set(seeds).count == seeds.count)
    }
}
