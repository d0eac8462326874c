import JSONLines

/// Looks at where a command is to write before it works for hours.
enum OutputPath {
    /// Makes sure that there is a folder to write a file into.
    /// - Throws: ``CommandFailure`` naming the folder that is missing.
    static func requireFolder(of file: String) throws {
        let folder = file.lastIndex(of: "/").map { String(file[..<$0]) } ?? "."
        guard folder.isEmpty || Directory.isDirectory(folder) else {
            throw CommandFailure(
                .failed,
                "\(file) cannot be written: there is no folder \(folder). Make it, or name another file.")
        }
    }
}
