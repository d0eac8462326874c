import LanguageModels
import TestServers
import Testing

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

extension MisbehavingServer {
    @TaskLocal static var running: MisbehavingServer?

    /// The server of the suite.
    static func current() throws -> MisbehavingServer { try #require(running) }

    /// A profile that asks for a scenario. Labels keep the counts of tests apart.
    func profile(
        _ scenario: String, _ label: String, key: String? = nil,
        changing change: (inout ModelProfile) -> Void = { _ in }
    ) -> ModelProfile {
        var profile = ModelProfile(
            name: "p", baseURL: baseURL(scenario, label), model: "m",
            apiKey: key.flatMap { Secret($0) }, timeout: .seconds(30), maxRetries: 2)
        change(&profile)
        return profile
    }
}

/// Tests of the client against the server.
@Suite(WithMisbehavingServer()) enum ChatClientTests {}
