/// Where a reader's decompressed bytes come from, block by block.
protocol BlockSource {
    /// Offset in the stored file of the block given last: its gzip member, or the block's own first byte.
    var blockOffset: Int { get }
    /// Offset just after the last part of the stored file that is known to be whole.
    var verifiedByteCount: Int { get }
    /// Appends the next block.
    /// - Returns: `false` at the end of the file.
    func appendBlock(to buffer: inout [UInt8]) throws(JSONLinesError) -> Bool
}

/// The file's bytes as they are.
final class PlainSource: BlockSource {
    let file: OpenFile
    private let block: UnsafeMutableBufferPointer<UInt8>
    private(set) var blockOffset: Int
    private var nextOffset: Int

    private static let blockByteCount = 1 << 18

    var verifiedByteCount: Int { nextOffset }

    convenience init(path: String, offset: Int) throws(JSONLinesError) {
        try self.init(.reading(path), offset: offset)
    }

    init(_ file: OpenFile, offset: Int) throws(JSONLinesError) {
        self.file = file
        if offset > 0 { try file.seek(to: offset) }
        block = .allocate(capacity: Self.blockByteCount)
        blockOffset = offset
        nextOffset = offset
    }

    deinit {
        block.deallocate()
    }

    /// The next bytes, valid until the next call; none at the end of the file.
    /// - Throws: `cannotRead`; `cancelled` where the task was cancelled. A long file of blank lines has no other check.
    func nextBlock() throws(JSONLinesError) -> UnsafeMutableBufferPointer<UInt8> {
        try JSONLinesError.checkCancellation()
        let count = try file.read(into: block)
        blockOffset = nextOffset
        nextOffset += count
        return UnsafeMutableBufferPointer(rebasing: block[..<count])
    }

    func appendBlock(to buffer: inout [UInt8]) throws(JSONLinesError) -> Bool {
        let bytes = try nextBlock()
        buffer.append(contentsOf: bytes)
        return !bytes.isEmpty
    }
}
