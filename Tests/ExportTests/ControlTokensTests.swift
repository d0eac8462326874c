import Export
import FoundationEssentials
import Testing
import Trajectories

/// Finding control tokens in texts, and writing them so that they are none.
@Suite struct ControlTokensTests {
    private static let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    private static let path = "\(root)/data/control-tokens.json"

    private func common(with own: [String] = []) throws -> ControlTokens {
        try ControlTokenList(path: Self.path).tokens(with: own)
    }

    @Test(arguments: [
        ("", []),
        ("<|im_end|>", ["<|im_end|>"]),
        ("a<|im_end|>b<|im_end|>", ["<|im_end|>"]),
        ("<<|im_end|>>", ["<|im_end|>"]),
        ("<|im_<|im_start|>", ["<|im_start|>"]),
        ("<|im_start|<|im_end|", []),
        ("word[INST]word[/INST]", ["[/INST]", "[INST]"]),
        ("[inst] <|IM_END|> <| im_end |>", []),
        ("<|im_\nend|>", []),
        ("<<SYS>>\nx\n<</SYS>>", ["<</SYS>>", "<<SYS>>"]),
        ("<start_of_turn>user\n<end_of_turn>", ["<end_of_turn>", "<start_of_turn>"]),
        ("<｜User｜>x<｜Assistant｜><｜end▁of▁sentence｜>", ["<｜Assistant｜>", "<｜User｜>", "<｜end▁of▁sentence｜>"]),
        ("<|channel|>final<|message|>hi<|return|>", ["<|channel|>", "<|message|>", "<|return|>"]),
        ("</s><s>", ["</s>", "<s>"]),
        ("[gMASK]<sop>", ["<sop>", "[gMASK]"]),
        // What normal form C makes the same.
        ("[gMAS\u{212A}]", ["[gMASK]"]),
        // A mark behind a token is no part of it for a tokenizer that looks at bytes.
        ("<|im_end|>\u{338}", ["<|im_end|>"]),
        ("<|START_OF_TURN_TOKEN|><|fim_prefix|>", ["<|START_OF_TURN_TOKEN|>", "<|fim_prefix|>"]),
    ])
    func tokensAreFoundByTheirBytes(text: String, tokens: [String]) throws {
        #expect(try common().found(in: [text]).sorted() == tokens.sorted())
    }

    /// What honest environments and answers say.
    @Test(arguments: [
        "[button] B09QKP7XQL [button_] [SEP] Back to Search [SEP] Price: $9.99 [SEP]",
        "<think>\nI look.\n</think>\n<execute>\nrun('look around')\n</execute>",
        "if a < b and c[0] > d: print('<b>bold</b>', x[i], [1, 2], '<|>')",
        "| a | b |\n| --- | --- |\n<table><tr><td>1</td></tr></table> <0x0A> <http://a.b/c>",
        "Dear [NAME], this is [1] and [x]. <br/> 3 <4> 5 << 6 >> 7 <= 8",
    ])
    func honestTextsHoldNone(text: String) throws {
        #expect(try common().found(in: [text]).isEmpty)
    }

    @Test func aTokenMayBeginInOneTextAndEndInTheNext() throws {
        let tokens = try common()
        #expect(tokens.found(in: ["a<|im_", "end|>b"]) == ["<|im_end|>"])
        #expect(tokens.found(in: ["a<", "|im_", "", "end|>b"]) == ["<|im_end|>"])
        #expect(tokens.found(in: ["a<|im_", " ", "end|>b"]).isEmpty)
        #expect(tokens.escaped(["a<", "|im_end|>b"]) == ["a<\\", "|im_end|>b"])
        #expect(tokens.escaped(["a<|im_", "end|>b"]) == ["a<\\|im_", "end|>b"])
    }

    @Test(arguments: [
        ("<|im_end|>", "<\\|im_end|>"),
        ("a</s>b[/INST]", "a<\\/s>b[\\/INST]"),
        ("<<SYS>>", "<\\<SYS>>"),
        ("<｜User｜>", "<\\｜User｜>"),
        ("<|im_end|><|im_end|>", "<\\|im_end|><\\|im_end|>"),
        ("plain [SEP] 中文", "plain [SEP] 中文"),
    ])
    func anEscapedTokenSaysWhatItWas(text: String, escaped: String) throws {
        let tokens = try common()
        #expect(tokens.escaped([text]) == [escaped])
        #expect(tokens.found(in: [escaped]).isEmpty)
        #expect(tokens.escaped([escaped]) == [escaped], "what holds none stays as it is")
    }

    @Test func aTokenInsideAnotherIsEscapedToo() {
        let tokens = ControlTokens(["<a|b>", "<<a|b>>", "b>>c", "|b"])
        #expect(tokens.names == ["<<a|b>>", "<a|b>", "b>>c", "|b"])
        #expect(tokens.found(in: ["<<a|b>>c"]) == ["<<a|b>>", "<a|b>", "b>>c", "|b"])
        let escaped = tokens.escaped(["<<a|b>>c"])
        #expect(escaped == ["<\\<\\a|\\b\\>>c"])
        #expect(tokens.found(in: escaped).isEmpty)
    }

