#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A file for a while: pieces are put into it one after another and taken out again in any order. It is nobody else's, and is gone
/// when the last owner lets go, or dies.
public final class PiecesFile {
    /// Where a piece lies.
    public struct Piece: Sendable, Hashable {
        /// The bytes before it.
        public var offset: Int
        /// Its own bytes.
        public var count: Int
    }

    private let file: OpenFile
    private var pending: [UInt8] = []
    private var storedCount = 0

    /// How many bytes are put together before they are written.
    private static let pendingLimit = 1 << 20

    /// Makes an empty file.
    /// - Parameter directory: where there is room for it.
    /// - Throws: `cannotWrite`.
    public init(in directory: String) throws(JSONLinesError) {
        let path = "\(directory)/\(TemporaryName(of: "pieces").text)"
        file = try OpenFile(path: path, flags: O_RDWR | O_CREAT | O_EXCL)
        unlink(path)
    }

    /// Puts a piece behind the others.
    public func append(_ bytes: [UInt8]) throws(JSONLinesError) -> Piece {
        let piece = Piece(offset: storedCount + pending.count, count: bytes.count)
        pending += bytes
        if pending.count >= Self.pendingLimit { try flush() }
        return piece
    }

    /// Takes a piece out; it stays where it is.
    public func bytes(of piece: Piece) throws(JSONLinesError) -> [UInt8] {
        try flush()
        return try file.read(at: piece.offset, count: piece.count)
    }

    private func flush() throws(JSONLinesError) {
        guard !pending.isEmpty else { return }
        try file.seek(to: storedCount)
        try file.write(pending)
        storedCount += pending.count
        pending.removeAll(keepingCapacity: true)
    }
}
