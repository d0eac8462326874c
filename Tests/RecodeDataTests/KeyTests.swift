import FoundationEssentials
import JSONLines
import TestServers
import Testing
import Trajectories

@testable import RecodeData

/// A key is in no file and in no message, in whatever form somebody brings it in.
@Suite struct KeyTests {
    static let keys = ["sk-canary-0123456789", "sk+ant/Api03_Zx.9=k~Q", "0123456789abcdefABCDEF42"]
    private let told: ToldCollection

    init() throws {
        told = try ToldCollection()
    }

    /// The forms in which a text holds a key; written without the program's own search.
    static func forms(of key: String, in text: String) -> [String] {
        var found: [String] = []
        var plain = Substring(text)
        var decoded = ""
        while let percent = plain.firstIndex(of: "%") {
            decoded += plain[..<percent]
            let digits = plain[percent...].dropFirst().prefix(2)
            if digits.count == 2, let value = UInt8(digits, radix: 16), value < 0x80 {
                decoded.unicodeScalars.append(Unicode.Scalar(value))
                plain = plain[percent...].dropFirst(3)
            } else {
                decoded += "%"
                plain = plain[percent...].dropFirst()
            }
        }
        decoded += plain
        let joining = Set("\"'`+, \n\r\t\\()[]{}")
        for (name, text) in [("plain", text), ("quoted", decoded)] {
            if text.contains(key) { found.append(name) }
            if text.filter({ !joining.contains($0) }).contains(key.filter { !joining.contains($0) }) {
                found.append("\(name), joined")
            }
        }
        let bytes = key.utf8.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }
        for separator in ["", ":", " ", "\\\\x", "\\x"]
        where text.lowercased().contains(bytes.joined(separator: separator)) {
            found.append("hexadecimal with '\(separator)'")
        }
        for shift in 0..<3 {
            let encoded = Data((String(repeating: "x", count: shift) + key).utf8).base64EncodedString()
            // What does not depend on what is before and behind it.
            let core = String(encoded.filter { $0 != "=" }.dropFirst(shift == 0 ? 0 : shift + 1).dropLast(2))
            for form in [core, core.replacing("+", with: "-").replacing("/", with: "_")]
            where text.contains(form) {
                found.append("base64 at \(shift)")
            }
        }
        return found
    }

    /// No file below the directory holds the key, as it is stored or unpacked, and no stream does.
    private func expectNoKey(
        _ key: String, in run: String, _ outcome: BuiltProgram.Outcome,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        for (name, text) in [("output", outcome.output), ("errors", outcome.errors)] {
            #expect(Self.forms(of: key, in: text) == [], "\(name): \(text)", sourceLocation: sourceLocation)
        }
        let path = told.directory.file(run)
        guard Directory.isPresent(path) else { return }
        for file in try FileManager.default.subpathsOfDirectory(atPath: path) {
            guard !Directory.isDirectory("\(path)/\(file)") else { continue }
            let lines = try JSONLinesReader(path: "\(path)/\(file)")
            while let line = try lines.next() {
                let text = String(decoding: line.bytes, as: UTF8.self)
                #expect(
                    Self.forms(of: key, in: text) == [], "\(file): \(text.prefix(4_000))",
                    sourceLocation: sourceLocation)
            }
        }
    }

    private func yaml(_ text: String) -> String {
        String(decoding: (try? CanonicalJSON.encode(text)) ?? [], as: UTF8.self)
    }

    @Test func theTestSeesEveryFormItself() {
        let key = Self.keys[0]
        for text in [
            "a \(key)", "'sk-can' + 'ary-0123456789'", "sk%2Dcanary%2d0123456789",
            "c2stY2FuYXJ5LTAxMjM0NTY3ODk=",
            "eHhzay1jYW5hcnktMDEyMzQ1Njc4OQ==", "736B2D63616E6172792D30313233343536373839",
        ] {
            #expect(Self.forms(of: key, in: text) != [], "\(text)")
        }
        #expect(Self.forms(of: key, in: "sk-canary-012345678 and [secret]") == [])
    }

    @Test(arguments: keys)
    func aKeyInTheProfilesOtherFieldsIsSentAndNotKept(key: String) async throws {
        try await MisbehavingServer.withServer { server in
            let text = yaml(key)
            let half = [String(key.prefix(10)), String(key.dropFirst(10))]
            let encoded = Data("x:\(key)".utf8).base64EncodedString()
            let more = """
                    model: \(text)
                    api_key: \(text)
                    extra_body:
                      metadata: {user: \(text), nested: [{deep: "a \(key) b"}, \(text)], \(text): 1}
                      halves: [\(yaml(half[0])), \(yaml(half[1]))]
                      code: \(yaml("k = '\(half[0])' + '\(half[1])'"))
                      basic: \(yaml("Basic \(encoded)"))
                      api_key: \(text)
                """
            try told.writeProfile(server, "say", ToldCollection.label("run('look')"), more)
            for options in [["--dry-run"], []] {
                let outcome = try await told.collect(options)
                #expect(outcome.code == 0, "\(outcome.errors)")
                try expectNoKey(key, in: "r", outcome)
            }
            let seen = try await server.seen("say", ToldCollection.label("run('look')"))
            #expect(seen.authorization == "Bearer \(key)")
            #expect(seen.body.contains("\"user\":\(text)"), "\(seen.body)")
            let replayed = try await told.collect(policy: "replay:r", into: "again")
            #expect(replayed.code == 0, "\(replayed.errors)")
            for shard in ["trajectories/part-00000.jsonl.gz", "calls/part-00000.jsonl.gz"] {
                #expect(
                    try told.directory.bytes(of: "r/\(shard)") == told.directory.bytes(of: "again/\(shard)"),
                    "\(shard)")
            }
        }
    }

    /// What has the name of a secret is one, with or without an `api_key`, and however short it is.
    @Test(arguments: [
        "api_key", "X-Api-Key", "Authorization", "password", "client_secret", "access_token", "token",
    ])
    func whatIsNamedAsASecretIsNotKept(name: String) async throws {
        let secret = "other-canary-98765"
        try await MisbehavingServer.withServer { server in
            let more = """
                    model: m
                    extra_body:
                      headers: {\(yaml(name)): [\(yaml("Bearer \(secret)")), brief], max_tokens: 7, eos_token: end}
                """
            try told.writeProfile(
                server, "say", ToldCollection.label("print('\(secret)')\nrun('\(secret)')"), more)
            let outcome = try await told.collect()
            #expect(outcome.code == 0, "\(outcome.errors)")
            try expectNoKey(secret, in: "r", outcome)
            try expectNoKey("brief", in: "r", outcome)
            let trajectory = try #require(
                try RunDirectory.open(told.directory.file("r")).trajectories().next())
            #expect(
                trajectory.policy.sampling["extra_body"]
                    == .object([
                        "headers": .object([
                            name: .array([.string("[secret]"), .string("[secret]")]), "max_tokens": .int(7),
                            "eos_token": .string("end"),
                        ])
                    ]))
        }
    }

    /// A server that puts the key into its answer in every form, whose code joins, computes, prints and plays it.
    @Test(arguments: keys)
    func aKeyInAnAnswerIsNotKept(key: String) async throws {
        try await MisbehavingServer.withServer { server in
            try told.writeProfile(server, "reveal", "x", "    model: m\n    api_key_env: CANARY")
            let outcome = try await told.collect(key: key)
            #expect(outcome.code == 0, "\(outcome.errors)")
            try expectNoKey(key, in: "r", outcome)
            let trajectory = try #require(
                try RunDirectory.open(told.directory.file("r")).trajectories().next())
            #expect("\(trajectory)".contains("[secret]"))
            for command in [
                ["export", "r", "--method", "codeact", "--style", "bare", "--out", "e"], ["verify", "r"],
                ["count", "r", "--style", "bare"],
                ["filter", "r", "--out", "f"],
            ] {
                let outcome = try await BuiltProgram.run(
                    command, in: told.directory.path, variables: VerifyFixture.python)
                #expect(outcome.code == 0, "\(outcome.errors)")
                try expectNoKey(key, in: "e", outcome)
            }
        }
    }

    /// Errors with the key in body and headers; each try brings another form.
    @Test(arguments: keys)
    func aKeyInErrorsIsNotSaid(key: String) async throws {
        try await MisbehavingServer.withServer { server in
            try told.writeProfile(
                server, "reveal-in-errors", "x", "    model: m\n    api_key: \(yaml(key))")
            for number in 0..<3 {
                let outcome = try await told.collect(
                    into: "r\(number)", ["--repeats", "8", "--concurrency", "1"])
                try expectNoKey(key, in: "r\(number)", outcome)
            }
            #expect(try await server.seen("reveal-in-errors", "x").count >= 20)
        }
    }

    @Test(arguments: 0..<TerminalTests.places.count)
    func aKeyInTheWordsOfAnEnvironmentIsNotKept(place: Int) async throws {
        let (name, words) = TerminalTests.places[place]
        let key = Self.keys[0]
        let half = key.count / 2
        let forms = [
            key, "\"\(key.prefix(half))\" + \"\(key.dropFirst(half))\"",
            Data("\(key)!".utf8).base64EncodedString(),
            key.utf8.map { "%" + String($0, radix: 16) }.joined(),
            key.utf8.map { String($0, radix: 16) }.joined(),
        ]
        try await MisbehavingServer.withServer { server in
            try told.writeProfile(
                server, "say", ToldCollection.label("print(run('look'))"),
                "    model: m\n    api_key_env: CANARY")
            for (index, form) in forms.enumerated() where index < 3 || place % 4 == index {
                let outcome = try await told.collect(
                    told: words("say \(form) x"), into: "r\(index)", key: key)
                try expectNoKey(key, in: "r\(index)", outcome)
                #expect(outcome.code != -9 && !outcome.errors.contains("Fatal"), "\(name)")
            }
        }
    }

    /// Calls whose record differs from what was sent are found again all the same.
    @Test func aRunWithAKeyInItsBodyGoesOnWithoutAskingTwice() async throws {
        let key = Self.keys[0]
        let label = ToldCollection.label("run('\(key)')")
        try await MisbehavingServer.withServer { server in
            let more = "    model: m\n    api_key_env: CANARY\n    extra_body: {user: \(yaml(key)), token: t}"
            try told.writeProfile(server, "say", label, more)
            let first = try await told.collect(["--repeats", "3", "--max-episodes", "2"], key: key)
            #expect(first.code == 0, "\(first.errors)")
            let asked = try await server.seen("say", label).count
            let shard = "r/trajectories/part-00000.jsonl.gz"
            _ = try told.directory.write(Array(try told.directory.bytes(of: shard).dropLast(9)), to: shard)
            let second = try await told.collect(["--repeats", "3", "--resume"], key: key)
            #expect(second.code == 0, "\(second.errors)")
            #expect(try await server.seen("say", label).count == asked / 2 * 3)
            try expectNoKey(key, in: "r", second)
        }
    }

    @Test(arguments: [
        "http://user:\(keys[0])@127.0.0.1:1", "http://127.0.0.1:1/?key=\(keys[0])",
        "http://127.0.0.1:1#\(keys[0])",
    ])
    func anAddressWithALoginOrAQueryIsRefusedUnseen(url: String) async throws {
        let key = Self.keys[0]
        _ = try told.directory.write(
            Array("models: {p: {model: m, base_url: \"\(url)\"}}".utf8), to: "profiles.yaml")
        for command in [
            ["collect", "--policy", "p", "--run", "r"],
            ["collect", "--env-url", url, "--env-kind", "webshop", "--run", "r"],
        ] {
            let outcome = try await BuiltProgram.run(
                command, in: told.directory.path, variables: VerifyFixture.python)
            #expect(outcome.code == 64, "\(outcome.errors)")
            try expectNoKey(key, in: "r", outcome)
            #expect(!Directory.isPresent(told.directory.file("r")))
        }
    }
}
