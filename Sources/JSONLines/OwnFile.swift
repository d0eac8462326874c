#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What the files and folders of a directory that this program writes in have to be: no links, and this user's alone.
///
/// A run that resumes in a directory another user filled must not follow links out of it.
public enum OwnFile {
    /// Looks at files and folders before anything is read or written; those that are not there are fine.
    ///
    /// Opening looks again, at what it has opened: this look is so that nothing is done half.
    ///
    /// - Parameters:
    ///   - files: files by their names in `directory`.
    ///   - folders: folders by their names.
    /// - Throws: `cannotWrite` naming the first that is something else, and what to do.
    public static func require(
        files: [String], folders: [String], in directory: String
    ) throws(JSONLinesError) {
        var status = stat()
        guard stat(directory, &status) == 0 else { return }
        let owner = status.st_uid
        for name in folders {
            let path = "\(directory)/\(name)"
            guard lstat(path, &status) == 0 else { continue }
            let problem =
                kindProblem(with: status, isDirectory: true) ?? ownerProblem(with: status, in: owner)
            if let problem { throw JSONLinesError(.cannotWrite, message(path, problem)) }
        }
        for name in files {
            let path = "\(directory)/\(name)"
            guard lstat(path, &status) == 0 else { continue }
            if let problem = problem(with: status, in: owner) {
                throw JSONLinesError(.cannotWrite, message(path, problem))
            }
        }
    }

    /// What keeps a file from being written to; `nil` where nothing does.
    /// - Parameter owner: the owner of the directory it belongs to, whose files root may write to as well.
    static func problem(with status: stat, in owner: uid_t) -> String? {
        if let problem = kindProblem(with: status, isDirectory: false) { return problem }
        if status.st_nlink > 1 { return "it has another name elsewhere (a hard link)" }
        return ownerProblem(with: status, in: owner)
    }

    static func kindProblem(with status: stat, isDirectory: Bool) -> String? {
        switch status.st_mode & S_IFMT {
        case S_IFLNK: "it is a symbolic link"
        case S_IFREG: isDirectory ? "it is a file where a directory is needed" : nil
        case S_IFDIR: isDirectory ? nil : "it is a directory where a file is needed"
        default: "it is a pipe or a device"
        }
    }

    private static func ownerProblem(with status: stat, in owner: uid_t) -> String? {
        let own = geteuid()
        if status.st_uid == own || own == 0 && status.st_uid == owner { return nil }
        return "it belongs to another user"
    }

    static func message(_ path: String, _ problem: String) -> String {
        "cannot write \(path): \(problem), and what is written there is in files of this user's alone. "
            + "Choose another directory, or copy this one (cp -rL) and go on in the copy."
    }
}
