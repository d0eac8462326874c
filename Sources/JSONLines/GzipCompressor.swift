import CZlib

/// Makes gzip members, reusing one zlib state for all of them.
///
/// The same bytes give the same member: no time, no file name, and 255 ("unknown") as the operating system, where zlib
/// would write the one it was built on.
public final class GzipCompressor {
    // z_stream keeps its own address inside zlib's state, so it lives on the heap and never moves.
    private let stream: z_streamp

    /// Prepares zlib.
    /// - Parameter level: 1 (fast) to 9 (small).
    public init(level: Int = 6) {
        precondition((1...9).contains(level), "gzip levels go from 1 to 9")
        stream = z_streamp.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let status = recode_deflate_init(stream, Int32(level), 15 + 16)
        precondition(status == Z_OK, "zlib has no memory left")
    }

    deinit {
        deflateEnd(stream)
        stream.deinitialize(count: 1)
        stream.deallocate()
    }

    /// Compresses `bytes` into one complete member.
    /// - Complexity: O(*n*); holds input and output in memory. Takes up to 1 GiB.
    public func member(of bytes: [UInt8]) -> [UInt8] {
        precondition(bytes.count <= 1 << 30, "a gzip member is made of at most 1 GiB")
        deflateReset(stream)
        let bound = Int(deflateBound(stream, UInt(bytes.count)))
        var input = bytes
        var member = [UInt8](unsafeUninitializedCapacity: bound) { output, count in
            input.withUnsafeMutableBufferPointer { buffer in
                stream.pointee.next_in = buffer.baseAddress
                stream.pointee.avail_in = UInt32(buffer.count)
                stream.pointee.next_out = output.baseAddress
                stream.pointee.avail_out = UInt32(bound)
                let status = deflate(stream, Z_FINISH)
                precondition(status == Z_STREAM_END, "deflateBound gave too little room")
            }
            count = bound - Int(stream.pointee.avail_out)
        }
        member[9] = 255
        return member
    }
}

/// One gzip member from one piece of bytes.
public enum GzipMember {
    /// Compresses `bytes` into a complete member; see ``GzipCompressor`` where there are many.
    public static func compress(_ bytes: [UInt8], level: Int = 6) -> [UInt8] {
        GzipCompressor(level: level).member(of: bytes)
    }
}
