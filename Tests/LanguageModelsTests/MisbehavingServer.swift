import AsyncHTTPClient
import FoundationEssentials
import LanguageModels
import Subprocess
import Testing
import Trajectories

/// The real server that misbehaves on purpose (misbehaving_server.py), as long as the suite runs.
struct MisbehavingServer: Sendable {
    /// What came in for one scenario and label.
    struct Seen: Decodable, Sendable {
        var count: Int
        var most: Int
        var authorization: String?
        var content_type: String?
        var body: String
    }

    @TaskLocal static var running: MisbehavingServer?

    /// The server of the suite.
    static func current() throws -> MisbehavingServer { try #require(running) }

    var port: Int

    /// A profile that asks for a scenario. Labels keep the counts of tests apart.
    func profile(
        _ scenario: String, _ label: String, key: String? = nil,
        changing change: (inout ModelProfile) -> Void = { _ in }
    ) -> ModelProfile {
        var profile = ModelProfile(
            name: "p", baseURL: "http://127.0.0.1:\(port)/\(scenario)/\(label)/v1", model: "m",
            apiKey: key.flatMap { Secret($0) }, timeout: .seconds(30), maxRetries: 2)
        change(&profile)
        return profile
    }

    func seen(_ scenario: String, _ label: String) async throws -> Seen {
        try await get("seen/\(scenario)/\(label)")
    }

    /// Waits until so many requests came in.
    @discardableResult
    func wait(for count: Int, _ scenario: String, _ label: String) async throws -> Seen {
        try await get("wait/\(scenario)/\(label)/\(count)")
    }

    private func get(_ path: String) async throws -> Seen {
        let request = HTTPClientRequest(url: "http://127.0.0.1:\(port)/\(path)")
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(40))
        let body = try await response.body.collect(upTo: 1 << 20)
        return try CanonicalJSON.decode(Seen.self, from: body.readableBytesView)
    }

    /// Starts the server; it ends with its standard input.
    static func withServer<Result: Sendable>(
        _ body: @Sendable (MisbehavingServer) async throws -> Result
    ) async throws -> Result {
        let script = "\(#filePath)".replacing("MisbehavingServer.swift", with: "misbehaving_server.py")
        let outcome = try await Subprocess.run(
            python, arguments: [script], input: .inputWriter, output: .sequence, error: .discarded
        ) { execution in
            var port: Int?
            for try await line in execution.standardOutput.strings() {
                port = Int(line.filter(\.isNumber))
                break
            }
            let result = try await body(MisbehavingServer(port: #require(port)))
            try await execution.standardInputWriter.finish()
            return result
        }
        return outcome.closureResult
    }

    private static var python: Executable {
        let system = "/usr/bin/python3"
        return FileManager.default.isExecutableFile(atPath: system) ? .path(.init(system)) : .name("python3")
    }
}

/// Runs a suite with a server.
struct WithMisbehavingServer: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        try await MisbehavingServer.withServer { server in
            try await MisbehavingServer.$running.withValue(server) { try await function() }
        }
    }
}

/// Tests of the client against the server.
@Suite(WithMisbehavingServer()) enum ChatClientTests {}
