#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Making, listing and syncing directories.
public enum Directory {
    /// Makes a directory and the parents it lacks; one that is there already is fine.
    public static func create(_ path: String) throws(JSONLinesError) {
        if mkdir(path, 0o777) == 0 {
            return try synchronize(parent(of: path))
        }
        let failure = SystemFailure.current
        switch failure.number {
        case EEXIST where isDirectory(path): return
        case EEXIST: throw SystemFailure(number: ENOTDIR).writing(path, doing: "make the directory")
        case ENOENT where parent(of: path) != path:
            try create(parent(of: path))
            guard mkdir(path, 0o777) == 0 || isDirectory(path) else {
                throw SystemFailure.current.writing(path, doing: "make the directory")
            }
            try synchronize(parent(of: path))
        default: throw failure.writing(path, doing: "make the directory")
        }
    }

    /// The directories that ``create(_:)`` would make for a path, itself first.
    static func missing(onTheWayTo path: String) -> [String] {
        var missing: [String] = []
        var place = path
        while !isPresent(place) {
            missing.append(place)
            let above = parent(of: place)
            if above == place { break }
            place = above
        }
        return missing
    }

    /// The names in a directory, sorted, without `.` and `..`.
    public static func names(in path: String) throws(JSONLinesError) -> [String] {
        guard let stream = opendir(path) else { throw SystemFailure.current.reading(path) }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Whether there is a directory at `path`, symbolic links followed.
    public static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Whether there is a symbolic link at `path`.
    public static func isLink(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }

    /// Whether there is anything at `path`.
    public static func isPresent(_ path: String) -> Bool {
        access(path, F_OK) == 0
    }

    /// Removes a file; one that is gone already is fine.
    public static func removeFile(_ path: String) throws(JSONLinesError) {
        guard unlink(path) == 0 || errno == ENOENT else {
            throw SystemFailure.current.writing(path, doing: "remove")
        }
    }

    /// Removes a file, or a directory with all that is in it; a symbolic link goes, what it leads to stays.
    static func removeWhole(_ path: String) throws(JSONLinesError) {
        if unlink(path) == 0 { return }
        let failure = SystemFailure.current
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw failure.writing(path, doing: "remove")
        }
        for name in try names(in: path) { try removeWhole("\(path)/\(name)") }
        guard rmdir(path) == 0 else { throw SystemFailure.current.writing(path, doing: "remove") }
    }

    /// Waits until the directory's entries are on the disk, so a renamed or new file survives a power failure.
    public static func synchronize(_ path: String) throws(JSONLinesError) {
        let directory = try OpenFile(path: path, flags: O_RDONLY | O_DIRECTORY)
        let descriptor = directory.descriptor
        // Some file systems cannot sync a directory and say EINVAL; there is nothing more to wait for on those.
        guard OpenFile.retryingInterrupts({ fsync(descriptor) }) == 0 || errno == EINVAL else {
            throw SystemFailure.current.writing(path, doing: "sync")
        }
    }

    /// The directory part of a path: `.` for a bare name.
    static func parent(of path: String) -> String {
        var trimmed = path[...]
        while trimmed.count > 1, trimmed.last == "/" { trimmed.removeLast() }
        guard let slash = trimmed.lastIndex(of: "/") else { return "." }
        return slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
    }

    /// The last part of a path.
    static func lastName(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
    }
}
