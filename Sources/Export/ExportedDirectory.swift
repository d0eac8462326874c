import JSONLines
import Trajectories

/// An export that lies in a directory already.
enum ExportedDirectory {
    /// Makes sure that a directory may give way to a new export: it is not there, empty, or holds the files of an
    /// earlier export and no other.
    static func checkReplaceable(_ path: String) throws {
        guard Directory.isDirectory(path) else { return }
        let names = try Directory.names(in: path)
        if names.isEmpty { return }
        guard names.contains(ExportManifest.fileName) else {
            throw refusal(path, "it holds \(names[0]) and no \(ExportManifest.fileName)")
        }
        let own: Set<String>
        do {
            let bytes = try AtomicFile.read("\(path)/\(ExportManifest.fileName)")
            let manifest = try CanonicalJSON.decodeNames(FileList.self, from: bytes)
            guard manifest.schema == ExportManifest.schemaName else {
                throw refusal(path, "its \(ExportManifest.fileName) has schema \(manifest.schema.prefix(60))")
            }
            own = manifest.paths
        } catch let error as DecodingError {
            throw refusal(path, "its \(ExportManifest.fileName) is none of ours", cause: "\(error)")
        }
        for name in names where !own.contains(name) {
            let inside = own.filter { $0.hasPrefix("\(name)/") }
            guard !inside.isEmpty, Directory.isDirectory("\(path)/\(name)") else {
                throw refusal(path, "it holds \(name), which its manifest does not list")
            }
            let foreign = try Directory.names(in: "\(path)/\(name)").first {
                !inside.contains("\(name)/\($0)")
            }
            if let foreign {
                throw refusal(path, "it holds \(name)/\(foreign), which its manifest does not list")
            }
        }
    }

    /// What a manifest says of its files, by this version of the program or another.
    private struct FileList: Decodable {
        struct File: Decodable {
            var path: String
        }
        struct Shard: Decodable {
            var path: String
            var metadata: File?
        }
        var schema: String
        var shards: [Shard]
        var files: [File]?

        /// The files, by their places in the directory.
        var paths: Set<String> {
            Set(
                shards.map(\.path) + shards.compactMap(\.metadata?.path) + (files ?? []).map(\.path)
                    + [ExportManifest.fileName, DatasetCard.fileName, ExportReport.fileName])
        }
    }

    private static func refusal(_ path: String, _ reason: String, cause: String? = nil) -> ExportError {
        ExportError(
            .foreignDirectory,
            "cannot export to \(path): \(reason), so it is not an earlier export that may be replaced. Choose "
                + "another directory, or move its files away.", cause: cause.map { String($0.prefix(400)) })
    }
}
