import Glibc
import Testing
import Trajectories

@testable import TraceGen

/// The real simulator behind a real worker.
@Suite(.serialized) struct ScienceWorldTests {
    @Test func aGoldPathDoesNotDependOnThoseSearchedBefore() async throws {
        let task = "test-conductivity-of-unknown-substances"
        let instance = TaskInstance(task: task, variation: 0, split: .train, stepLimit: 30)
        let other = TaskInstance(task: "find-animal", variation: 0, split: .train, stepLimit: 15)
        let alone = try await RealWorld.withSession { try await $0.start(instance, scouting: .goldPath) }
        let after = try await RealWorld.withSession { session in
            _ = try await session.start(other, scouting: .goldPath)
            return try await session.start(instance, scouting: .goldPath)
        }
        #expect(alone.goldPath.map(\.action) == after.goldPath.map(\.action))
        #expect(alone.observation == after.observation)
    }

    @Test func instancesFollowTheSimulatorsOwnOrderAndSplits() async throws {
        let world = try await ScienceWorldFixture.environment()
        #expect(world.version == "1.2.3")
        let train = try await world.instances(tasks: nil, split: .train, variations: 2)
        #expect(train.count == 60)
        #expect(train.prefix(3).map(\.task) == ["boil", "boil", "change-the-state-of-matter-of"])
        #expect(train.first { $0.task == "find-plant" }?.stepLimit == 15)
        #expect(train.first { $0.task == "mendelian-genetics-known-plant" }?.stepLimit == 200)
        let dev = try await world.instances(tasks: ["use-thermometer", "boil"], split: .dev, variations: 3)
        #expect(dev.map(\.variation) == [14, 15, 16, 270, 271, 272])
        #expect(dev.map(\.task).first == "boil")
        #expect(dev.allSatisfy { $0.split == .dev })
    }

    @Test func splitsCoverEveryVariationOnce() async throws {
        let world = try await ScienceWorldFixture.environment()
        try await world.withSession { session in
            let session = try #require(session as? SharedSession<ScienceWorldWorker>)
            let counts = try await session.ask { worker in
                #expect(try await worker.variations(of: "boil", in: .train) == Array(0...13))
                #expect(try await worker.variations(of: "boil", in: .dev) == Array(14...20))
                #expect(try await worker.variations(of: "boil", in: .test) == Array(21...29))
                var count = 0
                for task in worker.tasks {
                    for split in Split.allCases {
                        count += try await worker.variations(of: task, in: split).count
                    }
                }
                return [worker.tasks.count, count]
            }
            #expect(counts == [30, 7_207])
        }
    }

