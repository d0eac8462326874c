import FoundationEssentials
import JSONLines
import LanguageModels
import Trajectories

/// Reads language-model profiles from a YAML file, refusing whatever it does not know; docs/models.md describes it.
///
/// Files of the paper's reference implementation (`configs/profiles.yaml`) are read as they are.
enum ProfileFile {
    /// Where profiles are looked for when no file is named.
    static let defaultPath = "profiles.yaml"

    /// The keys of a profile.
    static let keys = [
        "base_url", "model", "api_key", "api_key_env", "temperature", "top_p", "max_tokens", "seed",
        "extra_body", "price", "concurrency", "requests_per_minute", "tokens_per_minute", "timeout",
        "max_retries", "retry_base_delay", "retry_jitter", "track_costs",
    ]
    /// Where OpenAI's own endpoint is, and the variable its key is in: what a profile without a `base_url` means.
    private static let openAI = (url: "https://api.openai.com/v1", variable: "OPENAI_API_KEY")

    /// Reads one profile of a file.
    ///
    /// - Parameters:
    ///   - name: the profile.
    ///   - path: the file; ``defaultPath`` when `nil`.
    ///   - variables: the environment, where keys are.
    /// - Throws: ``CommandFailure`` where there is no such file or profile, or the key's variable is not set;
    ///   ``PipelineFileError`` naming line and key of what cannot be used, in any profile of the file.
    static func profile(named name: String, in path: String?, variables: [String: String]) throws
        -> ModelProfile
    {
        let file = path ?? defaultPath
        guard Directory.isPresent(file) else {
            let policies = "expert, replay:RUN, or the name of a profile in \(file)"
            throw CommandFailure(
                .badUsage,
                path == nil
                    ? "there is no policy '\(name)': expected \(policies), and there is no such file. Name one with --profiles."
                    : "\(file): there is no such profile file. Check --profiles.")
        }
        let bytes = try AtomicFile.read(file, byteLimit: 1 << 20)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw PipelineFileError(
                file: file, key: "", found: "bytes that are not UTF-8", expected: "YAML text")
        }
        return try profile(named: name, inText: text, file: file, variables: variables)
    }

    /// The same from the file's text.
    static func profile(
        named name: String, inText text: String, file: String, variables: [String: String]
    ) throws -> ModelProfile {
        let profiles = try profiles(inText: text, file: file)
        guard let (profile, keys) = profiles.first(where: { $0.profile.name == name }) else {
            let names = profiles.map(\.profile.name)
            let near =
                CloseMatches.nearest(to: name, among: names + ["expert"]).map { " Did you mean '\($0)'?" }
                ?? ""
            throw CommandFailure(
                .badUsage,
                "\(file): there is no profile '\(name)'.\(near) There is: "
                    + "\(names.isEmpty ? "none" : names.joined(separator: ", ")).")
        }
        var whole = profile
        whole.apiKey = try key(of: keys, for: name, file: file, variables: variables)
        return whole
    }

    /// The profiles of a file, without their keys.
    private static func profiles(
        inText text: String, file: String
    ) throws -> [(profile: ModelProfile, keys: YAMLMapping)] {
        let top = try YAMLPlace(
            parsing: text, file: file, as: ("profiles", "docs/models.md"), hidesTexts: true)
        let sections = try top.mapping(of: ["models", "llm_pool"], called: "a profile file")
        var found: [(name: String, keys: YAMLMapping)] = []
        for section in ["models", "llm_pool"] {
            for member in try sections[section]?.members(called: "profiles by name") ?? [] {
                found.append((member.name, try member.place.mapping(of: keys, called: "a profile")))
            }
        }
        guard found.count <= mostProfiles else {
            throw CommandFailure(
                .badUsage,
                "\(file): there are \(found.count) profiles, more than \(mostProfiles). Part the file.")
        }
        return try found.map { (try profile($0.name, $0.keys), $0.keys) }
    }

    /// How many profiles a file may have: all their keys are looked for in every text.
    private static let mostProfiles = 500

    /// All profiles of a file, with the keys that are there.
    static func all(inText text: String, file: String, variables: [String: String]) throws -> [ModelProfile] {
        try profiles(inText: text, file: file).map { profile, keys in
            var whole = profile
            whole.apiKey = try? key(of: keys, for: profile.name, file: file, variables: variables)
            return whole
        }
    }
}

