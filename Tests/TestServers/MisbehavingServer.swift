import AsyncHTTPClient
import FoundationEssentials
import Subprocess
import Trajectories

/// The real server that misbehaves on purpose (misbehaving_server.py), for the time of a test.
public struct MisbehavingServer: Sendable {
    /// What came in for one scenario and label.
    public struct Seen: Decodable, Sendable {
        /// How many requests.
        public var count: Int
        /// How many of them at a time.
        public var most: Int
        /// The last one's `Authorization`.
        public var authorization: String?
        /// The last one's `Content-Type`.
        public var contentType: String?
        /// The last one's body.
        public var body: String
        /// How many completions a storm gave, be they of use or not.
        public var answers: Int
        /// How often a storm did what, by the scenario's name.
        public var misdeeds: [String: Int]

        enum CodingKeys: String, CodingKey {
            case count, most, authorization, body, answers, misdeeds
            case contentType = "content_type"
        }
    }

    /// The server did not say where it listens.
    public struct NoServer: Error {}

    /// Where it listens, on the loopback interface.
    public var port: Int
    /// Where it listens for `https`, where it does.
    public var securePort: Int?

    /// What a scenario's profile has as `base_url`. Labels keep the counts of tests apart.
    public func baseURL(_ scenario: String, _ label: String) -> String {
        "http://127.0.0.1:\(port)/\(scenario)/\(label)/v1"
    }

    /// What came in.
    public func seen(_ scenario: String, _ label: String) async throws -> Seen {
        try await get("seen/\(scenario)/\(label)")
    }

    /// Waits until so many requests came in.
    @discardableResult
    public func wait(for count: Int, _ scenario: String, _ label: String) async throws -> Seen {
        try await get("wait/\(scenario)/\(label)/\(count)")
    }

    private func get(_ path: String) async throws -> Seen {
        let request = HTTPClientRequest(url: "http://127.0.0.1:\(port)/\(path)")
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(40))
        let body = try await response.body.collect(upTo: 1 << 20)
        return try CanonicalJSON.decode(Seen.self, from: body.readableBytesView)
    }

    /// Starts the server; it ends with its standard input, or after half an hour.
    /// - Parameters:
    ///   - folder: where it leaves its certificate, `certificate.pem`; without it, there is no `https`.
    ///   - host: whom the certificate is for.
    public static func withServer<Result: Sendable>(
        certificateIn folder: String? = nil, for host: String = "IP:127.0.0.1",
        _ body: @Sendable (MisbehavingServer) async throws -> Result
    ) async throws -> Result {
        let script = "\(#filePath)".replacing("MisbehavingServer.swift", with: "misbehaving_server.py")
        let outcome = try await Subprocess.run(
            python, arguments: Arguments(["-B", script] + (folder.map { [$0, host] } ?? [])),
            input: .inputWriter,
            output: .sequence, error: .discarded
        ) { execution in
            var ports: [Int] = []
            for try await line in execution.standardOutput.strings() {
                ports = line.split { !$0.isNumber }.compactMap { Int($0) }
                break
            }
            guard let port = ports.first else { throw NoServer() }
            let result = try await body(
                MisbehavingServer(port: port, securePort: ports.count > 1 ? ports[1] : nil))
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
