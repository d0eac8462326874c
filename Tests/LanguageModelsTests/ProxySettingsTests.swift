import Testing

@testable import LanguageModels

struct ProxySettingsTests {
    private static let cases: [(String, [String: String], String?)] = [
        ("http://host/v1", ["HTTP_PROXY": "http://proxy:3128"], "proxy:3128"),
        ("https://host/v1", ["HTTPS_PROXY": "proxy:3128/"], "proxy:3128"),
        ("https://host/v1", ["https_proxy": "http://lower:1", "HTTPS_PROXY": "http://upper:2"], "lower:1"),
        ("https://host/v1", ["HTTPS_PROXY": "http://proxy"], "proxy:1080"),
        ("https://host/v1", ["HTTPS_PROXY": "http://[::1]:8080"], "::1:8080"),
        ("https://host/v1", ["HTTP_PROXY": "http://proxy:3128"], nil),
        ("https://host/v1", ["HTTPS_PROXY": ""], nil),
        ("https://host/v1", ["HTTPS_PROXY": "socks5://proxy:1"], nil),
        ("https://host:8000/v1", ["HTTPS_PROXY": "proxy:1", "NO_PROXY": "other, HOST"], nil),
        ("https://api.example.org", ["HTTPS_PROXY": "proxy:1", "no_proxy": ".example.org"], nil),
        ("https://example.organ", ["HTTPS_PROXY": "proxy:1", "no_proxy": "example.org"], "proxy:1"),
        ("https://host", ["HTTPS_PROXY": "proxy:1", "NO_PROXY": "*"], nil),
        ("host/v1", ["HTTPS_PROXY": "proxy:1"], nil),
    ]

    @Test(arguments: cases)
    func theEnvironmentNamesTheProxy(address: String, variables: [String: String], proxy: String?) {
        let settings = ProxySettings(for: address, variables: variables)
        #expect(settings.map { "\($0.host):\($0.port)" } == proxy)
    }

    @Test func aProxyMayWantALogin() {
        let settings = ProxySettings(
            for: "https://host", variables: ["https_proxy": "http://me:p%40ss@proxy:80"])
        #expect(settings?.login == ProxySettings.Login(user: "me", password: "p@ss"))
        #expect(settings?.host == "proxy")
    }
}
