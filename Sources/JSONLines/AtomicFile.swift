#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Small files read and written whole: a reader sees the old content or the new, never a part.
public enum AtomicFile {
    /// What to do about a symbolic link where a file is to be written.
    public enum Links: Sendable, Hashable {
        /// Write the file it leads to: the user named it.
        case followed
        /// Refuse it: the directory belongs to this run, and another program made the link.
        case refused
    }

    /// Writes a file under a temporary name beside it, syncs it and renames it into place.
    public static func write(
        _ bytes: [UInt8], to path: String, links: Links = .followed
    ) throws(JSONLinesError) {
        let file = try PendingFile(path: path, links: links)
        try file.write(bytes)
        try file.synchronize()
        try file.publish()
    }

    /// Reads a whole file: a pipe or a device in its place is refused, never waited for.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - byteLimit: how much is taken at most, so that a wrong path does not fill the memory.
    /// - Returns: its bytes.
    /// - Throws: `notFound`; `cannotRead`, also for what is no regular file; `lineTooLong` past the limit.
    public static func read(_ path: String, byteLimit: Int = 256 << 20) throws(JSONLinesError) -> [UInt8] {
        let file = try OpenFile.reading(path)
        let byteCount = try file.byteCount()
        guard byteCount <= byteLimit else { throw tooLarge(path, byteLimit) }
        let source = try PlainSource(file, offset: 0)
        var content: [UInt8] = []
        content.reserveCapacity(byteCount)
        while try source.appendBlock(to: &content) {
            guard content.count <= byteLimit else { throw tooLarge(path, byteLimit) }
        }
        return content
    }

    private static func tooLarge(_ path: String, _ byteLimit: Int) -> JSONLinesError {
        JSONLinesError(
            .lineTooLong,
            "\(path) is larger than \(byteLimit) bytes, the most such a file may have. "
                + "Check that this is the right file.")
    }
}

/// A file being written under a temporary name in its own directory; removed unless it is published.
final class PendingFile {
    /// Where it goes in the end, symbolic links resolved.
    let path: String
    private let file: OpenFile
    private var isPublished = false

    /// Creates the temporary file.
    /// - Throws: `cannotWrite`, also when `path` is there and no regular file: a device must never be replaced.
    init(path: String, links: AtomicFile.Links = .followed) throws(JSONLinesError) {
        if links == .refused, Directory.isLink(path) {
            throw JSONLinesError(.cannotWrite, OwnFile.message(path, "it is a symbolic link"))
        }
        self.path = try Self.destination(path)
        let parent = Directory.parent(of: self.path)
        let name = TemporaryName(of: Directory.lastName(of: self.path))
        Leftovers.remove(of: name.name, in: parent)
        let temporary = "\(parent)/\(name.text)"
        // A file of this name is left over from a process that had our number and died.
        if Directory.isPresent(temporary) { try Directory.removeFile(temporary) }
        file = try OpenFile(
            path: temporary, flags: O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, reportedPath: self.path)
    }

    deinit {
        if !isPublished { unlink(file.path) }
    }

    func write(_ bytes: [UInt8]) throws(JSONLinesError) {
        try file.write(bytes)
    }

    func synchronize() throws(JSONLinesError) {
        try file.synchronize()
    }

    /// Renames it into place, or to another `name` in the same directory, and syncs the directory.
    func publish(as name: String? = nil) throws(JSONLinesError) {
        let path =
            try name.map { name throws(JSONLinesError) in
                try Self.destination(Directory.parent(of: self.path) + "/" + name)
            } ?? self.path
        guard rename(file.path, path) == 0 else { throw SystemFailure.current.writing(path, doing: "write") }
        isPublished = true
        try Directory.synchronize(Directory.parent(of: path))
    }

    private static func destination(_ path: String) throws(JSONLinesError) -> String {
        var status = stat()
        guard stat(path, &status) == 0 else {
            guard lstat(path, &status) != 0 else {
                throw JSONLinesError(
                    .cannotWrite,
                    "cannot write \(path): it is a symbolic link to nothing. Name a file, or mend the link.")
            }
            return path
        }
        guard status.st_mode & S_IFMT == S_IFREG, let resolved = realpath(path, nil) else {
            throw JSONLinesError(
                .cannotWrite, "cannot write \(path): it is there and is not a regular file. Name a file.")
        }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
