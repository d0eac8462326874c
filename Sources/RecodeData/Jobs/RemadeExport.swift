import Export
import JSONLines
import Trajectories

/// An export beside the one that was made again from the same runs: where the two differ is said by file, line and key.
struct RemadeExport {
    private let directory: String
    private let again: String
    private let manifest: ExportManifest
    private let manifestAgain: ExportManifest

    /// - Parameters:
    ///   - directory: the export.
    ///   - again: the one that was made again.
    ///   - manifest: what the export says of itself.
    init(directory: String, again: String, _ manifest: ExportManifest) throws {
        self.directory = directory
        self.again = again
        self.manifest = manifest
        manifestAgain = try ExportManifest.read(from: again)
    }

    private static let advice = "Export anew."

    /// Compares the two; of each file the first difference is found.
    /// - Returns: how many files were compared.
    func compare(_ findings: inout CheckFindings) throws -> Int {
        let names = Self.files(of: manifestAgain)
        var areSame = true
        for name in names {
            try Task.checkCancellation()
            guard let problem = try difference(in: name) else { continue }
            areSame = false
            findings.add(problem)
        }
        // Sizes and checksums differ where files do, which was said.
        if areSame, let problem = try manifestDifference() { findings.add(problem) }
        return names.count + 1
    }

    /// The files of an export beside its card and its manifest: what is known of rows comes after them.
    private static func files(of manifest: ExportManifest) -> [String] {
        manifest.shards.map(\.path) + manifest.shards.compactMap(\.metadata?.path)
            + [manifest.report?.path].compactMap(\.self) + manifest.files.map(\.path)
    }

    private func difference(in name: String) throws -> String? {
        let path = "\(directory)/\(name)"
        guard Directory.isPresent(path) else {
            return "\(path): is missing, and making the export again gives it. \(Self.advice)"
        }
        guard try FileDigest.ofFile(path, lineCount: 0) != FileDigest.ofFile("\(again)/\(name)", lineCount: 0)
        else { return nil }
        guard !name.hasSuffix(".parquet") else {
            return "\(path): its rows are not those that making the export again gives. \(Self.advice)"
        }
        let (own, other) = (try JSONLinesReader(path: path), try JSONLinesReader(path: "\(again)/\(name)"))
        while true {
            switch (try own.next(), try other.next()) {
            case (let line?, let made?) where line.bytes == made.bytes: continue
            case (let line?, let made?):
                return "\(path):\(line.number): \(Self.difference(line.bytes, made.bytes))"
            case (let line?, nil):
                return "\(path):\(line.number): making the export again gives no such row. \(Self.advice)"
            case (nil, let made?):
                return
                    "\(path): ends before row \(made.number), which making the export again gives. \(Self.advice)"
            // Another zlib packs the same lines in other bytes.
            case (nil, nil): return nil
            }
        }
    }

    private func manifestDifference() throws -> String? {
        let values = try [alike(manifest, manifestAgain), alike(manifestAgain, manifest)].map { manifest in
            try CanonicalJSON.decode(JSONValue.self, from: CanonicalJSON.encode(unpacked(manifest)))
        }
        guard let difference = JSONDifference(values[0], values[1], at: "") else { return nil }
        return "\(directory)/\(ExportManifest.fileName): \(Self.words(of: difference))"
    }

    /// A manifest without what only one of two can say: a file of trajectories knows neither the seed nor the versions that the
    /// run it was taken from has.
    private func alike(_ manifest: ExportManifest, _ other: ExportManifest) -> ExportManifest {
        var manifest = manifest
        manifest.recipe.versions = manifest.recipe.versions.filter { other.recipe.versions[$0.key] != nil }
        for (index, source) in other.recipe.sources.enumerated()
        where manifest.recipe.sources.indices.contains(index) && source.seed == nil {
            manifest.recipe.sources[index].seed = nil
        }
        return manifest
    }

    /// A manifest without what depends on how lines were packed.
    private func unpacked(_ manifest: ExportManifest) -> ExportManifest {
        var manifest = manifest
        for index in manifest.shards.indices {
            (manifest.shards[index].bytes, manifest.shards[index].sha256) = (0, "")
            manifest.shards[index].metadata?.bytes = 0
            manifest.shards[index].metadata?.sha256 = ""
        }
        manifest.report?.bytes = 0
        manifest.report?.sha256 = ""
        return manifest
    }

    private static func difference(_ own: [UInt8], _ made: [UInt8]) -> String {
        let values = [own, made].map { try? CanonicalJSON.decode(JSONValue.self, from: $0) }
        guard let own = values[0], let made = values[1], let difference = JSONDifference(own, made, at: "")
        else {
            return "the line is not the one that making the export again gives. \(advice)"
        }
        return words(of: difference)
    }

    private static func words(of difference: JSONDifference) -> String {
        "\(difference.keyPath.dropFirst()): is \(difference.first), and making the export again gives "
            + "\(difference.second). \(advice)"
    }
}
