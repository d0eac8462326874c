import Testing
import Trajectories

@testable import TraceGen

/// The time of blocks and episodes, and the size of what the worker says.
@Suite(.serialized) struct ExecutorLimitTests {
    /// Code that works for so many seconds of processor time.
    private func work(_ seconds: Double) -> String {
        "from time import process_time\nend = process_time() + \(seconds)\nwhile process_time() < end:\n    pass"
    }

    @Test func theStatementsOfABlockShareItsProcessorTime() async throws {
        try await TestSandbox.withExecutor { executor in
            _ = try await executor.run(work(0.3), block: 1)
            let outcome = try await executor.run(work(0.3), block: 1)
            guard case .limited(_, let traceback) = outcome else { throw Unexpected(outcome: outcome) }
            #expect(
                traceback.hasSuffix(
                    "ProcessorTimeLimit: the block used more than 0.5 seconds of processor time"))
            guard case .completed = try await executor.run(work(0.3), block: 2) else {
                throw Unexpected(outcome: outcome)
            }
        }
    }

    @Test func theStatementsOfABlockShareItsWallTime() async throws {
        var limits = TestSandbox.limits
        limits.wallTime = .seconds(6)
        try await TestSandbox.withExecutor(limits: limits) { executor in
            let nap = "import time\ntime.sleep(4)"
            _ = try await executor.run(nap, block: 1)
            let outcome = try await executor.run(nap, block: 1)
            guard case .limited(_, let traceback) = outcome else { throw Unexpected(outcome: outcome) }
            #expect(traceback.hasSuffix("WallTimeLimit: the block took more than 6 seconds"))
            // Another block has a time of its own; a second nap would make its length the test's matter.
            let other = try await executor.run("x = 1", block: 2)
            guard case .completed = other else { throw Unexpected(outcome: other) }
        }
    }

    @Test func theTimeTheHostTakesIsNotTheBlocks() async throws {
        var limits = TestSandbox.limits
        limits.wallTime = .seconds(6)
        let outcome = try await TestSandbox.withExecutor(limits: limits) { executor in
            try await executor.execute("for i in range(2):\n    run('wait')", block: 1) { action in
                try await Task.sleep(for: .seconds(4))
                return .observation(action)
            }
        }
        #expect(outcome == .completed(StatementResult(assigned: ["i"])))
    }

    @Test func theBlocksOfAnEpisodeShareItsProcessorTime() async throws {
        var limits = TestSandbox.limits
        limits.episodeProcessorTime = .milliseconds(700)
        let failure = ExecutorFailure(
            .timeLimit, "The episode's blocks used more than 0.7 seconds of processor time in all.")
        await #expect(throws: failure) {
            try await TestSandbox.withExecutor(limits: limits) { executor in
                for _ in 0..<3 { _ = try await executor.run(work(0.4)) }
            }
        }
    }

    @Test func theBlocksOfAnEpisodeShareItsWallTime() async throws {
        var limits = TestSandbox.limits
        limits.episodeWallTime = .seconds(3)
        let failure = ExecutorFailure(.timeLimit, "The episode's blocks took more than 3.0 seconds in all.")
        await #expect(throws: failure) {
            try await TestSandbox.withExecutor(limits: limits) { executor in
                // On a busy machine some answers are there before anybody looks at the clock; not all of them.
                for _ in 0..<40 { try await executor.complete("import time\ntime.sleep(0.4)") }
            }
        }
    }

    /// A block that answers in the worker's place, with one part too large.
    private static let forgeries = [
        ("'kind': 'completed', 'printed': [''] * 9000, 'assigned': []", "printed text"),
        ("'kind': 'completed', 'printed': [], 'assigned': ['x' * 999999]", "names it assigned"),
        ("'kind': 'raised', 'printed': [], 'assigned': [], 'traceback': 'x' * 9000", "traceback"),
        ("'kind': 'limited', 'printed': [], 'assigned': [], 'traceback': 'x' * 9000", "traceback"),
        ("'kind': 'action', 'action': 'x' * 4097", "action"),
        (placeholder(name: "'x' * 99999"), "name"),
        (placeholder(signature: "'x' * 99999"), "signature"),
        (placeholder(inputs: "['x'] * 99999"), "inputs"),
        (placeholder(outputs: "['x' * 99999]"), "outputs"),
        (placeholder(variables: "[variable('x', 'int', '1')] * 3"), "variables"),
        (placeholder(variables: "[variable('x', 'int', '1' * 9000)]"), "value of a variable"),
        (placeholder(variables: "[variable('x', 'i' * 9000, '1')]"), "type of a variable"),
        (placeholder(variables: "[variable('x' * 99999, 'int', '1')]"), "names of variables"),
    ]

    private static func placeholder(
        name: String = "'f'", signature: String = "'f()'", inputs: String = "['x']", outputs: String = "[]",
        variables: String = "[]"
    ) -> String {
        "'kind': 'placeholder', 'name': \(name), 'signature': \(signature), 'inputs': \(inputs), "
            + "'outputs': \(outputs), 'variables': \(variables)"
    }

    @Test(arguments: forgeries)
    func aForgedPartThatIsTooLargeIsNamed(message: String, part: String) async throws {
        let code = """
            import json, os
            variable = lambda name, kind, value: {'name': name, 'type': kind, 'value': value}
            line = json.dumps({'id': 1, \(message)}).encode() + b'\\n'
            for fd in range(3, 64):
                try:
                    while line:
                        line = line[os.write(fd, line):]
                except OSError:
                    pass
            """
        let failure = ExecutorFailure(
            .died,
            "The executor broke the protocol: it answered with more than it may send (\(part)). The block interfered"
                + " with its process.")
        await #expect(throws: failure) {
            try await TestSandbox.withExecutor { try await $0.complete(code) }
        }
    }

    @Test func namesAStatementMakesInOtherWaysAreBounded() async throws {
        try await TestSandbox.withExecutor { executor in
            let result = try await executor.complete(
                "for i in range(3000):\n    globals()[f'n{i}'] = i\nglobals()['x' * 100000] = 1")
            #expect(result.assigned.count == 1_001)
        }
    }
}
