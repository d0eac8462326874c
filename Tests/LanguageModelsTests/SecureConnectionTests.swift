import TemporaryFiles
import TestServers
import Testing
import Trajectories

@testable import LanguageModels

/// Tests over real TLS, with a certificate that nobody trusts by default.
struct SecureConnectionTests {
    /// A profile that asks the server for a completion, where its certificate holds.
    private func profile(_ server: MisbehavingServer) throws -> ModelProfile {
        let port = try #require(server.securePort)
        return ModelProfile(
            name: "p", baseURL: "https://127.0.0.1:\(port)/answer/secure/v1", model: "m",
            apiKey: Secret("sk-canary-0123456789"), timeout: .seconds(30), maxRetries: 2)
    }

    private func ask(_ profile: ModelProfile, _ variables: [String: String]) async throws -> ChatCompletion {
        try await ChatClient.withClient(profile: profile, pace: .quick, variables: variables) { client in
            try await client.complete(profile.request)
        }
    }

    private func withServer(
        certifiedFor host: String = "IP:127.0.0.1",
        _ body: @Sendable (MisbehavingServer, [String: String]) async throws -> Void
    ) async throws {
        let folder = try TemporaryDirectory()
        try await MisbehavingServer.withServer(certificateIn: folder.path, for: host) { server in
            try await body(server, ["SSL_CERT_FILE": folder.file("certificate.pem")])
        }
    }

    @Test func aServerWithACertificateOfOurOwnIsAsked() async throws {
        try await withServer { server, variables in
            let completion = try await ask(try profile(server), variables)
            #expect(completion.text == "Hello.")
            let seen = try await server.seen("answer", "secure")
            #expect(seen.count == 1)
            #expect(seen.authorization == "Bearer sk-canary-0123456789")
        }
    }

    @Test func aServerIsAskedThroughAProxy() async throws {
        try await withServer { server, variables in
            let proxied = variables.merging(["https_proxy": "http://127.0.0.1:\(server.port)"]) { $1 }
            let completion = try await ask(try profile(server), proxied)
            #expect(completion.text == "Hello.")
            let port = try #require(server.securePort)
            #expect(try await server.seen("proxied", "\(port)").count == 1)
        }
    }

    @Test func aCertificateThatNobodyTrustsEndsTheRunAtOnce() async throws {
        try await withServer { server, _ in
            let profile = try profile(server)
            let failure = await #expect(throws: ModelFailure.self) { try await ask(profile, [:]) }
            #expect(failure?.code == .unavailable)
            #expect(
                failure?.message
                    == """
                    Model m of profile p at \(profile.completionsURL) is not available: the server's certificate \
                    is expired, or signed by nobody that is trusted here (1 try). Check base_url of profile p. \
                    Where the server's certificate is your own, name the file that holds it, or its issuer's, in \
                    the environment variable SSL_CERT_FILE.
                    """)
            #expect(try await server.seen("answer", "secure").count == 0)
        }
    }

    @Test func aCertificateForAnotherHostIsNotTaken() async throws {
        try await withServer(certifiedFor: "DNS:example.org") { server, variables in
            let profile = try profile(server)
            let failure = await #expect(throws: ModelFailure.self) { try await ask(profile, variables) }
            #expect(failure?.code == .unavailable)
            #expect(
                failure?.message.contains("the server's certificate is not for this host name (1 try)")
                    == true)
            #expect(try await server.seen("answer", "secure").count == 0)
        }
    }

    @Test(arguments: ["missing", "text"]) func aFileWithoutCertificatesIsNamed(file: String) async throws {
        let folder = try TemporaryDirectory()
        _ = try folder.write(Array("no certificate".utf8), to: "text")
        let path = folder.file(file)
        let profile = ModelProfile(name: "p", baseURL: "https://127.0.0.1:1/v1", model: "m")
        let failure = await #expect(throws: ModelFailure.self) {
            try await ask(profile, ["SSL_CERT_FILE": path])
        }
        #expect(failure?.code == .unavailable)
        #expect(failure?.message.hasPrefix("\(path): no certificates in PEM format can be read") == true)
    }
}
