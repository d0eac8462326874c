import FoundationEssentials
import Tokens
import Trajectories

/// Counting tokens on one thread, against tiktoken and Hugging Face's `tokenizers` on the same texts and vocabulary.
struct TokenBench {
    let python: String
    let rounds: Int

    private static let script = "Tests/TokensTests/reference_tokens.py"
    private static let rankFile = ".venv/share/recode-data/qwen.tiktoken"

    /// What a reference took, and a checksum of its ids.
    private struct Reference: Decodable {
        var seconds: Double
        var tokens: Int
        var sha256: String
    }

    func run() async throws -> String {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let corpus = "\(folder.path)/texts.jsonl"
        let file = "\(folder.path)/tokenizer.json"
        try await Program.run(python, [Self.script, "corpus", corpus, "data/samples"])
        try await Program.run(python, [Self.script, "tokenizer", Self.rankFile, "qwen", file])
        let texts = try Self.texts(in: corpus)
        let byteCount = texts.reduce(0) { $0 + $1.utf8.count }
        let tokenizers = (
            ranks: try Tokenizer(rankFile: Self.rankFile, pattern: .qwen),
            file: try Tokenizer(tokenizerFile: file)
        )
        var ours = Measurement()
        var oursByFile = Measurement()
        var tiktoken: [Reference] = []
        var huggingFace: [Reference] = []
        for _ in 0..<rounds {
            try await ours.time { try Self.count(texts, tokenizers.ranks) }
            tiktoken.append(try await reference(corpus, ["tiktoken", Self.rankFile, "qwen"]))
            try await oursByFile.time { try Self.count(texts, tokenizers.file) }
            huggingFace.append(try await reference(corpus, ["huggingface", file]))
        }
        let isSame =
            Self.digest(texts, tokenizers.ranks.encodeOrdinary) == tiktoken[0].sha256
            && Self.digest(texts, tokenizers.file.encode) == huggingFace[0].sha256
        let megabytes = Double(byteCount) / 1e6
        func row(_ name: String, _ seconds: [Double]) -> String {
            "| \(name) | \(Measurement.summary(seconds)) | \(Measurement.fixed(megabytes / Measurement.median(seconds), 1)) |"
        }
        let ratios = (
            zip(tiktoken.map(\.seconds), ours.seconds).map { $0 / $1 },
            zip(huggingFace.map(\.seconds), oursByFile.seconds).map { $0 / $1 }
        )
        return """
            ## Counting tokens

            \(Measurement.fixed(megabytes, 1)) MB of trajectories, source code, translations and odd characters, \(tiktoken[0].tokens) tokens
            of Qwen's vocabulary, one thread. The same ids in the same order as both references: \(isSame ? "yes" : "NO").

            | what | seconds | MB/s |
            | --- | ---: | ---: |
            \(row("recode-data, rank file", ours.seconds))
            \(row("tiktoken, `encode_ordinary`", tiktoken.map(\.seconds)))
            \(row("recode-data, `tokenizer.json`", oursByFile.seconds))
            \(row("Hugging Face `tokenizers`", huggingFace.map(\.seconds)))
            | tiktoken's time by ours (promised: at least 3) | \(Measurement.summary(ratios.0, digits: 1)) | |
            | `tokenizers`' time by ours (promised: at least 3) | \(Measurement.summary(ratios.1, digits: 1)) | |

            """
    }

    private func reference(_ corpus: String, _ arguments: [String]) async throws -> Reference {
        let output = try await Program.run(python, [Self.script, "speed", corpus] + arguments)
        return try CanonicalJSON.decode(Reference.self, from: output.utf8)
    }

    private static func texts(in path: String) throws -> [String] {
        let data = try Data(contentsOf: URL(filePath: path))
        return try data.split(separator: UInt8(ascii: "\n")).map {
            try JSONDecoder().decode(String.self, from: $0)
        }
    }

    private static func count(_ texts: [String], _ tokenizer: Tokenizer) throws {
        let counter = TokenCounter(tokenizer)
        var total = 0
        for text in texts { total += try counter.count(text) }
        precondition(total > 0, "the texts have tokens")
    }

    /// A checksum of all ids, four bytes each, the lowest first.
    private static func digest(_ texts: [String], _ encode: (String) -> [Int]) -> String {
        var bytes: [UInt8] = []
        for text in texts {
            for id in encode(text) {
                withUnsafeBytes(of: UInt32(id).littleEndian) { bytes.append(contentsOf: $0) }
            }
        }
        return Digest.sha256Hex(of: bytes)
    }
}
