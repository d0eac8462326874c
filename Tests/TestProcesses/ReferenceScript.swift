import FoundationEssentials
import Subprocess

/// A script of the tests, run by the virtual environment's Python for comparison: a line of JSON in for each case, a line out.
public enum ReferenceScript {
    /// The script failed, with its last words.
    public struct Failure: Error {
        /// What it wrote to standard error.
        public var words: String
    }

    /// Asks a script about some cases.
    /// - Parameters:
    ///   - path: the script, from the root of the project.
    ///   - cases: what goes in.
    /// - Throws: ``Failure``.
    public static func answers<Answer: Decodable>(
        of path: String, to cases: [some Encodable], as type: Answer.Type = Answer.self
    ) async throws -> [Answer] {
        let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let input = try cases.flatMap { try JSONEncoder().encode($0) + [UInt8(ascii: "\n")] }
        let result = try await bounded(path) {
            try await Subprocess.run(
                .path(.init("\(root)/.venv/bin/python")), arguments: ["\(root)/\(path)"],
                input: .array(input),
                output: .string(limit: 1 << 24), error: .string(limit: 1 << 16))
        }
        guard result.terminationStatus.isSuccess else { throw Failure(words: result.standardError) }
        return try result.standardOutput.split(separator: "\n").map {
            try JSONDecoder().decode(type, from: Data($0.utf8))
        }
    }
}
