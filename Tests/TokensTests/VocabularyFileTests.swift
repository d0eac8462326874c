import FoundationEssentials
import TemporaryFiles
import Testing
import Tokens

/// Vocabulary files that are torn, of another kind, or ask for what is not done here.
struct VocabularyFileTests {
    private let directory: TemporaryDirectory
    /// A vocabulary of the 256 bytes.
    private static let bytes = (0..<256).map { "\(Data([UInt8($0)]).base64EncodedString()) \($0)\n" }.joined()

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func failure(_ text: String, _ read: (String) throws(TokensError) -> Tokenizer) throws
        -> TokensError?
    {
        let path = try directory.write(Array(text.utf8), to: "v")
        do throws(TokensError) {
            _ = try read(path)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [
        ("YWI= 256", ":257: the last line has no end: the file is cut."),
        ("YWI=\n", ":257: not a line of a tiktoken rank file"),
        ("YWI= -1\n", ":257: not a line of a tiktoken rank file"),
        ("?? 256\n", ":257: not a line of a tiktoken rank file"),
        ("YWI= 255\n", ":257: the token or its id 255 came before."),
        ("YQ== 256\n", ":257: the token or its id 256 came before."),
        ("YWI= 257\n", "holds 257 tokens, and the highest id is 257: lines are missing."),
    ])
    func aDamagedRankFileIsNamedByItsLine(more: String, problem: String) throws {
        let error = try failure(Self.bytes + more) { path throws(TokensError) in
            try Tokenizer(rankFile: path, pattern: .qwen)
        }
        #expect(error?.code == .badVocabulary)
        #expect(error?.message.contains(problem) == true, "\(error?.message ?? "none")")
    }

    @Test func aRankFileWithoutEveryByteIsRefused() throws {
        for text in ["", "YWI= 0\n"] {
            let error = try failure(text) { path throws(TokensError) in
                try Tokenizer(rankFile: path, pattern: .qwen)
            }
            #expect(error?.code == .badVocabulary)
        }
    }

    @Test func aMissingFileIsNamed() {
        #expect(throws: TokensError.self) {
            try Tokenizer(rankFile: directory.file("none"), pattern: .qwen)
        }
    }

    private func tokenizerFile(_ change: [(String, String)] = []) -> String {
        let vocabulary = (0..<256).map { byte in
            let visible = (0x21...0x7E).contains(byte) || (0xA1...0xAC).contains(byte) || byte >= 0xAE
            let hidden = (0..<byte).count {
                !((0x21...0x7E).contains($0) || (0xA1...0xAC).contains($0) || $0 >= 0xAE)
            }
            let scalar = Unicode.Scalar(UInt32(visible ? byte : 256 + hidden)) ?? " "
            let name = ["\"": "\\\"", "\\": "\\\\"][String(Character(scalar))] ?? String(Character(scalar))
            return "\"\(name)\": \(byte)"
        }.joined(separator: ", ")
        var text = """
            {"added_tokens": [{"id": 257, "content": "<|end|>"}], "normalizer": null,
             "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "use_regex": true},
             "model": {"type": "BPE", "vocab": {\(vocabulary), "ab": 256}, "merges": ["a b"]}}
            """
        for (old, new) in change { text = text.replacing(old, with: new) }
        return text
    }

    @Test func aSmallTokenizerFileIsRead() throws {
        let path = try directory.write(Array(tokenizerFile().utf8), to: "v")
        let tokenizer = try Tokenizer(tokenizerFile: path)
        #expect(tokenizer.encode("ab<|end|>b") == [256, 257, 98])
        #expect(tokenizer.encodeOrdinary("é") == [195, 169])
    }

    /// What a vocabulary adds and a text must not say: not all that it adds.
    @Test(arguments: [
        ("<|end|>", false, true), ("<｜User｜>", false, true), ("<end_of_turn>", false, true),
        ("[INST]", false, true),
        ("<</SYS>>", false, true), ("[|user|]", false, true), ("</s>", true, true), ("<s>", true, true),
        ("▁<EOT>", true, true), ("<|reserved 1|>", true, true), ("<think>", false, false),
        ("</b>", false, false),
        ("<h1>", false, false), ("<0x0A>", true, false), ("\\n\\n", true, false), ("  ", true, false),
        ("word", true, false), ("<", true, false), ("中文字", true, false), ("[a]", false, false),
        ("--", true, false),
    ])
    func controlTokensAreToldByTheirFlagOrTheirForm(name: String, isSpecial: Bool, isControl: Bool) throws {
        let added = "{\"id\": 257, \"content\": \"\(name)\", \"special\": \(isSpecial)}"
        let text = tokenizerFile([("{\"id\": 257, \"content\": \"<|end|>\"}", added)])
        let tokenizer = try Tokenizer(tokenizerFile: try directory.write(Array(text.utf8), to: "v"))
        #expect(tokenizer.controlTokens == (isControl ? [name] : []))
    }

