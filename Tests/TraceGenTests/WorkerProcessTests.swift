import Testing

@testable import TraceGen

/// Real children on the other end of the line.
@Suite struct WorkerProcessTests {
    private func shell(_ script: String) -> WorkerLaunch {
        WorkerLaunch(program: "/bin/sh", arguments: ["-c", script])
    }

    private func failure(
        of launch: WorkerLaunch, within limit: Duration = .seconds(20), sending line: String? = nil
    ) async throws -> WorkerFailure {
        try await #require(throws: WorkerFailure.self) {
            try await launch.withWorker { worker in
                if let line { try await worker.send(Array(line.utf8)) }
                _ = try await worker.receive(within: limit)
            }
        }
    }

    @Test func linesComeBackWholeAndInOrder() async throws {
        let sent = (0..<200).map { String(repeating: "\($0) é ", count: 1 + $0 * 7) } + ["", "\r"]
        let received = try await WorkerLaunch(program: "/bin/cat", arguments: []).withWorker { worker in
            var received: [String] = []
            for line in sent {
                try await worker.send(Array(line.utf8))
                received.append(
                    String(decoding: try await worker.receive(within: .seconds(60)), as: UTF8.self))
            }
            return received
        }
        #expect(received == sent)
    }

    @Test func linesWrittenAtOnceAreReadOneByOne() async throws {
        let received = try await shell("printf 'one\\ntwo\\n\\nfour\\n'").withWorker { worker in
            var received: [String] = []
            for _ in 0..<4 {
                received.append(
                    String(decoding: try await worker.receive(within: .seconds(60)), as: UTF8.self))
            }
            return received
        }
        #expect(received == ["one", "two", "", "four"])
    }

    @Test func aLineLargerThanThePipePassesBothWays() async throws {
        let line = [UInt8](repeating: UInt8(ascii: "x"), count: 3 << 20)
        // `cat` would block on its full output while we still write; python reads the line first.
        let script = "import sys\nline = sys.stdin.readline()\nsys.stdout.write(line)\nsys.stdout.flush()"
        let launch = WorkerLaunch(program: "/usr/bin/python3", arguments: ["-c", script])
        let echoed = try await launch.withWorker { worker in
            try await worker.send(line)
            return try await worker.receive(within: .seconds(60))
        }
        #expect(echoed == line)
    }

    @Test func theEnvironmentIsExactlyWhatWasGiven() async throws {
        var launch = WorkerLaunch(program: "/usr/bin/env", arguments: [])
        launch.environment = ["RECODE_ONLY": "this"]
        let line = try await launch.withWorker { try await $0.receive(within: .seconds(60)) }
        #expect(String(decoding: line, as: UTF8.self) == "RECODE_ONLY=this")
        #expect(
            try await failure(of: WorkerLaunch(program: "/usr/bin/env", arguments: []))
                == .closed(lastWords: "exit status 0"))
    }

    @Test func aDeadWorkerLeavesItsLastWords() async throws {
        let exited = try await failure(of: shell("echo first >&2; echo last >&2; exit 3"))
        #expect(exited == .closed(lastWords: "first\nlast\nexit status 3"))
        let killed = try await failure(of: shell("kill -9 $$"))
        #expect(killed == .closed(lastWords: "killed by signal 9"))
    }

    @Test func aFloodOnStandardErrorNeitherBlocksNorPilesUp() async throws {
        var launch = shell("yes noise | head -c 6000000 >&2; echo out; read line; echo bye >&2; exit 1")
        launch.errorByteLimit = 100
        let failure = try await #require(throws: WorkerFailure.self) {
            try await launch.withWorker { worker in
                #expect(try await worker.receive(within: .seconds(60)) == Array("out".utf8))
                try await worker.send([])
                _ = try await worker.receive(within: .seconds(60))
            }
        }
        guard case .closed(let lastWords) = failure else { throw failure }
        #expect(lastWords.hasSuffix("noise\nbye\nexit status 1"))
        #expect(lastWords.utf8.count <= 100 + "\nexit status 1".utf8.count)
    }

    @Test func writingToADeadWorkerIsAnErrorAndNotASignal() async throws {
        let failure = try await #require(throws: WorkerFailure.self) {
            try await shell("exec 0<&-; echo ready; echo gone >&2; exit 4").withWorker { worker in
                _ = try await worker.receive(within: .seconds(60))
                // The first write may still land in the pipe; a later one must find it closed.
                for _ in 0..<1000 { try await worker.send(Array("anyone?".utf8)) }
            }
        }
        #expect(failure == .closed(lastWords: "gone\nexit status 4"))
    }

    @Test func aSilentWorkerIsKilledWhenItsTimeIsOver() async throws {
        let launch = shell("trap '' TERM; sleep 1000 & wait; sleep 1000")
        #expect(try await failure(of: launch, within: .milliseconds(100)) == .timedOut(.milliseconds(100)))
    }

    @Test func aWorkerThatStopsReadingIsKilledWhenItsTimeIsOver() async throws {
        let failure = try await #require(throws: WorkerFailure.self) {
            try await shell("exec sleep 1000").withWorker { worker in
                try await worker.send([UInt8](repeating: 0, count: 1 << 20), within: .milliseconds(100))
            }
        }
        #expect(failure == .timedOut(.milliseconds(100)))
    }

    @Test func anEndlessLineIsCutShort() async throws {
        var launch = WorkerLaunch(program: "/bin/sh", arguments: ["-c", "yes | tr -d '\\n'"])
        launch.lineByteLimit = 1 << 20
        guard case .lineTooLong(let byteCount) = try await failure(of: launch) else {
            Issue.record("not cut")
            return
        }
        #expect((1 << 20)...(2 << 20) ~= byteCount)
    }

    @Test func aLineJustOverTheLimitIsRefusedEvenWhenItsNewlineIsThere() async throws {
        var launch = shell("echo 12345; echo 123456")
        launch.lineByteLimit = 5
        let failure = try await #require(throws: WorkerFailure.self) {
            try await launch.withWorker { worker in
                #expect(try await worker.receive(within: .seconds(60)) == Array("12345".utf8))
                _ = try await worker.receive(within: .seconds(60))
            }
        }
        #expect(failure == .lineTooLong(byteCount: 6))
    }

    @Test func aWorkerThatIgnoresTheEndOfItsInputIsKilledWithItsChildren() async throws {
        let children = try await shell("sleep 1000 & echo $$ $!; trap '' HUP TERM; sleep 1000").withWorker {
            worker in
            let line = String(decoding: try await worker.receive(within: .seconds(60)), as: UTF8.self)
            return line.split(separator: " ").compactMap { Int32($0) }
        }
        #expect(children.count == 2)
        for child in children { #expect(await ProcessTable.ends(child, within: .seconds(60))) }
    }

    @Test func aCancelledTaskKillsTheWorker() async throws {
        let (processes, found) = AsyncStream<Int32>.makeStream()
        let outcome = await withTaskGroup(of: (any Error)?.self) { group in
            group.addTask {
                defer { found.finish() }
                do {
                    try await shell("echo $$; exec sleep 1000").withWorker { worker in
                        let line = try await worker.receive(within: .seconds(60))
                        found.yield(Int32(String(decoding: line, as: UTF8.self)) ?? 0)
                        _ = try await worker.receive(within: .seconds(1000))
                    }
                    return nil
                } catch {
                    return error
                }
            }
            for await process in processes {
                #expect(ProcessTable.isRunning(process))
                group.cancelAll()
                let outcome = await group.next()
                #expect(!ProcessTable.isRunning(process))
                return outcome ?? nil
            }
            return nil
        }
        #expect(outcome is CancellationError)
    }

    @Test func whatTheBodyThrowsComesOutAndTheWorkerIsGone() async throws {
        struct Refusal: Error {}
        await #expect(throws: Refusal.self) {
            try await WorkerLaunch(program: "/bin/cat", arguments: []).withWorker { _ in throw Refusal() }
        }
    }

    @Test func aProgramThatIsNotThereIsTheLaunchsError() async throws {
        let launch = WorkerLaunch(program: "/nonexistent/worker", arguments: [])
        let error = await #expect(throws: (any Error).self) { try await launch.withWorker { _ in } }
        #expect("\(try #require(error))".contains("/nonexistent/worker"))
    }
}
