#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Sole use of a directory among processes, for as long as the value lives; the kernel ends it with the process.
public final class DirectoryLock {
    private let directory: OpenFile

    /// Takes the lock.
    /// - Throws: `busy` when another process has it, naming that process; never waits. `cannotWrite` on a file system that
    ///   has no locks.
    public init(on path: String) throws(JSONLinesError) {
        directory = try OpenFile(path: path, flags: O_RDONLY | O_DIRECTORY)
        let descriptor = directory.descriptor
        guard OpenFile.retryingInterrupts({ flock(descriptor, LOCK_EX | LOCK_NB) }) == 0 else {
            let failure = SystemFailure.current
            guard failure.number == EWOULDBLOCK else { throw failure.writing(path, doing: "lock") }
            let holder = LockTable.holder(ofLockOn: directory).map { "process \($0)" } ?? "another process"
            throw JSONLinesError(
                .busy,
                "\(holder) is writing to \(path). Wait until it has ended, or choose another directory.")
        }
    }

    deinit {
        // Closing alone is not enough: a child between fork and exec shares the lock with us for a moment.
        flock(directory.descriptor, LOCK_UN)
    }
}

/// The kernel's list of locks, `/proc/locks`. Unlike a number in a file it is never out of date: a process that died
/// holds nothing, and a directory that was copied is another one.
private enum LockTable {
    /// The process that holds the lock on an open file; `nil` where it has let go by now, or is none of those this
    /// process can see (in another container).
    static func holder(ofLockOn file: OpenFile) -> Int32? {
        guard let inode = try? file.inode(), let device = device(of: file) else { return nil }
        let suffix = ":\(inode)"
        // `1: FLOCK  ADVISORY  WRITE 16518 fe:00:16442623 0 EOF`, device in hexadecimal.
        for line in lines(of: "/proc/locks") {
            let fields = line.split(separator: " ")
            guard fields.count > 5, fields[1] == "FLOCK", fields[5].hasSuffix(suffix) else { continue }
            let numbers = fields[5].split(separator: ":").prefix(2).map { Int($0, radix: 16) }
            if numbers == device { return Int32(fields[4]) }
        }
        return nil
    }

    /// The device as the kernel has it, major and minor. Some file systems (btrfs) tell `stat` another one.
    private static func device(of file: OpenFile) -> [Int]? {
        let facts = lines(of: "/proc/self/fdinfo/\(file.descriptor)").map { $0.split { " \t:".contains($0) } }
        guard let mount = facts.first(where: { $0.first == "mnt_id" })?.last else { return nil }
        // `29 1 254:0 / / rw,relatime - ext4 /dev/vda rw`
        let mounts = lines(of: "/proc/self/mountinfo").map { $0.split(separator: " ") }
        guard let fields = mounts.first(where: { $0.first == mount && $0.count > 2 }) else { return nil }
        let numbers = fields[2].split(separator: ":").compactMap { Int($0) }
        return numbers.count == 2 ? numbers : nil
    }

    private static func lines(of path: String) -> [Substring] {
        guard let bytes = try? AtomicFile.read(path) else { return [] }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    }
}
