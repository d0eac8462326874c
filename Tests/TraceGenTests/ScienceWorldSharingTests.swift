import Glibc
import Testing

@testable import TraceGen

/// Sessions that share a worker.
@Suite struct ScienceWorldSharingTests {
    /// Worlds with bees and plants, which draw random numbers at every step, and one with neither.
    private static let instances = [
        ("grow-fruit", 0), ("mendelian-genetics-known-plant", 1), ("grow-fruit", 3), ("boil", 2),
    ].map(ScienceWorldFixture.instance)

    private static let actions =
        ["teleport to greenhouse", "look around", "teleport to outside"]
        + (0..<6).flatMap { _ in ["wait1", "look around"] }

    private struct Played: Equatable {
        var start: EpisodeStart
        var steps: [StepResult]
    }

    private func playAlone(_ instance: TaskInstance, in world: any Environment) async throws -> Played {
        try await world.withSession { session in
            let start = try await session.start(instance, scouting: .none)
            return Played(
                start: start, steps: try await ScienceWorldFixture.play(Self.actions, in: session))
        }
    }

    @Test func whatASessionSaysDoesNotDependOnItsNeighbours() async throws {
        let world = try await ScienceWorldFixture.environment()
        let alone = try await world.withWorkers(1, sessions: 1) { world in
            var played: [Played] = []
            for instance in Self.instances { played.append(try await playAlone(instance, in: world)) }
            return played
        }
        // Things move about in the fruit world, or this test shows nothing.
        #expect(Set(alone[0].steps.map(\.observation)).count >= 5)
        let together = try await world.withWorkers(1, sessions: 12) { world in
            try await withThrowingTaskGroup(of: (Int, Played).self) { group in
                for number in 0..<12 {
                    let instance = Self.instances[number % Self.instances.count]
                    group.addTask { (number, try await playAlone(instance, in: world)) }
                }
                return try await group.reduce(into: [Int: Played]()) { $0[$1.0] = $1.1 }
            }
        }
        for number in 0..<12 { #expect(together[number] == alone[number % Self.instances.count]) }
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
            #expect(await ProcessTable.ends(process, within: .seconds(10)))
        }
    }

    @Test func aWorkerThatDiesIsTheFaultOfWhoeverAskedItThen() async throws {
        let world = try await ScienceWorldFixture.environment()
        try await world.withWorkers(1, sessions: 2) { world in
            try await world.withSession { culprit in
                try await world.withSession { bystander in
                    for session in [culprit, bystander] {
                        _ = try await session.start(Self.instances[3], scouting: .none)
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
                        let start = try await session.start(Self.instances[3], scouting: .none)
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
                Task { try await playAlone(Self.instances[3], in: world) }
            }
            try await Task.sleep(for: .milliseconds(200))
            for task in waiting.dropFirst() { task.cancel() }
            for task in waiting.dropFirst() {
                await #expect(throws: CancellationError.self) { try await task.value }
            }
            kill(process, SIGCONT)
            #expect(try await waiting[0].value.steps.count == Self.actions.count)
            return process
        }
        #expect(await ProcessTable.ends(process, within: .seconds(10)))
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
