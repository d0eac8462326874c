import TraceGen

/// How long an episode waits for its executor: from asking for one until it has said that it is ready, and what a
/// statement costs in it.
struct ExecutorBench {
    let sandbox: PythonSandbox
    let rounds: Int

    /// Executors a round.
    private static let count = 200
    /// Statements in each.
    private static let statements = 20

    func run() async throws -> String {
        // The process that all executors are forked from starts with the first of them.
        _ = try await readiness()
        var ready: [Double] = []
        var statement: [Double] = []
        for _ in 0..<rounds {
            for _ in 0..<Self.count {
                let measured = try await readiness()
                ready.append(measured.ready * 1000)
                statement.append(measured.statement * 1000)
            }
        }
        let slowest = ready.sorted()[ready.count * 99 / 100]
        return """
            ## A fresh executor

            \(ready.count) executors, one after another, each asked for, given \(Self.statements) statements and ended.

            | what | milliseconds |
            | --- | ---: |
            | until a fresh executor is ready (target: at most 20) | \(Measurement.summary(ready, digits: 1)) |
            | the same, the 99th of 100 | \(Measurement.fixed(slowest, 1)) |
            | one statement, `n = n + 1`, and the answer to it | \(Measurement.summary(statement, digits: 2)) |

            """
    }

    /// Seconds until an executor is ready, and seconds for a statement in it.
    private func readiness() async throws -> (ready: Double, statement: Double) {
        let asked = ContinuousClock.now
        return try await sandbox.withExecutor(seed: 1) { executor in
            let ready = (ContinuousClock.now - asked) / .seconds(1)
            _ = try await executor.execute("n = 0") { _ in .stop }
            let began = ContinuousClock.now
            for _ in 0..<Self.statements { _ = try await executor.execute("n = n + 1") { _ in .stop } }
            return (ready, (ContinuousClock.now - began) / .seconds(1) / Double(Self.statements))
        }
    }
}
