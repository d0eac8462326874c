#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A file that only grows, by pieces that are there whole or not at all.
public final class AppendingFile {
    /// Whether an append waits for the disk.
    public enum Durability: Sendable, Hashable {
        /// The piece is on the disk when the call returns.
        case synced
        /// The kernel has the piece; a power failure may lose it.
        case buffered
    }

    private let file: OpenFile
    private let durability: Durability
    /// The file's size in bytes.
    public private(set) var byteCount: Int

    /// Opens a file for appending and creates it where needed.
    ///
    /// - Parameters:
    ///   - name: the file inside the directory, whose folders are there.
    ///   - directory: the directory.
    /// - Throws: `cannotWrite`, also where the file or a folder of its name is a link, or the file is not regular, has
    ///   another name elsewhere, or belongs to another user.
    public init(
        _ name: String, in directory: String, durability: Durability = .synced
    ) throws(JSONLinesError) {
        file = try OpenFile.own(name, in: directory, flags: O_WRONLY | O_APPEND | O_CREAT)
        self.durability = durability
        byteCount = try file.byteCount()
        try Directory.synchronize(Directory.parent(of: "\(directory)/\(name)"))
    }

    /// Appends a piece.
    ///
    /// A write that fails half way (full disk) is taken back, so what the file held before stays readable.
    public func append(_ piece: [UInt8]) throws(JSONLinesError) {
        do {
            try file.write(piece)
            if durability == .synced { try file.synchronize() }
        } catch {
            // Where even cutting fails, the torn piece is found and cut by the next reader that resumes.
            try? file.truncate(toByteCount: byteCount)
            throw error
        }
        byteCount += piece.count
    }

    /// Cuts a file to its first `byteCount` bytes and syncs it: how a torn tail is removed.
    ///
    /// - Returns: how many bytes it had.
    /// - Throws: as ``init(_:in:durability:)``.
    @discardableResult
    public static func cut(
        _ name: String, in directory: String, toByteCount byteCount: Int
    ) throws(JSONLinesError) -> Int {
        let file = try OpenFile.own(name, in: directory, flags: O_WRONLY)
        let before = try file.byteCount()
        guard before > byteCount else { return before }
        try file.truncate(toByteCount: byteCount)
        try file.synchronize()
        return before
    }
}
