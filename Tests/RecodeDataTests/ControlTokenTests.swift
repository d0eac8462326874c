import Export
import FoundationEssentials
import JSONLines
import TemporaryFiles
import Testing
import Trajectories

@testable import RecodeData

/// Where exports find texts that a trainer would take for turns of a chat, and what each format does with them.
@Suite(.serialized) struct ControlTokenTests: ControlTokenExports {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    // MARK: - Where they are found

    private struct Place: Sendable {
        var name: String
        var options: [String] = []
        /// How many rows hold it; `nil` for some.
        var rows: Int? = 1
        /// Puts a text there.
        var put: @Sendable (String, inout Trajectory) throws -> Void
    }

    private static func expansion(
        _ name: String, options: [String] = [], rows: Int? = 1, at place: Int = 0,
        _ put: @escaping @Sendable (String, inout Expansion) -> Void
    ) -> Place {
        Place(name: name, options: options, rows: rows) { text, trajectory in
            let node = expansions(of: trajectory)[place]
            guard var expansion = trajectory.nodes[node].expansion else { return }
            put(text, &expansion)
            trajectory.nodes[node].expansion = expansion
        }
    }

    private static let places: [Place] = [
        expansion("thought, at its end") { $1.thought += $0 },
        expansion("thought, at its beginning") { $1.thought = $0 + $1.thought },
        expansion("thought, inside a word") { $1.thought = "some\($0)thing" },
        expansion("code") { $1.code = "# \($0.split(separator: "\n").joined())\n" + $1.code },
        expansion("a value, at its end") { text, expansion in
            expansion.variables.append(Variable(name: "note", type: "str", value: "x" + text))
        },
        expansion("a value, in the middle") { text, expansion in
            expansion.variables.append(Variable(name: "note", type: "str", value: "x \(text) y"))
        },
        expansion("a variable's type") { text, expansion in
            expansion.variables.append(Variable(name: "note", type: text, value: "x"))
        },
        Place(name: "a forged signature") { text, trajectory in
            let node = expansions(of: trajectory)[1]
            trajectory.nodes[node].code = "y = win(x)\n\nVariables:\n- x (str): forged\(text)"
        },
        expansion("a failed answer that was mended", options: ["--failures", "repair"], rows: 1) {
            text, expansion in
            expansion.attempts = [Attempt(response: text, problem: .format, message: "There is no block.")]
        },
        expansion("what was said of one", options: ["--failures", "repair"], rows: 1) { text, expansion in
            expansion.attempts = [Attempt(response: "No.", problem: .runtime, message: "NameError: \(text)")]
        },
        Place(name: "a rejected answer", options: ["--failures", "preference"]) { text, trajectory in
            for (place, node) in expansions(of: trajectory).prefix(3).enumerated() {
                trajectory.nodes[node].expansion?.attempts = [
                    Attempt(
                        response: place == 1 ? "No. \(text)" : "No.", problem: .format,
                        message: "There is no block.")
                ]
            }
        },
        Place(name: "the instruction", options: ["--method", "react"], rows: nil) { $1.instruction += $0 },
        Place(name: "the first observation", options: ["--method", "codeact"], rows: nil) {
            $1.initialObservation = $0 + $1.initialObservation
        },
        Place(name: "an observation in the history", options: ["--method", "react"], rows: nil) {
            text, trajectory in
            let node = trajectory.nodes.firstIndex { !$0.actions.isEmpty } ?? 0
            trajectory.nodes[node].actions[0].observation += text
        },
        Place(name: "an action", options: ["--method", "react"], rows: nil) { text, trajectory in
            let node = trajectory.nodes.firstIndex { !$0.actions.isEmpty } ?? 0
            trajectory.nodes[node].actions[0].action += text.split(separator: "\n").joined()
        },
        Place(name: "the policy's name", rows: nil) { $1.policy.name = $0.split(separator: "\n").joined() },
    ]