    /// Against a search that looks for every token at every place.
    @Test func randomTextsHoldWhatASlowSearchFinds() {
        var generator = SeededGenerator(seed: 3)
        for round in 0..<300 {
            let letters = Array("<|>ab")
            func text(_ count: Int) -> String {
                String((0..<count).compactMap { _ in letters.randomElement(using: &generator) })
            }
            let names = (0..<6).map { _ in text(Int.random(in: 1...5, using: &generator)) }
            let texts = (0..<3).map { _ in text(Int.random(in: 0...20, using: &generator)) }
            let tokens = ControlTokens(names)
            let whole = Array(texts.joined().utf8)
            let found = names.filter { name in
                let name = Array(name.utf8)
                return name.count <= whole.count
                    && (0...(whole.count - name.count)).contains { whole[$0...].starts(with: name) }
            }
            #expect(tokens.found(in: texts) == Set(found), "round \(round): \(names) in \(texts)")
            let escaped = tokens.escaped(texts)
            #expect(escaped.joined().filter { $0 != "\\" } == texts.joined(), "round \(round)")
        }
    }

    /// As many bytes as a record's largest value in a test's time: a search that goes back would not end.
    @Test(arguments: ["<", "<|", "<|im_", "[", "<s", "<<"]) func longTextsOfBeginningsHoldNone(text: String)
        throws
    {
        let long = String(repeating: text, count: (2 << 20) / text.count)
        #expect(try common().found(in: [long, "|im_en"]).isEmpty)
        #expect(try common().found(in: [long, "<|im_end|>"]) == ["<|im_end|>"])
    }

    @Test func theListOfCommonTokensIsSound() throws {
        let list = try ControlTokenList(path: Self.path)
        let tokens = list.families.flatMap(\.tokens)
        #expect(tokens.count > 200 && Set(tokens).count == tokens.count, "each once")
        #expect(
            list.families.allSatisfy { !$0.family.isEmpty && $0.source.contains("/") && !$0.tokens.isEmpty })
        #expect(tokens.allSatisfy { !$0.contains(where: \.isNewline) })
        for name in [
            "<|im_start|>", "<|im_end|>", "<|endoftext|>", "<|eot_id|>", "<|start_header_id|>", "[INST]",
            "[/INST]",
            "<<SYS>>", "<s>", "</s>", "<start_of_turn>", "<end_of_turn>", "<|user|>", "<|assistant|>",
            "<|system|>", "<|end|>", "<|begin_of_text|>", "<｜User｜>", "<｜Assistant｜>", "<｜end▁of▁sentence｜>",
            "<bos>",
            "<eos>", "<tool_call>", "<|fim_prefix|>", "<|channel|>", "<|message|>", "<|start|>", "<|return|>",
            "<|call|>", "[gMASK]", "<|START_OF_TURN_TOKEN|>",
        ] {
            #expect(tokens.contains(name), "\(name)")
        }
        let left = ["<think>", "</think>", "<execute>", "</execute>", "[SEP]"]
        #expect(Set(left).isSubset(of: list.leftOut.map(\.token)))
        let own = try common(with: ["<|own|>", "<|im_end|>"] + left)
        #expect(own.names.count == tokens.count + 1 && own.names.contains("<|own|>"))
        #expect(own.sha256 != (try common()).sha256)
    }

    @Test(arguments: [
        ("[]", "it is no list of control tokens"),
        ("{\"schema\": \"x\", \"families\": [], \"left_out\": []}", "its schema is \"x\""),
        ("{\"schema\": \"recode.control-tokens.v1\", \"families\": []}", "it is no list of control tokens"),
        (
            "{\"schema\": \"recode.control-tokens.v1\", \"left_out\": [], \"families\": "
                + "[{\"family\": \"f\", \"source\": \"s\", \"tokens\": [\"<\"]}]}",
            "the token \"<\" has fewer than three characters"
        ),
        (
            "{\"schema\": \"recode.control-tokens.v1\", \"left_out\": [{\"token\": \"<|a|>\", \"reason\": \"r\"}], \"families\": "
                + "[{\"family\": \"f\", \"source\": \"s\", \"tokens\": [\"<|a|>\"]}]}",
            "the token \"<|a|>\" is among the families and in left_out"
        ),
    ])
    func aListThatIsNoneIsNamed(text: String, problem: String) throws {
        let directory = try TemporaryDirectory()
        let path = "\(directory.path)/list.json"
        try Data(text.utf8).write(to: URL(filePath: path))
        let error = #expect(throws: ExportError.self) { try ControlTokenList(path: path) }
        #expect(error?.code == .badControlTokens)
        #expect(error?.message.hasPrefix("\(path): \(problem)") == true, "\(error?.message ?? "")")
    }

    @Test func countsNameTheMostFrequentTokens() {
        var tally = ControlTokenTally()
        for number in 0..<150 { tally.add(["<|\(number)|>"], .dropped) }
        tally.add(["<|149|>", "<|x|>"], .escaped)
        tally.add(["<|x|>"], .kept)
        let counts = tally.counts
        #expect(counts.escaped == 1 && counts.kept == 1 && counts.more == 51)
        #expect(counts.tokens.count == 100 && counts.tokens["<|149|>"] == 2 && counts.tokens["<|x|>"] == 2)
    }
}
