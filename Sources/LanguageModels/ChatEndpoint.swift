import AsyncHTTPClient
import NIOCore

/// What a server sent for one request.
struct ServerReply: Sendable, Hashable {
    /// The HTTP status.
    var status: Int
    /// The body; empty where a body that only explains an error could not be read.
    var body: [UInt8] = []
    /// The `Retry-After` header.
    var retryAfter: String?
    /// The `retry-after-ms` header that some servers send beside it.
    var retryAfterMilliseconds: String?
    /// The `Location` header.
    var location: String?
}

/// What one try came to, before anyone asks what it means.
enum TryOutcome: Sendable, Hashable {
    case replied(ServerReply)
    /// The connection broke within the body of an answer, after so many bytes.
    case cutOff(byteCount: Int)
    /// The answer is longer than is read.
    case oversized(byteLimit: Int)
    /// No whole answer came within the time of one try.
    case timedOut(Duration)
    /// There was no connection, or it broke before an answer began.
    case unreachable(String)
    /// Nobody that we trust says that the server is who it should be.
    case untrusted(String)
    /// The address is none that can be asked.
    case badAddress(String)
    case cancelled
}

/// Where requests go: sends one and reads what comes back, within limits of time and size.
struct ChatEndpoint: Sendable {
    /// The longest answer that is read.
    static let byteLimit = 8 << 20

    private let http: HTTPClient
    private let url: String
    private let key: Secret?
    private let timeout: Duration

    init(_ profile: ModelProfile, over http: HTTPClient) {
        self.http = http
        url = profile.completionsURL
        key = profile.apiKey
        timeout = profile.timeout
    }

    /// Settings for a client that follows no redirects, as they would carry the key elsewhere, and that leaves
    /// repeating to us. It speaks HTTP/1.1, which every server does: with HTTP/2 all requests to a server would share a
    /// connection, and break with it.
    ///
    /// - Parameter variables: the environment variables, which may name a proxy and certificates.
    /// - Throws: ``ModelFailure`` where the certificates cannot be read.
    static func configuration(
        for profile: ModelProfile, variables: [String: String]
    ) throws(ModelFailure) -> HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.httpVersion = .http1Only
        configuration.tlsConfiguration = try TrustedCertificates.configuration(variables: variables)
        configuration.proxy = ProxySettings(for: profile.baseURL, variables: variables)?.proxy
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = profile.concurrency
        configuration.connectionPool.retryConnectionEstablishment = false
        return configuration
    }

    /// Sends a request and waits for the end of its answer, or of the time for it.
    ///
    /// The HTTP client's own deadline ends with the head of an answer; this one holds for the body too.
    func post(_ body: [UInt8]) async -> TryOutcome {
        await withTaskGroup(of: TryOutcome?.self) { group in
            group.addTask { await exchange(body) }
            group.addTask { (try? await Task.sleep(for: timeout)).map { .timedOut(timeout) } }
            defer { group.cancelAll() }
            for await case let outcome? in group { return outcome }
            return .cancelled
        }
    }

    private func exchange(_ body: [UInt8]) async -> TryOutcome {
        do {
            return try await read(http.execute(request(body), timeout: TimeAmount(timeout)))
        } catch {
            return Task.isCancelled ? .cancelled : ConnectionFault.outcome(of: error, timeout: timeout)
        }
    }

    private func request(_ body: [UInt8]) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        request.headers.add(name: "Accept", value: "application/json")
        request.headers.add(name: "User-Agent", value: "recode-data")
        if let key { request.headers.add(name: "Authorization", value: "Bearer \(key.text)") }
        request.body = .bytes(body)
        return request
    }

    /// Reads an answer. Leaving the loop over its body ends the transfer.
    private func read(_ response: HTTPClientResponse) async -> TryOutcome {
        var reply = ServerReply(response)
        let isAnswer = (200..<300).contains(reply.status)
        do {
            for try await chunk in response.body {
                guard reply.body.count + chunk.readableBytes <= Self.byteLimit else {
                    reply.body = []
                    return isAnswer ? .oversized(byteLimit: Self.byteLimit) : .replied(reply)
                }
                reply.body.append(contentsOf: chunk.readableBytesView)
            }
        } catch {
            if Task.isCancelled { return .cancelled }
            if isAnswer { return .cutOff(byteCount: reply.body.count) }
            reply.body = []
        }
        return .replied(reply)
    }
}

extension ServerReply {
    fileprivate init(_ response: HTTPClientResponse) {
        self.init(
            status: Int(response.status.code),
            retryAfter: response.headers.first(name: "Retry-After"),
            retryAfterMilliseconds: response.headers.first(name: "retry-after-ms"),
            location: response.headers.first(name: "Location"))
    }
}

extension ModelProfile {
    /// Where completions are asked for; what follows a `?` in the base address stays at the end.
    var completionsURL: String {
        let parts = baseURL.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let path = parts[0].reversed().drop { $0 == "/" }.reversed()
        return String(path) + "/chat/completions" + (parts.count > 1 ? "?\(parts[1])" : "")
    }

    /// The same without what may be secret: user information and query.
    var shownURL: String { completionsURL.withoutUserInformationAndQuery }
}

extension String {
    /// A URL without the parts that may be secret; a relative one keeps its path.
    var withoutUserInformationAndQuery: String {
        let address = prefix { $0 != "?" && $0 != "#" }
        guard let scheme = address.firstRange(of: "://") else { return String(address) }
        let rest = address[scheme.upperBound...]
        let authority = rest.prefix { $0 != "/" }
        guard let at = authority.lastIndex(of: "@") else { return String(address) }
        return String(address[..<scheme.upperBound] + rest[rest.index(after: at)...])
    }
}
