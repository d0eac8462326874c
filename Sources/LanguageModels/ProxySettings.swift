import AsyncHTTPClient
import FoundationEssentials

/// Which proxy the environment names for an address, the way curl reads it.
struct ProxySettings: Sendable, Hashable {
    /// The proxy's host name or address.
    var host: String
    /// Its port.
    var port: Int
    /// User name and password, where the proxy wants them.
    var login: Login?

    /// What a proxy is told about who asks.
    struct Login: Sendable, Hashable {
        var user: String
        var password: String
    }

    /// Reads `HTTPS_PROXY` or `HTTP_PROXY`, and `NO_PROXY`; upper or lower case, the latter first.
    ///
    /// - Parameters:
    ///   - address: what is asked for, `http://…` or `https://…`.
    ///   - variables: the environment variables.
    /// - Returns: the proxy; `nil` where none is named for that scheme, `NO_PROXY` names the host, or the proxy is of a
    ///   kind other than `http://`.
    init?(for address: String, variables: [String: String]) {
        guard let asked = URL(string: address), let scheme = asked.scheme, let host = asked.host() else {
            return nil
        }
        guard let text = Self.value(of: "\(scheme.lowercased())_proxy", in: variables),
            !Self.isExempt(host, variables),
            let proxy = URL(string: text.contains("://") ? text : "http://\(text)"), proxy.scheme == "http",
            let proxyHost = proxy.host()
        else { return nil }
        self.host = proxyHost
        port = proxy.port ?? 1080
        login = proxy.user(percentEncoded: false).map {
            Login(user: $0, password: proxy.password(percentEncoded: false) ?? "")
        }
    }

    /// The same for the HTTP client.
    var proxy: HTTPClient.Configuration.Proxy {
        guard let login else { return .server(host: host, port: port) }
        return .server(
            host: host, port: port, authorization: .basic(username: login.user, password: login.password))
    }

    private static func value(of name: String, in variables: [String: String]) -> String? {
        (variables[name] ?? variables[name.uppercased()]).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Whether `NO_PROXY` names the host, a domain it belongs to, or everything.
    private static func isExempt(_ host: String, _ variables: [String: String]) -> Bool {
        let entries = (value(of: "no_proxy", in: variables) ?? "").split { $0 == "," || $0 == " " }
        return entries.contains { entry in
            let domain = entry.drop { $0 == "." }.lowercased()
            let host = host.lowercased()
            return entry == "*" || host == domain || host.hasSuffix(".\(domain)")
        }
    }
}