extension ProfileFile {
    private static func profile(_ name: String, _ keys: YAMLMapping) throws -> ModelProfile {
        ModelProfile(
            name: name,
            baseURL: try keys["base_url"].map(url) ?? openAI.url,
            model: try keys.required("model", expected: "the model as the server names it").text("a model"),
            temperature: try keys["temperature"].map {
                try $0.number(called: "a number from 0 to 2") { (0...2).contains($0) }
            },
            topP: try keys["top_p"].map {
                try $0.number(called: "a number above 0, up to 1") { $0 > 0 && $0 <= 1 }
            },
            maxTokens: try keys["max_tokens"].map(positive),
            seed: try keys["seed"].map { try $0.integer(in: Int.min...Int.max, called: "an integer") },
            extraBody: try keys["extra_body"].map(extraBody) ?? [:],
            price: try keys["price"].map(price),
            concurrency: try keys["concurrency"].map(positive) ?? 8,
            requestsPerMinute: try keys["requests_per_minute"].map(positive),
            tokensPerMinute: try keys["tokens_per_minute"].map(positive),
            timeout: .seconds(
                try keys["timeout"].map {
                    try $0.number(called: "seconds, more than 0, up to 86400") { $0 > 0 && $0 <= 86_400 }
                } ?? 120),
            maxRetries: try keys["max_retries"].map {
                try $0.integer(in: 0...100, called: "an integer from 0 to 100")
            } ?? 6,
            retryBaseDelay: .seconds(
                try keys["retry_base_delay"].map {
                    try $0.number(called: "seconds, from 0 to 60") { (0...60).contains($0) }
                } ?? 1))
    }

    private static func positive(_ place: YAMLPlace) throws -> Int {
        try place.integer(in: 1...1_000_000_000, called: "an integer from 1 to 1000000000")
    }

    /// An address without user name, password, query or fragment: none of those may come into records and messages.
    private static func url(_ place: YAMLPlace) throws -> String {
        let expected = "an address such as https://host/v1, without user name or query"
        var text = try place.text(expected)
        while text.hasSuffix("/") { text.removeLast() }
        let isRight =
            (text.hasPrefix("https://") || text.hasPrefix("http://"))
            && !text.contains(where: { "@?# ".contains($0) }) && text.split(separator: "/").count > 1
        guard isRight else { throw place.problem(expected: expected, found: "something else") }
        if text.hasSuffix("/chat/completions") { text.removeLast("/chat/completions".count) }
        return text
    }

    private static func extraBody(_ place: YAMLPlace) throws -> [String: JSONValue] {
        guard case .object(let body) = try place.json() else {
            throw place.problem(expected: "a mapping of keys for the request's body")
        }
        for key in ["messages", "stream", "model"] where body[key] != nil {
            throw place.problem(
                expected: "keys that are not ours", found: "the key '\(key)'", advice: "Remove it.")
        }
        return body
    }

    private static func price(_ place: YAMLPlace) throws -> TokenPrice {
        let keys = try place.mapping(
            of: ["prompt", "completion"], called: "US dollars per million tokens")
        func dollars(_ key: String) throws -> Double {
            try keys.required(key, expected: "US dollars per million tokens")
                .number(called: "US dollars, from 0 to 1000000") { (0...1_000_000).contains($0) }
        }
        return TokenPrice(
            promptPerMillion: try dollars("prompt"), completionPerMillion: try dollars("completion"))
    }

    /// The key, which a variable holds or the file itself.
    private static func key(
        of keys: YAMLMapping, for name: String, file: String, variables: [String: String]
    ) throws -> Secret? {
        if let place = keys["api_key_env"] {
            let variable = try place.text("the name of an environment variable")
            guard let value = variables[variable], let secret = Secret(value) else {
                // A key pasted in place of a name is not shown.
                let isName = variable.utf8.allSatisfy {
                    (0x41...0x5A).contains($0) || $0 == UInt8(ascii: "_")
                }
                let shown = isName ? variable : "that api_key_env names"
                let advice =
                    isName
                    ? "Set it (export \(variable)=…)"
                    : "Put its name there (such as OPENAI_API_KEY) and set it"
                throw CommandFailure(
                    .badUsage,
                    "\(file): profile '\(name)' takes its key from the environment variable \(shown), which is "
                        + "not set. \(advice), or remove api_key_env where the server wants no key.")
            }
            return secret
        }
        if let place = keys["api_key"], !place.isNothing {
            do {
                return Secret(try place.text("a key"))
            } catch {
                // What stands there may be a key: it is not shown.
                throw place.problem(expected: "a key as text", found: "something else")
            }
        }
        return keys["base_url"] == nil ? variables[openAI.variable].flatMap { Secret($0) } : nil
    }
}
