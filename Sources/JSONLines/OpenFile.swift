#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A file descriptor with its path, closed when the last owner lets go.
///
/// Every call is repeated when a signal interrupts it, and every failure becomes a ``JSONLinesError`` with the path.
final class OpenFile {
    let path: String
    private let reportedPath: String
    let descriptor: Int32

    /// Opens a file; where `flags` create it, the process's umask applies. Messages call it `reportedPath`, the final
    /// name of a temporary file, and a temporary directory by its final name too.
    init(path: String, flags: Int32, reportedPath: String? = nil) throws(JSONLinesError) {
        let opened = Self.retryingInterrupts { open(path, flags | O_CLOEXEC, 0o666) }
        let failure = SystemFailure.current
        self.path = path
        self.reportedPath = TemporaryName.finalPath(of: reportedPath ?? path)
        descriptor = opened
        guard opened >= 0 else {
            throw flags & (O_WRONLY | O_RDWR) == 0
                ? failure.reading(self.reportedPath)
                : failure.writing(self.reportedPath, doing: "create or open")
        }
    }

    private init(path: String, descriptor: Int32) {
        self.path = path
        reportedPath = TemporaryName.finalPath(of: path)
        self.descriptor = descriptor
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Opens a file of bytes for reading, the one way in which all input is opened: links are followed, a pipe or a device is
    /// neither waited for nor read.
    /// - Throws: `notFound`; `cannotRead`, also for what is no regular file.
    static func reading(_ path: String) throws(JSONLinesError) -> OpenFile {
        // Opening alone has effects on some devices and on who writes to a pipe, so it is looked before; what counts is
        // what was opened.
        try refusePipesAndDevices(at: path)
        let file = try OpenFile(path: path, flags: O_RDONLY | O_NONBLOCK | O_NOCTTY)
        try refusePipesAndDevices(try file.status(), at: path)
        return file
    }

    /// Opens a file of a directory that is ours to write, which others may have filled: no part of `name` is a link.
    ///
    /// - Parameters:
    ///   - name: the file inside the directory, such as `calls/part-00000.jsonl.gz`.
    ///   - directory: the directory; its own path may lead over links, as the user wrote it.
    /// - Throws: `cannotWrite`, also where it is no regular file, or not this user's alone.
    static func own(_ name: String, in directory: String, flags: Int32) throws(JSONLinesError) -> OpenFile {
        let path = "\(directory)/\(name)"
        var folder = try OpenFile(path: directory, flags: O_RDONLY | O_DIRECTORY)
        let owner = try folder.status().st_uid
        var parts = name.split(separator: "/").map(String.init)
        let last = parts.removeLast()
        for part in parts {
            folder = try folder.opened(part, O_RDONLY | O_DIRECTORY, reportedPath: path)
        }
        let file = try folder.opened(last, flags | O_NONBLOCK | O_NOCTTY, reportedPath: path)
        if let problem = OwnFile.problem(with: try file.status(), in: owner) {
            throw JSONLinesError(.cannotWrite, OwnFile.message(path, problem))
        }
        return file
    }

    private func opened(_ name: String, _ flags: Int32, reportedPath: String) throws(JSONLinesError)
        -> OpenFile
    {
        let opened = Self.retryingInterrupts {
            openat(descriptor, name, flags | O_NOFOLLOW | O_CLOEXEC, 0o666)
        }
        guard opened < 0 else { return OpenFile(path: reportedPath, descriptor: opened) }
        let failure = SystemFailure.current
        var status = stat()
        // The kernel's number for a link differs with the flags.
        if fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0,
            let problem = OwnFile.kindProblem(with: status, isDirectory: flags & O_DIRECTORY != 0)
        {
            throw JSONLinesError(.cannotWrite, OwnFile.message(reportedPath, problem))
        }
        throw failure.writing(reportedPath, doing: "create or open")
    }

    /// Fills as much of `room` as one read gives; 0 is the end of the file.
    func read(into room: UnsafeMutableBufferPointer<UInt8>) throws(JSONLinesError) -> Int {
        let descriptor = descriptor
        let count = Self.retryingInterrupts {
            #if canImport(Glibc)
                Glibc.read(descriptor, room.baseAddress, room.count)
            #else
                Musl.read(descriptor, room.baseAddress, room.count)
            #endif
        }
        guard count >= 0 else { throw SystemFailure.current.reading(reportedPath) }
        return count
    }

    /// Reads so many bytes from a place on.
    /// - Throws: `cannotRead` where the file ends before.
    func read(at offset: Int, count: Int) throws(JSONLinesError) -> [UInt8] {
        var failure: SystemFailure?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { room, filled in
            while filled < count {
                let rest = UnsafeMutableRawBufferPointer(
                    UnsafeMutableBufferPointer(rebasing: room[filled..<count]))
                let read = Self.retryingInterrupts {
                    pread(descriptor, rest.baseAddress, rest.count, off_t(offset + filled))
                }
                guard read > 0 else {
                    failure = read < 0 ? SystemFailure.current : SystemFailure(number: EIO)
                    return
                }
                filled += read
            }
        }
        if let failure { throw failure.reading(reportedPath) }
        return bytes
    }

    /// Writes all of `bytes`, however many calls it takes.
    func write(_ bytes: [UInt8]) throws(JSONLinesError) {
        let descriptor = descriptor
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                let rest = UnsafeRawBufferPointer(rebasing: buffer[written...])
                return Self.retryingInterrupts {
                    #if canImport(Glibc)
                        Glibc.write(descriptor, rest.baseAddress, rest.count)
                    #else
                        Musl.write(descriptor, rest.baseAddress, rest.count)
                    #endif
                }
            }
            guard count > 0 else { throw SystemFailure.current.writing(reportedPath, doing: "write") }
            written += count
        }
    }

    /// Waits until the content is on the disk.
    func synchronize() throws(JSONLinesError) {
        let descriptor = descriptor
        guard Self.retryingInterrupts({ fdatasync(descriptor) }) == 0 else {
            throw SystemFailure.current.writing(reportedPath, doing: "sync")
        }
    }

    /// Cuts the file to its first `byteCount` bytes.
    func truncate(toByteCount byteCount: Int) throws(JSONLinesError) {
        let descriptor = descriptor
        guard Self.retryingInterrupts({ ftruncate(descriptor, off_t(byteCount)) }) == 0 else {
            throw SystemFailure.current.writing(reportedPath, doing: "cut")
        }
    }

    /// Moves to a byte offset from the start.
    func seek(to offset: Int) throws(JSONLinesError) {
        guard lseek(descriptor, off_t(offset), SEEK_SET) >= 0 else {
            throw SystemFailure.current.reading(reportedPath)
        }
    }

    /// The file's size in bytes.
    func byteCount() throws(JSONLinesError) -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw SystemFailure.current.reading(reportedPath) }
        return Int(status.st_size)
    }

    private func status() throws(JSONLinesError) -> stat {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw SystemFailure.current.reading(reportedPath) }
        return status
    }

    private static func refusePipesAndDevices(at path: String) throws(JSONLinesError) {
        var status = stat()
        guard stat(path, &status) == 0 else { throw SystemFailure.current.reading(path) }
        try refusePipesAndDevices(status, at: path)
    }

    private static func refusePipesAndDevices(_ status: stat, at path: String) throws(JSONLinesError) {
        switch status.st_mode & S_IFMT {
        case S_IFREG: return
        case S_IFDIR: throw SystemFailure(number: EISDIR).reading(path)
        default:
            throw JSONLinesError(
                .cannotRead,
                "cannot read \(path): it is a pipe or a device. Write it to a file first, and name that.")
        }
    }

    /// The file's number in its file system.
    func inode() throws(JSONLinesError) -> UInt64 {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw SystemFailure.current.reading(reportedPath) }
        return UInt64(status.st_ino)
    }

    static func retryingInterrupts<Count: FixedWidthInteger>(_ call: () -> Count) -> Count {
        while true {
            let result = call()
            if result >= 0 || errno != EINTR { return result }
        }
    }
}

