/// Short byte strings as machine words; the same in every process of this machine.
enum ByteWords {
    /// Up to 8 bytes in a word: together with their number it is the byte string. 0 for none.
    @inline(__always)
    static func word(of bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
        guard let base = bytes.baseAddress, !bytes.isEmpty else { return 0 }
        let raw = UnsafeRawPointer(base)
        let count = bytes.count
        if count >= 8 { return raw.loadUnaligned(as: UInt64.self) }
        if count >= 4 {
            let last = raw.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self)
            return UInt64(raw.loadUnaligned(as: UInt32.self)) | UInt64(last) << 32
        }
        return UInt64(bytes[0]) | UInt64(bytes[count / 2]) << 8 | UInt64(bytes[count - 1]) << 16
    }

    /// Up to 24 bytes in three words: together with their number they are the byte string.
    @inline(__always)
    static func words(of bytes: UnsafeBufferPointer<UInt8>) -> (UInt64, UInt64, UInt64) {
        guard let base = bytes.baseAddress, bytes.count > 8 else { return (word(of: bytes), 0, 0) }
        let raw = UnsafeRawPointer(base)
        let last = raw.loadUnaligned(fromByteOffset: bytes.count - 8, as: UInt64.self)
        let middle = bytes.count > 16 ? raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self) : 0
        return (raw.loadUnaligned(as: UInt64.self), middle, last)
    }

    /// A hash of 8 bytes or more.
    @inline(__always)
    static func hash(of bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
        guard let base = bytes.baseAddress, bytes.count >= 8 else { return 0 }
        let raw = UnsafeRawPointer(base)
        var hash = UInt64(bytes.count) &* 0x9E37_79B9_7F4A_7C15
        var offset = 0
        while offset + 8 < bytes.count {
            hash = mix(hash ^ raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            offset += 8
        }
        return mix(hash ^ raw.loadUnaligned(fromByteOffset: bytes.count - 8, as: UInt64.self))
    }

    /// The halves of a product, one over the other: every bit of the value shows in all.
    @inline(__always)
    static func mix(_ value: UInt64) -> UInt64 {
        let product = value.multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
        return product.high ^ product.low
    }
}
