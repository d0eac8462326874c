import JSONLines

/// Which files the paths of the command line mean.
enum SourcePaths {
    /// The files, sorted by path, each once.
    /// - Throws: `notFound` for a path where nothing is; `badData` for a directory without sources.
    static func files(at paths: [String], format: ImportFormat) throws(ImportError) -> [String] {
        var files: Set<String> = []
        for path in paths {
            guard Directory.isPresent(path) else {
                throw ImportError(.notFound, "\(path): there is no such file or directory. Check the path.")
            }
            guard Directory.isDirectory(path) else {
                files.insert(path)
                continue
            }
            let found = try ImportError.translating { () throws(JSONLinesError) in
                try Directory.names(in: path)
            }
            .filter { isSource($0, format) && !Directory.isDirectory("\(path)/\($0)") }
            guard !found.isEmpty else {
                throw ImportError(
                    .badData,
                    "\(path): the directory holds no \(expected(format)). Name the files themselves.")
            }
            files.formUnion(found.map { "\(path)/\($0)" })
        }
        return files.sorted()
    }

    private static func isSource(_ name: String, _ format: ImportFormat) -> Bool {
        switch format {
        case .recodeResults: name == "results.json"
        case .sharegpt: [".json", ".jsonl", ".jsonl.gz", ".ndjson"].contains(where: name.hasSuffix)
        }
    }

    private static func expected(_ format: ImportFormat) -> String {
        format == .recodeResults ? "results.json" : ".json or .jsonl file"
    }
}