    @Test func anUnknownTaskIsNamedWithWhatThereIs() async throws {
        let world = try await ScienceWorldFixture.environment()
        let error = try await #require(throws: TraceGenError.self) {
            _ = try await world.instances(tasks: ["boil", "find-plants"], split: .train, variations: 1)
        }
        #expect(error.code == .badRequest)
        #expect(
            error.message.hasPrefix(
                "ScienceWorld has no task “find-plants”. Did you mean find-plant? "
                    + "Its tasks are: boil, change-the-state-of-matter-of, "))
    }

    @Test func goldPathsOfSixFamiliesReachTheFullScore() async throws {
        let world = try await ScienceWorldFixture.environment()
        try await world.withSession { session in
            for (task, variation) in [
                ("find-living-thing", 0), ("lifespan-shortest-lived", 1), ("power-component", 0),
                ("chemistry-mix-paint-secondary-color", 1), ("identify-life-stages-2", 0), ("freeze", 0),
            ] {
                let instance = ScienceWorldFixture.instance(task, variation)
                let start = try await session.start(instance, scouting: .goldPath)
                let played = try await ScienceWorldFixture.play(start.goldPath.map(\.action), in: session)
                // What was scouted is what happens: the load in between leaves nothing behind.
                #expect(played.map(\.observation) == start.goldPath.map(\.observation), "\(task)")
                #expect(played.map(\.reward) == start.goldPath.map(\.reward), "\(task)")
                #expect(played.last?.nativeReward == 100 && played.last?.success == true, "\(task)")
                #expect(played.dropLast().allSatisfy { !$0.done && !$0.success }, "\(task)")
                #expect(start.goldPath.contains { !$0.completedGoals.isEmpty }, "\(task)")
            }
        }
    }

    @Test func anEpisodeReadsTheSameInAnyWorkerAfterAnyOther() async throws {
        let world = try await ScienceWorldFixture.environment()
        // Its bees move at random.
        let instance = ScienceWorldFixture.instance("grow-fruit", 0)
        let (start, scouted) = try await world.withSession { session in
            let start = try await session.start(instance, scouting: .goldPath)
            return (start, try await ScienceWorldFixture.play(start.goldPath.map(\.action), in: session))
        }
        try await world.withSession { session in
            let other = try await session.start(
                ScienceWorldFixture.instance("lifespan-longest-lived", 3), scouting: .goldPath)
            _ = try await ScienceWorldFixture.play(other.goldPath.map(\.action), in: session)
            let again = try await session.start(instance, scouting: .none)
            #expect(again.observation == start.observation && again.instruction == start.instruction)
            #expect(again.goldPath.isEmpty)
            let played = try await ScienceWorldFixture.play(start.goldPath.map(\.action), in: session)
            #expect(played == scouted)
        }
    }

    @Test func aWrongFocusEndsTheEpisodeBelowZero() async throws {
        let world = try await ScienceWorldFixture.environment()
        try await world.withSession { session in
            _ = try await session.start(ScienceWorldFixture.instance("boil", 0), scouting: .none)
            let nonsense = try await session.step("日本語 \"quoted\"\n")
            #expect(nonsense.observation == "No known action matches that input.")
            let help = try await session.step("help")
            #expect(help.observation.hasPrefix("Possible actions:") && !help.done)
            let result = try await session.step("focus on picture")
            #expect(
                result
                    == StepResult(
                        observation: "You focus on the picture.", nativeReward: -100, reward: 0, done: true,
                        success: false))
        }
    }

    @Test func aVariationThatIsNotThereIsRefusedAndTheWorkerStays() async throws {
        let world = try await ScienceWorldFixture.environment()
        try await world.withSession { session in
            let error = try await #require(throws: TraceGenError.self) {
                _ = try await session.start(ScienceWorldFixture.instance("boil", 99), scouting: .none)
            }
            #expect(error == TraceGenError(.badRequest, "ScienceWorld: boil has variations 0 to 29, not 99."))
            let start = try await session.start(ScienceWorldFixture.instance("boil", 29), scouting: .none)
            #expect(start.instruction.hasPrefix("Your task is to boil "))
        }
    }

    @Test func aHungWorkerIsGivenUp() async throws {
        let world = try await ScienceWorldFixture.environment(stepLimit: .milliseconds(700))
        let error = try await #require(throws: TraceGenError.self) {
            try await world.withSession { session in
                _ = try await session.start(ScienceWorldFixture.instance("boil", 0), scouting: .none)
                kill(try await ScienceWorldFixture.process(of: session), SIGSTOP)
                _ = try await session.step("look around")
            }
        }
        #expect(error.code == .workerFailed)
        #expect(error.message == "The ScienceWorld worker failed to take the action “look around”.")
        #expect(error.cause?.contains("gave no answer within 0.7 seconds") == true)
    }

    @Test(arguments: [true, false])
    func theJVMLeavesWithItsWorker(killed: Bool) async throws {
        let world = try await ScienceWorldFixture.environment()
        let machine = try await world.withSession { session in
            let worker = try await ScienceWorldFixture.process(of: session)
            let machine = try #require(ProcessTable.children(of: worker).first)
            #expect(ProcessTable.isRunning(machine))
            if killed { kill(worker, SIGKILL) }
            return machine
        }
        #expect(await ProcessTable.ends(machine, within: .seconds(60)))
    }
}

/// What is said where something is missing.
@Suite struct ScienceWorldRequirementTests {
    private func refusal(python: String, path: String) async throws -> TraceGenError {
        try await #require(throws: TraceGenError.self) {
            _ = try await ScienceWorld(
                python: python, heapMegabytes: 512, startLimit: .seconds(60), stepLimit: .seconds(60),
                hostVariables: ["PATH": path])
        }
    }

    @Test func aMissingJavaIsNamedWithItsFix() async throws {
        let error = try await refusal(python: ScienceWorldFixture.python, path: "/nowhere:/etc")
        #expect(
            error
                == TraceGenError(
                    .missingProgram,
                    "ScienceWorld needs a Java runtime, and there is no java on the PATH or in JAVA_HOME. "
                        + "Install one: apt-get install default-jre-headless"))
    }

    @Test func aMissingInterpreterIsNamedWithItsFix() async throws {
        let error = try await refusal(python: "/nowhere/python", path: "/usr/bin")
        #expect(
            error
                == TraceGenError(
                    .missingProgram,
                    "ScienceWorld needs a Python interpreter with the scienceworld package, and there is none at "
                        + "/nowhere/python. Set it up: make setup"))
    }

    @Test func anInterpreterWithoutThePackageIsNamedWithItsFix() async throws {
        let error = try await refusal(python: "/usr/bin/python3", path: "/usr/bin")
        #expect(error.code == .missingProgram)
        #expect(
            error.message
                == "The interpreter /usr/bin/python3 has no scienceworld package, or the Java at /usr/bin does not run. "
                + "Set both up: make setup")
    }

    @Test func javaHomeComesBeforeThePath() throws {
        let folder = try ScienceWorld.javaFolder(["JAVA_HOME": "/usr", "PATH": "/bin"])
        #expect(folder == "/usr/bin")
    }
}
