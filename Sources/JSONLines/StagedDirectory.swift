import CFileSystem

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A directory that appears under its name only when it is complete.
///
/// Files are written under a temporary name beside it; ``publish()`` or ``publishNew()`` renames the whole. Letting go of it without
/// publishing removes what was written, so a failure leaves nothing behind.
public final class StagedDirectory {
    /// Where it goes in the end, symbolic links and trailing slashes resolved.
    public let destination: String
    /// Where files are written until then.
    public let path: String
    /// The folders above it that were not there, the innermost first; they go with it where it is not published.
    private var madeParents: [String]
    private var isPublished = false

    /// Makes the temporary directory, and the parents it lacks.
    /// - Throws: `cannotWrite` when it cannot be made there, or `destination` is there and no directory.
    public init(for destination: String) throws(JSONLinesError) {
        self.destination = try Self.resolved(destination)
        let parent = Directory.parent(of: self.destination)
        let name = TemporaryName(of: Directory.lastName(of: self.destination))
        path = "\(parent)/\(name.text)"
        madeParents = Directory.missing(onTheWayTo: parent)
        try Directory.create(parent)
        Leftovers.remove(of: name.name, in: parent)
        // A directory of this name is left over from a process that had our number and died.
        if Directory.isDirectory(path) { try Directory.removeWhole(path) }
        guard mkdir(path, 0o777) == 0 else {
            throw SystemFailure.current.writing(self.destination, doing: "make the directory")
        }
    }

    deinit {
        if Directory.isDirectory(path) { try? Directory.removeWhole(path) }
        // One that holds something by now stays: it is somebody else's too.
        if !isPublished { madeParents.forEach { rmdir($0) } }
    }

    /// Where a file of such a directory will be, for messages: its path with the final names.
    public static func finalPath(of path: String) -> String { TemporaryName.finalPath(of: path) }

    /// Gives the directory its name, which nothing has, or an empty directory.
    /// - Throws: `cannotWrite` where something is there by now; it stays.
    public func publishNew() throws(JSONLinesError) {
        try Directory.synchronize(path)
        guard rename(path, destination) == 0 else {
            throw SystemFailure.current.writing(destination, doing: "write")
        }
        isPublished = true
        try Directory.synchronize(Directory.parent(of: destination))
    }

    /// Gives the directory its name. One that is there already is replaced: whoever looks sees the old or the new.
    ///
    /// Whether the old one may go, with all that is in it, is the caller's to know.
    public func publish() throws(JSONLinesError) {
        try Directory.synchronize(path)
        if rename(path, destination) != 0 {
            guard errno == ENOTEMPTY || errno == EEXIST else {
                throw SystemFailure.current.writing(destination, doing: "write")
            }
            try exchange()
        }
        isPublished = true
        try Directory.synchronize(Directory.parent(of: destination))
        // After an exchange the temporary name holds the old directory.
        if Directory.isDirectory(path) { try Directory.removeWhole(path) }
    }

    private func exchange() throws(JSONLinesError) {
        if recode_exchange_names(path, destination) == 0 { return }
        // Some file systems cannot exchange two names: step aside, which is short of atomic by one call.
        let aside = path + ".old"
        guard rename(destination, aside) == 0 else {
            throw SystemFailure.current.writing(destination, doing: "replace")
        }
        guard rename(path, destination) == 0 else {
            let failure = SystemFailure.current.writing(destination, doing: "replace")
            rename(aside, destination)
            throw failure
        }
        try Directory.removeWhole(aside)
    }

    private static func resolved(_ path: String) throws(JSONLinesError) -> String {
        var trimmed = path[...]
        while trimmed.count > 1, trimmed.last == "/" { trimmed.removeLast() }
        var status = stat()
        guard stat(path, &status) == 0 else {
            guard lstat(path, &status) != 0 else {
                throw JSONLinesError(
                    .cannotWrite,
                    "cannot write \(path): it is a symbolic link to nothing. Name a directory, or mend the link."
                )
            }
            return String(trimmed)
        }
        guard status.st_mode & S_IFMT == S_IFDIR, let resolved = realpath(path, nil) else {
            throw JSONLinesError(
                .cannotWrite, "cannot write \(path): it is there and is not a directory. Name a directory.")
        }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
