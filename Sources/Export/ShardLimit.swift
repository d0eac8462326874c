/// When a data file is full: whichever comes first. One row may go past the bytes, never past the rows.
public struct ShardLimit: Sendable, Hashable {
    /// Rows.
    public var rowCount: Int
    /// Bytes of text before compression.
    public var byteCount: Int

    /// Makes a limit; the defaults suit loaders that read files in parallel.
    public init(rowCount: Int = 50_000, byteCount: Int = 64 << 20) {
        precondition(rowCount > 0 && byteCount > 0, "a shard holds at least one row")
        self.rowCount = rowCount
        self.byteCount = byteCount
    }
}
