import JSONLines
import Trajectories

/// A selection on disk: JSON over several lines, for people and programs.
public enum SelectionFile {
    /// Writes a selection; the file appears whole or not at all.
    public static func write(_ selection: Selection, to path: String) throws(FilterError) {
        let bytes: [UInt8]
        do {
            bytes = try CanonicalJSON.encodePretty(selection)
        } catch {
            throw FilterError(
                .unwritable, "\(path): the selection cannot be written as JSON", cause: "\(error)")
        }
        do {
            try AtomicFile.write(bytes, to: path)
        } catch {
            throw FilterError(.unwritable, error.message, cause: error.cause)
        }
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
