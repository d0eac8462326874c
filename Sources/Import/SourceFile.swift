import JSONLines

/// A file that records are imported from.
public struct SourceFile: Codable, Sendable, Hashable {
    /// Its path as given.
    var path: String
    /// The last part of its path.
    public var name: String
    /// SHA-256 of its bytes.
    public var sha256: String

    enum CodingKeys: CodingKey {
        case name, sha256
    }

    /// Decodes what ``encode(to:)`` writes; the path is no part of it.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.decode(String.self, forKey: .name)
        sha256 = try container.decode(String.self, forKey: .sha256)
        path = name
    }

    /// Digests a file that is there.
    init(path: String) throws(ImportError) {
        self.path = path
        name = FilePath.name(of: path)
        sha256 = try ImportError.translating { () throws(JSONLinesError) in
            try FileDigest.ofFile(path, lineCount: 0).sha256
        }
    }

    /// The most a JSON file may have; JSON lines are read one at a time and may have more.
    static let byteLimit = 512 << 20

    /// Encodes name and checksum: where a file lay is no part of a run.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(sha256, forKey: .sha256)
    }
}

/// Parts of paths.
enum FilePath {
    /// The last part.
    static func name(of path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? path
    }

    /// The directory a file lies in.
    static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}

extension ImportError {
    /// Runs a call of the layer below and takes over its failure.
    static func translating<Result>(
        _ body: () throws(JSONLinesError) -> Result
    ) throws(ImportError) -> Result {
        do {
            return try body()
        } catch {
            let code: Code =
                switch error.code {
                case .notFound: .notFound
                case .truncated, .corrupt, .lineTooLong: .badData
                case .cannotRead, .cannotWrite, .busy, .cancelled: .unreadable
                }
            throw ImportError(code, error.message, cause: error.cause)
        }
    }
}
