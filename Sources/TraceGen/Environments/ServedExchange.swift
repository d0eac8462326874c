import Trajectories

/// One request and its answer, with what can go wrong on the way in words.
struct ServedExchange: Sendable {
    let connection: WorkerConnection
    /// How the environment is called in messages.
    let title: String

    private struct Refusal: Decodable {
        var error: String
        var code: String?
    }

    /// Asks, and reads the answer.
    /// - Throws: ``TraceGenError``: `badRequest`, `badData` or `missingProgram` where the environment says so, and is as it was;
    ///   `workerFailed` where it is of no more use.
    func answer<Answer: Decodable>(
        to request: ServedRequest, within limit: Duration, doing what: String
    ) async throws -> Answer {
        let failed = "The \(title) worker failed to \(what)."
        do {
            try await connection.send(try CanonicalJSON.encode(request))
            let line = try await connection.receive(within: limit)
            if let refusal = try? CanonicalJSON.decode(Refusal.self, from: line) { throw error(of: refusal) }
            return try CanonicalJSON.decode(Answer.self, from: line)
        } catch let failure as WorkerFailure {
            throw TraceGenError(.workerFailed, failed, cause: failure.summary)
        } catch let problem as DecodingError {
            throw TraceGenError(
                .workerFailed, failed,
                cause: "Its answer cannot be read: \(RecordProblem(problem, allowing: [:]).text)")
        }
    }

    /// An answer that can be read and means nothing.
    func nonsense(_ what: String) -> TraceGenError {
        TraceGenError(.workerFailed, "The \(title) worker failed to \(what).")
    }

    private func error(of refusal: Refusal) -> TraceGenError {
        let code: TraceGenError.Code =
            switch refusal.code {
            case "bad_data": .badData
            case "missing_program": .missingProgram
            default: .badRequest
            }
        return TraceGenError(code, "\(title): \(String(refusal.error.prefix(2000)))")
    }
}
