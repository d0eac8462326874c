import JSONLines
import Trajectories

/// A selection on disk: JSON over several lines, for people and programs.
public enum SelectionFile {
    /// Writes a selection; the file appears whole or not at all.
    ///
    /// What is kept is written entry by entry: it may be millions.
    public static func write(_ selection: Selection, to path: String) throws(FilterError) {
        do {
            let writer = try AtomicLinesWriter(path: path, compression: .none)
            var frame = selection
            frame.kept = []
            let lines = try CanonicalJSON.encodePretty(frame).dropLast()
                .split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            var isKeptNext = false
            for line in lines {
                // An empty list has a blank line, which the entries take the place of.
                if isKeptNext, !selection.kept.isEmpty {
                    try append(selection.kept, to: writer)
                } else {
                    try writer.append(Array(line))
                }
                isKeptNext = line.elementsEqual(#"  "kept" : ["#.utf8)
            }
            _ = try writer.finish()
        } catch let error as JSONLinesError {
            throw FilterError(.unwritable, error.message, cause: error.cause)
        } catch {
            throw FilterError(
                .unwritable, "\(path): the selection cannot be written as JSON", cause: "\(error)")
        }
    }

    /// Appends the lines of a list's entries, as the encoder would write them.
    private static func append(
        _ kept: [KeptTrajectory], to writer: AtomicLinesWriter
    ) throws(JSONLinesError) {
        for (index, trajectory) in kept.enumerated() {
            var id = JSONText()
            id.append(trajectory.id)
            try writer.append(Array("    {".utf8))
            try writer.append(Array(#"      "id" : "#.utf8) + id.bytes + Array(",".utf8))
            try writer.append(Array("      \"rank\" : \(trajectory.rank)".utf8))
            try writer.append(Array((index == kept.count - 1 ? "    }" : "    },").utf8))
        }
    }

    /// Whether a file is a selection, of whatever version of the program.
    public static func isSelection(_ path: String) -> Bool {
        let bytes = (try? AtomicFile.read(path)) ?? []
        return RecordProblem.otherSchema(bytes, than: Selection.schemaName) == nil
    }

    /// Reads a selection and checks that its numbers fit together.
    ///
    /// - Parameter path: the file.
    /// - Returns: the selection.
    /// - Throws: `badSelectionFile` naming the file and the key at fault, or `unreadable`.
    public static func read(_ path: String) throws(FilterError) -> Selection {
        let bytes: [UInt8]
        do {
            bytes = try AtomicFile.read(path)
        } catch {
            throw FilterError(.unreadable, error.message, cause: error.cause)
        }
        do {
            let selection = try RecordProblem.decode(Selection.self, from: bytes)
            try selection.check()
            return selection
        } catch {
            throw FilterError(
                .badSelectionFile,
                "\(path): no \(Selection.schemaName) file: \(error.text). Make it anew with recode-data filter."
            )
        }
    }
}
