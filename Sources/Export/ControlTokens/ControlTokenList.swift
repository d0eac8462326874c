import JSONLines
import Trajectories

/// The control tokens of common chat templates, from a file that anybody can add to:
/// `data/control-tokens.json`.
public struct ControlTokenList: Sendable, Hashable {
    /// The tokens of some models, and where that can be seen.
    public struct Family: Decodable, Sendable, Hashable {
        /// The models.
        public var family: String
        /// Public files that have the tokens.
        public var source: String
        /// The tokens.
        public var tokens: [String]
    }

    /// A token that is never looked for, though a vocabulary may have it.
    public struct LeftOut: Decodable, Sendable, Hashable {
        /// The token.
        public var token: String
        /// Why.
        public var reason: String
    }

    /// The schema this module reads.
    public static let schemaName = "recode.control-tokens.v1"

    /// The tokens by the models that have them.
    public private(set) var families: [Family]
    /// What is never looked for.
    public private(set) var leftOut: [LeftOut]

    private struct File: Decodable {
        var schema: String
        var families: [Family]
        var leftOut: [LeftOut]

        enum CodingKeys: String, CodingKey {
            case schema, families
            case leftOut = "left_out"
        }
    }

    /// Reads a list.
    /// - Throws: ``ExportError`` (`badControlTokens`) naming the file and what is wrong; `JSONLinesError` where it
    ///   cannot be read.
    public init(path: String) throws {
        let bytes = try AtomicFile.read(path, byteLimit: 16 << 20)
        let file: File
        do {
            file = try CanonicalJSON.decodeNames(File.self, from: bytes)
        } catch {
            throw Self.problem(path, "it is no list of control tokens", cause: "\(error)")
        }
        guard file.schema == Self.schemaName else {
            throw Self.problem(path, "its schema is \(file.schema.debugDescription), not \(Self.schemaName)")
        }
        (families, leftOut) = (file.families, file.leftOut)
        let tokens = families.flatMap(\.tokens) + leftOut.map(\.token)
        if let token = tokens.first(where: { $0.unicodeScalars.count < 3 }) {
            throw Self.problem(
                path,
                "the token \(token.debugDescription) has fewer than three characters, which ordinary texts hold"
            )
        }
        let never = Set(leftOut.map(\.token))
        if let token = families.flatMap(\.tokens).first(where: never.contains) {
            throw Self.problem(
                path, "the token \(token.debugDescription) is among the families and in left_out")
        }
    }

    /// What is looked for: the list's tokens and those of an export's own vocabulary and chat template,
    /// without what is left out.
    /// - Throws: ``ExportError`` (`badControlTokens`) where those of the export's own are too many to be looked for.
    public func tokens(with own: some Sequence<String>) throws -> ControlTokens {
        let never = Set(leftOut.map(\.token))
        let own = Array(own)
        let byteCount = own.reduce(0) { $0 + ControlTokens.searchedByteCount(of: $1) }
        guard byteCount <= Self.ownByteLimit else {
            throw ExportError(
                .badControlTokens,
                "the vocabulary and the chat template have \(own.count) control tokens, of \(byteCount) bytes together: more than "
                    + "the \(Self.ownByteLimit) bytes that are looked for. Take the files of a real tokenizer, or leave out what "
                    + "is no control token from its added tokens.")
        }
        return ControlTokens((families.flatMap(\.tokens) + own).filter { !never.contains($0) })
    }

    /// What tokens of files may come to: some hundred bytes of memory for each. The largest real vocabularies have 80 kB.
    private static let ownByteLimit = 256 << 10

    private static func problem(_ path: String, _ what: String, cause: String? = nil) -> ExportError {
        ExportError(
            .badControlTokens, "\(path): \(what). Correct it, or take the file that came with the program.",
            cause: cause)
    }
}
