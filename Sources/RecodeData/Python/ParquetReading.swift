import Export
import FoundationEssentials
import JSONLines

/// Reads the rows of an export's Parquet files through pyarrow, where there is one.
final class ParquetReading {
    private let python: String
    private var scratch: StagedDirectory?
    private var converter: ParquetConverter?

    /// - Parameter python: the Python that has pyarrow.
    init(python: String) {
        self.python = python
    }

    /// The rows of a file, as lines of JSON in a temporary one.
    /// - Throws: ``CommandFailure`` where the Python does not answer at all; `JSONLinesError` where there is no room for temporary
    ///   files; `CancellationError`.
    func rows(of file: String, _ manifest: ExportManifest) throws -> ExportCheck.ParquetRows {
        do {
            converter = try converter ?? ParquetConverter(columns: manifest.recipe.columns, python: python)
        } catch let failure as CommandFailure where failure.code == .missingProgram {
            return .unavailable
        }
        let scratch = try scratch ?? StagedDirectory.scratch(named: "recode-data-parquet")
        self.scratch = scratch
        let lines = "\(scratch.path)/rows.jsonl"
        try Directory.removeFile(lines)
        do {
            try converter?.extract(file: file, to: lines)
            return .lines(lines)
        } catch let failure as CommandFailure {
            // A file may end the program that reads it: the next one gets another.
            converter = nil
            return .unreadable(String(failure.message.trimmingSuffix { $0 == "." }))
        }
    }
}

extension String {
    fileprivate func trimmingSuffix(while predicate: (Character) -> Bool) -> Substring {
        var text = self[...]
        while let last = text.last, predicate(last) { text.removeLast() }
        return text
    }
}

extension StagedDirectory {
    /// A directory among the temporary ones of this machine (`TMPDIR`), which goes with its owner.
    static func scratch(named name: String) throws -> StagedDirectory {
        let folder = FileManager.default.temporaryDirectory.path
        return try StagedDirectory(for: folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)")
    }
}
