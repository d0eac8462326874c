import FoundationEssentials
import Subprocess
import TemporaryFiles
import Tokens
import Trajectories

/// What a pair's tokens are counted of.
struct MessagePair: Codable {
    var prompt: [Message]
    var completion: [Message]
}

/// tiktoken and Hugging Face's tokenizers, run on the same texts (reference_tokens.py).
enum Reference {
    static let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    /// Where `make setup` puts Qwen's vocabulary.
    static let rankFile = "\(root)/.venv/share/recode-data/qwen.tiktoken"

    /// A program that failed, with its last words.
    struct Failure: Error {
        var words: String
    }

    /// Writes a tokenizer.json with Qwen's vocabulary and another pre-tokenizer.
    static func writeTokenizer(_ kind: String, to path: String) async throws {
        _ = try await run(["tokenizer", rankFile, kind, path], input: [])
    }

    /// What tiktoken makes of texts.
    static func tiktoken(_ kind: String, _ texts: [String]) async throws -> [[Int]] {
        try await ids(["tiktoken", rankFile, kind], texts)
    }

    /// What Hugging Face's tokenizers make of texts.
    static func huggingFace(_ file: String, _ texts: [String]) async throws -> [[Int]] {
        try await ids(["huggingface", file], texts)
    }

    /// How many tokens Hugging Face's tokenizers give pairs of messages under Qwen2.5's chat template.
    static func pairTokens(_ file: String, _ pairs: [MessagePair]) async throws -> [PairTokens] {
        let input = try pairs.flatMap { try JSONEncoder().encode($0) + [UInt8(ascii: "\n")] }
        return try await run(["pairs", file], input: input).split(separator: "\n").map {
            try JSONDecoder().decode(PairTokens.self, from: Data($0.utf8))
        }
    }

    private static func ids(_ arguments: [String], _ texts: [String]) async throws -> [[Int]] {
        let input = try texts.flatMap { try JSONEncoder().encode($0) + [UInt8(ascii: "\n")] }
        return try await run(arguments, input: input).split(separator: "\n").map {
            try JSONDecoder().decode([Int].self, from: Data($0.utf8))
        }
    }

    private static func run(_ arguments: [String], input: [UInt8]) async throws -> String {
        let script = "\(#filePath)".replacing("Reference.swift", with: "reference_tokens.py")
        let result = try await Subprocess.run(
            .path(.init("\(root)/.venv/bin/python")), arguments: Arguments([script] + arguments),
            input: .array(input),
            output: .string(limit: 1 << 30), error: .string(limit: 1 << 16))
        guard result.terminationStatus.isSuccess else { throw Failure(words: result.standardError) }
        return result.standardOutput
    }
}
