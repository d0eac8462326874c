import Subprocess

/// The slow endpoint, running.
struct SlowEndpoint: Sendable {
    private let port: Int

    /// What a profile has as `base_url` for answers to an agent.
    func baseURL(_ agent: String) -> String { "http://127.0.0.1:\(port)/\(agent)/v1" }

    /// Runs the endpoint for the time of `body`.
    static func withEndpoint<Result: Sendable>(
        _ body: @Sendable (SlowEndpoint) async throws -> Result
    ) async throws -> Result {
        let code = String(decoding: PackageResources.slow_endpoint_py, as: UTF8.self)
        return try await Subprocess.run(
            .path("/usr/bin/python3"), arguments: ["-c", code], input: .inputWriter, output: .sequence,
            error: .discarded
        ) { execution in
            var port: Int?
            for try await line in execution.standardOutput.strings() {
                port = Int(line.filter(\.isNumber))
                break
            }
            guard let port else { throw BenchError(message: "the slow endpoint did not start") }
            let result = try await body(SlowEndpoint(port: port))
            try await execution.standardInputWriter.finish()
            return result
        }.closureResult
    }
}
