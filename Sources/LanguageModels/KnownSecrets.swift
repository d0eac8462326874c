import Trajectories

/// What a profile and the environment variables hold that must stay secret, and how it is taken out of what is said
/// and stored.
public struct KnownSecrets: Sendable, Hashable {
    /// For what is stored and shown: finds keys of ``SecretFilter/shortestKey`` bytes or more, in all their forms.
    public let filter: SecretFilter
    /// All of them: messages are kept free of short ones, too.
    private let secrets: [Secret]

    /// Of nothing.
    public static let none = KnownSecrets([])

    init(_ secrets: [Secret]) {
        self.secrets = secrets
        filter = SecretFilter(secrets.map(\.text))
    }

    /// Those of a profile: its key, what its `extra_body` has under the name of a secret, and the login of the proxy that
    /// leads to it.
    ///
    /// - Parameter variables: the environment variables, which may name a proxy.
    public init(_ profile: ModelProfile, variables: [String: String] = [:]) {
        var secrets = [profile.apiKey].compactMap(\.self)
        // Of a word of few letters, its name alone says that it is a secret: it would damage every message.
        secrets += SecretNames.secrets(in: .object(profile.extraBody)).filter { $0.utf8.count >= 8 }
            .compactMap { Secret($0) }
        if let login = ProxySettings(for: profile.baseURL, variables: variables)?.login {
            // A proxy sees the two joined, and may tell them so.
            secrets += ["\(login.user):\(login.password)", login.password].filter { $0.utf8.count >= 8 }
                .compactMap { Secret($0) }
        }
        self.init(secrets)
    }

    /// A text without any of them, for a message.
    func redacted(from text: String) -> String {
        secrets.reduce(filter.redacted(text)) { $1.redacted(from: $0) }
    }

    /// A value as it may be recorded: what has the name of a secret is replaced whatever it is, and so is a text that is or holds
    /// one. It is then as a file would hold it, so that what is made of it is the same before and after it was stored.
    func recordable(_ value: JSONValue) -> JSONValue {
        let value = SecretNames.withoutSecrets(value) { text in
            secrets.contains { $0.text == text } ? SecretFilter.replacement : filter.redacted(text)
        }
        return (try? filter.redacted(value)) ?? .string(SecretFilter.replacement)
    }
}

/// Keys of a request's body whose values are secrets, as far as their names say so.
enum SecretNames {
    /// Parts of names, without `-` and `_`; `token` alone is in too many (`max_tokens`, `eos_token`).
    private static let parts = [
        "authorization", "apikey", "accesskey", "privatekey", "secret", "password", "passwd", "credential",
        "cookie",
    ]
    private static let tokens = [
        "token", "authtoken", "accesstoken", "bearertoken", "apitoken", "sessiontoken", "refreshtoken",
        "idtoken", "usertoken",
    ]

    /// Whether a value of this name is a secret.
    static func isSecret(_ name: String) -> Bool {
        let plain = name.lowercased().filter { $0 != "-" && $0 != "_" && $0 != " " }
        return parts.contains { plain.contains($0) } || tokens.contains { plain == $0 || plain == "x" + $0 }
    }

    /// The texts under such names, however deep.
    static func secrets(in value: JSONValue, isSecret isInside: Bool = false) -> [String] {
        switch value {
        case .string(let text):
            guard isInside else { return [] }
            // What comes before the key of `Bearer sk-…` is none.
            return [text]
                + (text.split(separator: " ").count == 2 ? [String(text.split(separator: " ")[1])] : [])
        case .array(let elements):
            return elements.flatMap { secrets(in: $0, isSecret: isInside) }
        case .object(let members):
            return members.sorted { $0.key < $1.key }.flatMap { name, member in
                secrets(in: member, isSecret: isInside || isSecret(name))
            }
        default: return []
        }
    }

    /// The value with `[secret]` in place of all texts and numbers under such names.
    /// - Parameter redact: what becomes of the other texts.
    static func withoutSecrets(
        _ value: JSONValue, isSecret isInside: Bool = false, redact: (String) -> String
    ) -> JSONValue {
        switch value {
        case .string(let text):
            .string(isInside ? SecretFilter.replacement : redact(text))
        case .int, .double:
            isInside ? .string(SecretFilter.replacement) : value
        case .array(let elements):
            .array(elements.map { withoutSecrets($0, isSecret: isInside, redact: redact) })
        case .object(let members):
            .object(
                Dictionary(
                    members.map { name, member in
                        (
                            redact(name),
                            withoutSecrets(member, isSecret: isInside || isSecret(name), redact: redact)
                        )
                    }, uniquingKeysWith: { first, _ in first }))
        default: value
        }
    }
}
