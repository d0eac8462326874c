#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Looks for keys that are no keys: what holds a key in a dictionary takes n² steps for n accents behind one letter.
enum LongKeys {
    /// The longest key, in bytes as they stand in the text.
    static let limit = 1024
    static let words = "a key has more than \(limit) bytes, the most there may be"

    /// The place of a key that is longer; `nil` where there is none.
    /// - Complexity: O(*n*); mostly it goes from quote to quote.
    static func first(in text: [UInt8]) -> Int? {
        text.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return nil }
            var start = 0
            while let found = memchr(base + start, Int32(UInt8(ascii: "\"")), bytes.count - start) {
                let quote = UnsafeRawPointer(found) - UnsafeRawPointer(base)
                // Text between two quotes that may be a key: now it is looked which texts are.
                if quote - start > limit, isBeforeColon(quote, bytes) { return exact(in: bytes) }
                start = quote + 1
            }
            return nil
        }
    }

    private static func isBeforeColon(_ quote: Int, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var place = quote + 1
        while place < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[place]) { place += 1 }
        return place < bytes.count && bytes[place] == UInt8(ascii: ":")
    }

    private static func exact(in bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        var place = 0
        while place < bytes.count {
            guard bytes[place] == UInt8(ascii: "\"") else {
                place += 1
                continue
            }
            let start = place
            place += 1
            while place < bytes.count, bytes[place] != UInt8(ascii: "\"") {
                place += bytes[place] == UInt8(ascii: "\\") ? 2 : 1
            }
            if place - start > limit, place < bytes.count, isBeforeColon(place, bytes) { return start }
            place += 1
        }
        return nil
    }
}
