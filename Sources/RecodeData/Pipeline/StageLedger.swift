import JSONLines
import Trajectories

/// Remembers what each finished stage of a pipeline was made from, so that it need not be made again.
///
/// `stages.json` beside the results: for each stage a fingerprint of its recipe and inputs, and size and checksum of every
/// file it wrote. A stage is recognised when the fingerprint is the same and the files are still those.
struct StageLedger {
    private let directory: String
    private var stages: [String: Stage]

    private struct Stage: Codable, Hashable {
        var inputs: String
        var outputs: [String: FileMark]
    }

    private struct FileMark: Codable, Hashable {
        var bytes: Int
        var sha256: String
    }

    private var path: String { "\(directory)/stages.json" }

    /// Opens the ledger of a pipeline directory. One that cannot be read counts as empty: stages are made again.
    init(directory: String) {
        self.directory = directory
        stages = [:]
        guard let bytes = try? AtomicFile.read(path) else { return }
        stages = (try? CanonicalJSON.decodeNames([String: Stage].self, from: bytes)) ?? [:]
    }

    /// What a stage is made from, in short.
    /// - Parameter parts: everything its bytes depend on.
    static func fingerprint(_ parts: [String: some Encodable]) throws -> String {
        Digest.sha256Hex(of: try CanonicalJSON.encode(parts))
    }

    /// Whether a stage was made from these inputs and its files are as it left them.
    /// - Parameter name: the file or directory it makes, inside the pipeline directory.
    func isCurrent(_ name: String, inputs: String) -> Bool {
        guard let stage = stages[name], stage.inputs == inputs else { return false }
        return (try? marks(of: name)) == stage.outputs
    }

    /// Notes that a stage is finished.
    mutating func record(_ name: String, inputs: String) throws {
        stages[name] = Stage(inputs: inputs, outputs: try marks(of: name))
        try AtomicFile.write(try CanonicalJSON.encodePretty(stages), to: path, links: .refused)
    }

    /// Of a directory, those of all files in it and below.
    private func marks(of name: String) throws -> [String: FileMark] {
        let whole = "\(directory)/\(name)"
        guard Directory.isDirectory(whole) else { return [name: try mark(of: whole)] }
        var marks: [String: FileMark] = [:]
        for file in try Directory.names(in: whole) {
            marks.merge(try self.marks(of: "\(name)/\(file)")) { $1 }
        }
        return marks
    }

    private func mark(of path: String) throws -> FileMark {
        let digest = try FileDigest.ofFile(path, lineCount: 0)
        return FileMark(bytes: digest.byteCount, sha256: digest.sha256)
    }
}