    @Test func controlTokensOfATemplateAreFoundInItsSource() {
        let source = """
            {%- for m in messages %}{{ '<|start_header_id|>' + m['role'] + '<|end_header_id|>\n\n' }}[INST] <<SYS>> x <</SYS>>
            {{ "<｜User｜>" }}<start_of_turn>{{ m[KEY] }} <b>{{ a[0] }} <| x |> <tool_call>{"a": [1]}</tool_call> [|user|] <think>
            """
        #expect(
            ControlTokenForm.tokens(inTemplate: source) == [
                "<|start_header_id|>", "<|end_header_id|>", "[INST]", "<<SYS>>", "<</SYS>>", "<｜User｜>",
                "<start_of_turn>", "[KEY]", "<tool_call>", "</tool_call>", "[|user|]",
            ])
        let long = String(repeating: "<|", count: 100_000) + String(repeating: "<", count: 100_000)
        #expect(ControlTokenForm.tokens(inTemplate: long).isEmpty)
    }

    @Test(arguments: [
        ("\"normalizer\": null", "\"normalizer\": {\"type\": \"Lowercase\"}", "normalizer: Lowercase"),
        ("\"ByteLevel\"", "\"Whitespace\"", "pre_tokenizer: does not end with ByteLevel"),
        ("\"add_prefix_space\": false", "\"add_prefix_space\": true", "add_prefix_space"),
        ("\"BPE\"", "\"Unigram\"", "model.type: Unigram"),
        ("[\"a b\"]", "[\"a c\"]", "model.merges[0]: a and c"),
        ("[\"a b\"]", "[\"a b c\"]", "not a Hugging Face tokenizer.json"),
        ("\"ab\": 256}", "\"ab\": 256, \"日\": 300}", "model.vocab: 日 has characters that stand for no byte"),
        ("\"content\": \"<|end|>\"", "\"content\": \"<|end|>\", \"lstrip\": true", "added_tokens: <|end|>"),
        ("\"merges\"", "\"mergers\"", "model.merges is missing"),
        ("\"type\": \"BPE\",", "\"type\": \"BPE\", \"byte_fallback\": true,", "byte_fallback"),
    ])
    func aTokenizerFileThatAsksForMoreIsRefused(old: String, new: String, problem: String) throws {
        let error = try failure(tokenizerFile([(old, new)])) { path throws(TokensError) in
            try Tokenizer(tokenizerFile: path)
        }
        #expect(error?.description.contains(problem) == true, "\(error?.description ?? "none")")
    }

    @Test func aVocabularyOfEitherKindIsToldByItsContent() throws {
        let path = try directory.write(Array(("\n" + tokenizerFile()).utf8), to: "v")
        #expect(try Tokenizer(vocabulary: path).encode("ab<|end|>b") == [256, 257, 98])
        let qwen = try Tokenizer(vocabulary: Reference.rankFile)
        #expect(qwen.encode("<|im_start|>e\u{301}<tool_call>") == [151644, 963, 151657])
    }

    @Test func aRankFileWhoseWayOfCuttingIsNotKnownIsRefused() throws {
        let error = try failure(Self.bytes) { path throws(TokensError) in try Tokenizer(vocabulary: path) }
        #expect(error?.code == .unsupported)
        #expect(error?.message.contains("a rank file of 256 tokens is none of r50k_base,") == true)
        let torn = try failure(Self.bytes + "YWI=") { path throws(TokensError) in
            try Tokenizer(vocabulary: path)
        }
        #expect(torn?.code == .badVocabulary)
    }

    @Test func aTornTokenizerFileIsRefused() throws {
        let error = try failure(String(tokenizerFile().dropLast(30))) { path throws(TokensError) in
            try Tokenizer(tokenizerFile: path)
        }
        #expect(error?.code == .badVocabulary)
    }
}