/// The system's reason for a refused call, with advice in words.
struct SystemFailure {
    let number: Int32

    /// The reason of the call that failed last on this thread.
    static var current: SystemFailure { SystemFailure(number: errno) }

    func reading(_ path: String) -> JSONLinesError {
        JSONLinesError(
            number == ENOENT ? .notFound : .cannotRead, "cannot read \(path): \(reason). \(advice)")
    }

    func writing(_ path: String, doing action: String) -> JSONLinesError {
        JSONLinesError(.cannotWrite, "cannot \(action) \(path): \(reason). \(advice)")
    }

    private var reason: String {
        String(cString: strerror(number))
    }

    private var advice: String {
        switch number {
        case ENOENT: "Check the path for typing errors."
        case ENOTDIR: "A part of this path is a file where a directory is needed; choose another path."
        case EISDIR: "This is a directory where a file is needed; name a file."
        case EACCES, EPERM, EROFS: "Choose a place this user may use, or change its permissions."
        case ENOSPC, EDQUOT:
            "Free some space there and run the same command again (a collection with --resume); "
                + "what was finished is kept."
        case EMFILE, ENFILE: "Raise the limit on open files (ulimit -n)."
        default: "Check that disk and path, then run the same command again."
        }
    }
}

extension JSONLinesError {
    /// What a program of ours that writes a file could not do.
    /// - Parameter number: the system's number of the reason, as in `errno`.
    public static func cannotWrite(_ path: String, number: Int32) -> JSONLinesError {
        SystemFailure(number: number).writing(TemporaryName.finalPath(of: path), doing: "write")
    }
}
