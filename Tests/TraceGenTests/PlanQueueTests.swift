import Testing
import Trajectories

@testable import TraceGen

/// Which repeats are played, whatever the number of lanes.
struct PlanQueueTests {
    private static let successful: Set<Int> = [1, 3, 4]

    private func plans(_ repeats: Int) throws -> [EpisodePlan] {
        let instances = [0, 1].map { TaskInstance(task: "t", variation: $0, split: .train, stepLimit: 5) }
        return try EpisodePlan.all(
            of: instances, environment: "world", agent: .recode,
            policy: PolicyRecord(name: "p", model: "m"), repeats: repeats, seed: 0)
    }

    /// Plays on so many lanes at once; an episode succeeds if its repeat is among ``successful``.
    private func played(_ plans: [EpisodePlan], quota: SuccessQuota?, lanes: Int) async -> Set<String> {
        let queue = PlanQueue(plans, quota: quota)
        return await withTaskGroup(of: [String].self) { group in
            for _ in 0..<lanes {
                group.addTask {
                    var ids: [String] = []
                    while let plan = await queue.next() {
                        await Task.yield()
                        ids.append("\(plan.instance.variation).\(plan.repeat)")
                        await queue.finish(plan, success: Self.successful.contains(plan.repeat))
                    }
                    return ids
                }
            }
            return await group.reduce(into: []) { $0.formUnion($1) }
        }
    }

    @Test(arguments: [1, 2, 3, 8])
    func repeatsAfterEnoughSuccessesAreLeftOut(lanes: Int) async throws {
        let quota = SuccessQuota(count: 2)
        let ids = await played(try plans(6), quota: quota, lanes: lanes)
        #expect(ids == ["0.0", "0.1", "0.2", "0.3", "1.0", "1.1", "1.2", "1.3"])
    }

    @Test func aLimitCountsWhatIsPlayedAndNotWhatIsLeftOut() async throws {
        // Three of the first instance are needless once its first two have succeeded: they use up nothing.
        let queue = PlanQueue(
            try plans(3), quota: SuccessQuota(count: 1, earlier: ["world/t/0": 1]), limit: 2)
        for expected in [0, 1] {
            let plan = try #require(await queue.next())
            #expect(plan.instance.variation == 1)
            #expect(plan.repeat == expected)
            await queue.finish(plan, success: false)
        }
        #expect(await queue.next() == nil)
        #expect(await queue.isCutShort)
        let enough = PlanQueue(try plans(3), quota: SuccessQuota(count: 1), limit: 2)
        for _ in 0..<2 { await enough.finish(try #require(await enough.next()), success: true) }
        #expect(await enough.next() == nil)
        #expect(await !enough.isCutShort)
        let plain = PlanQueue(try plans(1), limit: 2)
        for _ in 0..<2 { _ = await plain.next() }
        #expect(await !plain.isCutShort)
    }

    @Test func successesOfAnEarlierRunCount() async throws {
        let quota = SuccessQuota(count: 1, earlier: ["world/t/0": 1])
        let ids = await played(try plans(3), quota: quota, lanes: 2)
        #expect(ids == ["1.0", "1.1"])
    }

    @Test(arguments: [1, 4])
    func withoutAQuotaEverythingIsPlayed(lanes: Int) async throws {
        #expect(await played(try plans(3), quota: nil, lanes: lanes).count == 6)
    }
}