    /// Rows with a token are left out and counted, and no others are.
    @Test(arguments: places.indices) func rowsAreDroppedWhereverATokenIs(index: Int) async throws {
        let place = Self.places[index]
        let text = Self.forgeries[index % Self.forgeries.count]
        try write { try place.put(text, &$0) }
        let keep = place.options + ["--control-tokens", "keep", "--tokens", "none"]
        let whole = try #require(try await export(keep).manifest)
        let all = try lines()
        let tokens = try Self.controlTokens()
        let holding = all.filter { !tokens.found(in: [$0]).isEmpty }
        #expect(
            !holding.isEmpty && place.rows.map { $0 == holding.count } ?? true,
            "\(place.name): \(holding.count)")
        #expect(whole.counts.controlTokens?.kept == holding.count)
        #expect(whole.counts.controlTokens?.tokens.isEmpty == false)
        let (manifest, errors) = try await export(place.options + ["--tokens", "none"])
        let kept = try lines()
        #expect(kept == all.filter { tokens.found(in: [$0]).isEmpty }, "\(place.name)")
        #expect(manifest?.counts.dropped["control_tokens"] == holding.count)
        #expect(manifest?.counts.controlTokens?.tokens == whole.counts.controlTokens?.tokens)
        #expect(errors.contains("\(holding.count) control_tokens"), "\(errors)")
        let card = String(decoding: try directory.bytes(of: "e/README.md"), as: UTF8.self)
        #expect(card.contains("Pairs whose texts hold any were left out: \(holding.count)."), "\(card)")
    }

    @Test func oneOfASiblingsAnswersIsLookedAtToo() async throws {
        try SampleRun.writeWorse(to: directory.file("worse"))
        let plain = try await siblings()
        try FileManager.default.removeItem(atPath: directory.file("worse"))
        let episodes = try SampleRun.trajectories()
        let forged = try worse(episodes) { $0.nodes[0].expansion?.thought = "Let us see.</s>" }
        #expect(forged == episodes.count)
        let dropped = try await siblings()
        let count = try #require(dropped.counts.dropped["control_tokens"])
        #expect(count > 0 && dropped.counts.pairs == plain.counts.pairs - count)
    }

    private func siblings() async throws -> ExportManifest {
        let outcome = try await BuiltProgram.run(
            [
                "export", SampleRun.path, "worse", "--failures", "preference", "--tokens", "none", "--out",
                "e",
            ],
            in: directory.path)
        try #require(outcome.code == 0, "\(outcome.errors)")
        return try ExportManifest.read(from: directory.file("e"))
    }

    /// Writes the sample episodes once more with half the reward.
    private func worse(_ episodes: [Trajectory], _ change: (inout Trajectory) -> Void) throws -> Int {
        let start = try RunCollector.begin(
            at: directory.file("worse"), recipe: ["made": "up"], versions: ["test": "1"], unfinished: .refuse)
        guard case .collecting(let collector) = start else { return 0 }
        var ids: [String] = []
        for var episode in episodes {
            episode.id = Digest.sha256Hex(of: "worse \(episode.id)".utf8).prefix(32).description
            episode.repeat = 1
            episode.reward /= 2
            for index in episode.nodes.indices where episode.nodes[index].expansion != nil {
                episode.nodes[index].expansion?.thought = "Let us see."
            }
            change(&episode)
            try collector.append(episode)
            ids.append(episode.id)
        }
        _ = try collector.seal(order: ids)
        return ids.count
    }

    // MARK: - Formats

    private static let formats = ["prompt-completion", "messages", "sharegpt", "alpaca", "openai", "text"]

    @Test(arguments: formats) func everyFormatDropsEscapesOrKeeps(format: String) async throws {
        let place = Self.formats.firstIndex(of: format) ?? 0
        let text = Self.forgeries[place]
        let ending = ["sharegpt", "alpaca", "openai"].contains(format) ? "jsonl" : "jsonl.gz"
        try writeForgery(text)
        let options = ["--format", format, "--chat-template", "none", "--tokens", "none"]
        let tokens = try Self.controlTokens()
        _ = try await export(options + ["--control-tokens", "keep"])
        let all = try lines(ending)
        #expect(all.count { !tokens.found(in: [$0]).isEmpty } == 2, "\(format)")
        _ = try await export(options)
        #expect(try lines(ending) == all.filter { tokens.found(in: [$0]).isEmpty })
        let (manifest, errors) = try await export(options + ["--control-tokens", "escape"])
        let escaped = try lines(ending)
        #expect(escaped.allSatisfy { tokens.found(in: [$0]).isEmpty } && escaped.count == all.count)
        // As it is in JSON, where a backslash is written twice.
        #expect(escaped.map { $0.replacing("<\\\\", with: "<").replacing("[\\\\", with: "[") } == all)
        #expect(
            manifest?.counts.controlTokens?.escaped == 2 && manifest?.counts.dropped["control_tokens"] == nil)
        #expect(manifest?.recipe.controlTokens?.policy == .escape)
        #expect(errors.contains("; 2 with control tokens escaped"), "\(errors)")
        let verified = try await BuiltProgram.run(
            ["verify", "e", "--runs", "run"], in: directory.path, variables: VerifyFixture.python)
        #expect(verified.code == 0 && verified.output.contains("made again: "), "\(verified.errors)")
    }

    /// With a backslash in it a code is another one, or none.
    @Test(arguments: ["y = a[INST]", "note = '<|im_end|>'", "ok = a<bos>b", "# <|eot_id|>\nx = 1"])
    func escapingLeavesOutAnswersThatActWithAToken(code: String) async throws {
        try write { trajectory in
            let node = Self.expansions(of: trajectory)[1]
            trajectory.nodes[node].expansion?.code += "\n\(code)"
        }
        let options = ["--chat-template", "none", "--tokens", "none"]
        let (kept, _) = try await export(options + ["--control-tokens", "keep"])
        #expect(kept?.counts.controlTokens?.kept == 1)
        let (escaped, _) = try await export(options + ["--control-tokens", "escape"])
        #expect(escaped?.counts.dropped["control_tokens"] == 1 && escaped?.counts.controlTokens?.escaped == 0)
    }

    @Test func aThoughtOfReactWithAnActionIsLeftOut() async throws {
        let options = ["--method", "react", "--history", "0", "--chat-template", "none", "--tokens", "none"]
        try write()
        let (honest, _) = try await export(options)
        try FileManager.default.removeItem(atPath: directory.file("run"))
        try write { trajectory in
            for node in Self.expansions(of: trajectory) {
                trajectory.nodes[node].expansion?.thought += "\nAction: obey"
            }
        }
        let (forged, _) = try await export(options)
        let dropped = forged?.counts.dropped["control_tokens"] ?? 0
        #expect(honest?.counts.dropped["control_tokens"] == nil && dropped > 0)
        #expect(forged?.counts.pairs == (honest?.counts.pairs ?? 0) - dropped)
    }

    /// A tokenizer's file may name any text a token: in the card it is shown as a name.
    @Test func theCardShowsTokensOfOthersAsText() async throws {
        let token = "<|`\n# Forged heading\u{1b}[31m|>"
        try write { trajectory in
            let node = Self.expansions(of: trajectory)[1]
            trajectory.nodes[node].expansion?.thought += token
        }
        let source = "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}{{ eos_token }}"
        _ = try directory.write(Array(source.utf8), to: "t.jinja")
        let config = try CanonicalJSON.encode(["eos_token": token])
        _ = try directory.write(config, to: "tokenizer_config.json")
        _ = try await export(
            [
                "--format", "text", "--chat-template", "t.jinja", "--tokens", "none", "--control-tokens",
                "keep",
            ])
        let card = String(decoding: try directory.bytes(of: "e/README.md"), as: UTF8.self)
        #expect(card.contains("Forged heading"))
        #expect(
            !card.contains("\u{1b}") && !card.split(separator: "\n").contains { $0.hasPrefix("# Forged") })
    }

    @Test func tokensOfFilesAreBounded() async throws {
        try write()
        _ = try directory.write(Array("{{ messages[0].content }}".utf8), to: "t.jinja")
        let names = (0..<20_000).map { JSONValue.string("<|made_up_\($0)|>") }
        let config = try CanonicalJSON.encode(
            JSONValue.object(["additional_special_tokens": .array(names)]))
        _ = try directory.write(config, to: "tokenizer_config.json")
        let (_, errors) = try await export(
            ["--format", "text", "--chat-template", "t.jinja", "--tokens", "none"], expecting: 65)
        #expect(errors.contains("20000 control tokens"), "\(errors)")
    }

    @Test(arguments: ["drop", "escape", "keep"]) func parquetToo(policy: String) async throws {
        try writeForgery(Self.forgeries[0])
        let (manifest, _) = try await export(["--format", "parquet", "--control-tokens", policy])
        let found = manifest?.counts.controlTokens
        #expect(manifest?.counts.dropped["control_tokens"] == (policy == "drop" ? 2 : nil))
        #expect(found?.escaped == (policy == "escape" ? 2 : 0) && found?.kept == (policy == "keep" ? 2 : 0))
        #expect(found?.tokens == ["<|im_end|>": 2, "<|im_start|>": 2] && found?.more == 0)
        let verified = try await BuiltProgram.run(
            ["verify", "e", "--runs", "run"], in: directory.path, variables: VerifyFixture.python)
        #expect(verified.code == 0 && verified.output.contains("made again: "), "\(verified.errors)")
    }

    /// The rendered rows have the turns that there were, and no forged one.
    @Test(arguments: [nil, "drop", "escape"] as [String?]) func renderedRowsHoldNoForgedTurn(policy: String?)
        async throws
    {
        try writeForgery(Self.forgeries[0])
        _ = try await export(["--format", "text"] + (policy.map { ["--control-tokens", $0] } ?? []))
        for row in try lines() {
            #expect(row.split(separator: "<|im_start|>").count == 4, "system, user and assistant: \(row)")
            #expect(row.split(separator: "<|im_end|>").count == 4)
        }
    }

    /// Without a template contents stand one after the other, and a token may be parted by two of them.
    @Test func aTokenThatIsMadeOfTwoMessagesIsFound() async throws {
        try write { trajectory in
            let nodes = trajectory.nodes.indices.filter { !trajectory.nodes[$0].actions.isEmpty }
            trajectory.nodes[nodes[0]].actions[0].action += "<|im_"
            trajectory.nodes[nodes[0]].actions[0].observation =
                "end|>" + trajectory.nodes[nodes[0]].actions[0].observation
        }
        let options = [
            "--method", "react", "--style", "bare", "--format", "text", "--chat-template", "none", "--tokens",
            "none",
        ]
        let kept = try #require(try await export(options + ["--control-tokens", "keep"]).manifest)
        #expect(try lines().contains { $0.contains("<|im_end|>") })
        let dropped = try #require(try await export(options).manifest)
        #expect(try lines().allSatisfy { !$0.contains("<|im_end|>") })
        #expect(dropped.counts.pairs == kept.counts.pairs - (kept.counts.controlTokens?.kept ?? 0))
        _ = try await export(options + ["--control-tokens", "escape"])
        #expect(try lines().allSatisfy { !$0.contains("<|im_end|>") } && lines().count == kept.counts.pairs)
    }
}
