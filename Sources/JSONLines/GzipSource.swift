import CZlib

/// The text of a gzip file of any number of members.
///
/// A block is one whole member whose checksum has been verified, so that a torn or damaged member never yields a line.
/// Only a member of more than ``holdBackByteCount`` of text is handed on in parts, before its checksum is known: memory
/// stays bounded for files that others wrote as one long member.
final class GzipSource: BlockSource {
    static let holdBackByteCount = 16 << 20
    private static let outputByteCount = 1 << 18

    private let stored: PlainSource
    // z_stream keeps its own address inside zlib's state, so it lives on the heap and never moves.
    private let stream: z_streamp
    // What is left of the stored block at hand; its memory belongs to `stored`.
    private var input = UnsafeMutableBufferPointer<UInt8>(start: nil, count: 0)
    private let output: UnsafeMutableBufferPointer<UInt8>
    private var isInsideMember = false
    // zlib filled all the room it was given, so it may hold more text without needing more input.
    private var mayHoldOutput = false
    private(set) var blockOffset: Int
    private(set) var verifiedByteCount: Int

    init(_ file: OpenFile, offset: Int) throws(JSONLinesError) {
        stored = try PlainSource(file, offset: offset)
        blockOffset = offset
        verifiedByteCount = offset
        output = .allocate(capacity: Self.outputByteCount)
        stream = z_streamp.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let status = recode_inflate_init(stream, 15 + 16)
        precondition(status == Z_OK, "zlib has no memory left")
    }

    deinit {
        inflateEnd(stream)
        stream.deinitialize(count: 1)
        stream.deallocate()
        output.deallocate()
    }

    func appendBlock(to buffer: inout [UInt8]) throws(JSONLinesError) -> Bool {
        if !isInsideMember {
            guard try hasInput() else { return false }
            blockOffset = verifiedByteCount
            inflateReset(stream)
            isInsideMember = true
        }
        let start = buffer.count
        do {
            while isInsideMember, buffer.count - start < Self.holdBackByteCount {
                try inflateOnce(into: &buffer)
            }
        } catch {
            buffer.removeSubrange(start...)
            throw error
        }
        return true
    }

    /// Makes sure there is stored input; `false` at the end of the file.
    private func hasInput() throws(JSONLinesError) -> Bool {
        if input.isEmpty { input = try stored.nextBlock() }
        return !input.isEmpty
    }

    private func inflateOnce(into buffer: inout [UInt8]) throws(JSONLinesError) {
        // A stored block may hold a thousand times its size.
        try JSONLinesError.checkCancellation()
        guard try hasInput() || mayHoldOutput else { throw failure(.endOfFile) }
        stream.pointee.next_in = input.baseAddress
        stream.pointee.avail_in = UInt32(input.count)
        stream.pointee.next_out = output.baseAddress
        stream.pointee.avail_out = UInt32(output.count)
        let status = inflate(stream, Z_NO_FLUSH)
        input = UnsafeMutableBufferPointer(rebasing: input.suffix(Int(stream.pointee.avail_in)))
        mayHoldOutput = stream.pointee.avail_out == 0
        buffer.append(
            contentsOf: UnsafeBufferPointer(rebasing: output.dropLast(Int(stream.pointee.avail_out))))
        switch status {
        case Z_OK, Z_BUF_ERROR: break
        case Z_STREAM_END:
            isInsideMember = false
            verifiedByteCount = stored.verifiedByteCount - input.count
        default:
            throw failure(.badData(stream.pointee.msg.map { String(cString: $0) } ?? "zlib status \(status)"))
        }
    }

    private enum Damage {
        case endOfFile
        case badData(String)
    }

    /// The error for the member at hand. A file that ends in zeros is torn as well: after a power failure some file
    /// systems keep the new length without the data, and a whole member with text never ends in four zeros.
    private func failure(_ damage: Damage) -> JSONLinesError {
        let place = "in its gzip member at byte \(blockOffset)"
        switch damage {
        case .endOfFile: return JSONLinesError(.truncated, "the file ends \(place): it was cut off.")
        case .badData(let reason):
            return endsInZeros
                ? JSONLinesError(
                    .truncated, "the file ends in zeros \(place): it was cut off by a power failure.")
                : JSONLinesError(.corrupt, "the file is damaged \(place).", cause: "zlib: \(reason)")
        }
    }

    private var endsInZeros: Bool {
        guard let size = try? stored.file.byteCount(), size > blockOffset else { return false }
        let count = min(4, size - blockOffset)
        let tail = try? stored.file.read(at: size - count, count: count)
        return tail == Array(repeating: 0, count: count)
    }
}
