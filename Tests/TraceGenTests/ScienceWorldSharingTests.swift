import Glibc
import Testing

@testable import TraceGen

/// Sessions that share a worker.
@Suite(.serialized) struct ScienceWorldSharingTests {
    /// A world whose bees draw random numbers at every step, which decide when flowers wilt and fruit grows, and one
    /// that draws none.
    private static let instances = [("grow-fruit", 0), ("boil", 2)].map(ScienceWorldFixture.instance)

    private struct Played: Equatable {
        var start: EpisodeStart
        var steps: [StepResult]
    }

    private func play(
        _ instance: TaskInstance, _ actions: [String], in world: any Environment
    ) async throws -> Played {
        try await world.withSession { session in
            let start = try await session.start(instance, scouting: .none)
            return Played(start: start, steps: try await ScienceWorldFixture.play(actions, in: session))
        }
    }

    @Test func whatASessionSaysDoesNotDependOnItsNeighbours() async throws {
        let world = try await ScienceWorldFixture.environment()
        let (actions, alone) = try await world.withWorkers(1, sessions: 1) { world in
            var actions: [[String]] = []
            var alone: [Played] = []
            for instance in Self.instances {
                let scouted = try await world.withSession {
                    try await $0.start(instance, scouting: .goldPath)
                }
                actions.append(scouted.goldPath.map(\.action))
                alone.append(try await play(instance, actions[actions.count - 1], in: world))
            }
            return (actions, alone)
        }
        #expect(alone.map(\.steps.last?.success) == [true, true])
        let together = try await world.withWorkers(1, sessions: 4) { world in
            try await withThrowingTaskGroup(of: (Int, Played).self) { group in
                for number in 0..<4 {
                    let which = number % Self.instances.count
                    group.addTask {
                        (number, try await play(Self.instances[which], actions[which], in: world))
                    }
                }
                return try await group.reduce(into: [Int: Played]()) { $0[$1.0] = $1.1 }
            }
        }
        for number in 0..<4 { #expect(together[number] == alone[number % Self.instances.count]) }
    }

    @Test func sessionsSpreadOverTheWorkersAndNoneIsStartedInVain() async throws {
        let world = try await ScienceWorldFixture.environment()
        let processes = try await world.withWorkers(2, sessions: 4) { world in
            try await world.withSession { first in
                try await world.withSession { second in
                    try await world.withSession { third in
                        try await [first, second, third].asyncMap {
                            try await ScienceWorldFixture.process(of: $0)
                        }
                    }
                }
            }
        }
        #expect(processes[0] == processes[2] && processes[0] != processes[1])
        for process in Set(processes) {
            #expect(await ProcessTable.ends(process, within: .seconds(60)))
        }
    }

    @Test func aWorkerThatDiesIsTheFaultOfWhoeverAskedItThen() async throws {
        let world = try await ScienceWorldFixture.environment()
        try await world.withWorkers(1, sessions: 2) { world in
            try await world.withSession { culprit in
                try await world.withSession { bystander in
                    for session in [culprit, bystander] {
                        _ = try await session.start(Self.instances[1], scouting: .none)
                    }
                    kill(try await ScienceWorldFixture.process(of: culprit), SIGKILL)
                    let fault = try await #require(throws: TraceGenError.self) {
                        _ = try await culprit.step("look around")
                    }
                    #expect(fault.code == .workerFailed)
                    let loss = try await #require(throws: TraceGenError.self) {
                        _ = try await bystander.step("look around")
                    }
                    #expect(loss.code == .workerLost)
                    // The next load brings a fresh worker, to either.
                    for session in [bystander, culprit] {
                        let start = try await session.start(Self.instances[1], scouting: .none)
                        #expect(start.instruction.hasPrefix("Your task is to boil"))
                    }
                }
            }
        }
    }

    @Test func cancellingLeavesTheQueueAtOnce() async throws {
        let world = try await ScienceWorldFixture.environment()
        let process = try await world.withWorkers(1, sessions: 8) { world in
            let process = try await world.withSession { try await ScienceWorldFixture.process(of: $0) }
            kill(process, SIGSTOP)
            let waiting = (0..<8).map { _ in
                Task { try await play(Self.instances[1], ["look around"], in: world) }
            }
            try await Task.sleep(for: .milliseconds(200))
            for task in waiting.dropFirst() { task.cancel() }
            for task in waiting.dropFirst() {
                await #expect(throws: CancellationError.self) { try await task.value }
            }
            kill(process, SIGCONT)
            #expect(try await waiting[0].value.steps.count == 1)
            return process
        }
        #expect(await ProcessTable.ends(process, within: .seconds(60)))
    }

    @Test func aWorkerThatCannotStartSaysSo() async throws {
        var world = try await ScienceWorldFixture.environment()
        world.launch.environment["JAVA_HOME"] = "/nonexistent"
        world.launch.environment["PATH"] = "/nonexistent"
        let error = try await #require(throws: TraceGenError.self) {
            _ = try await world.instances(tasks: nil, split: .train, variations: 1)
        }
        #expect(error.code == .workerUnavailable)
    }
}

extension Array {
    fileprivate func asyncMap<Result>(_ transform: (Element) async throws -> Result) async throws -> [Result]
    {
        var results: [Result] = []
        for element in self { results.append(try await transform(element)) }
        return results
    }
}
