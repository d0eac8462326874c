/// Cuts the nodes out of a record's line before it is decoded: they are nearly all of it.
enum RecordHead {
    private static let key = Array(#""nodes":["#.utf8)

    /// The line with an empty list of nodes; `nil` where no such list is found at its top level.
    ///
    /// Nothing is checked: what is no JSON stays none, and decoding says so.
    /// - Complexity: O(*n*) in bytes, each looked at once.
    static func bytes(of line: [UInt8]) -> [UInt8]? {
        line.withUnsafeBufferPointer { bytes in
            var depth = 0
            var index = 0
            while index < bytes.count {
                switch bytes[index] {
                case UInt8(ascii: "\""):
                    if depth == 1, bytes[index...].starts(with: key) {
                        let list = index + key.count
                        let end = endOfList(bytes, from: list)
                        return end.map { Array(bytes[..<list]) + Array(bytes[$0...]) }
                    }
                    index = endOfString(bytes, from: index)
                case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
                case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
                default: break
                }
                index += 1
            }
            return nil
        }
    }

    /// The place of the bracket that closes a list.
    /// - Parameter start: a place inside it, in no list, object or string of its own.
    private static func endOfList(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
        var depth = 1
        var index = start
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\""): index = endOfString(bytes, from: index)
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth == 0 { return index }
            default: break
            }
            index += 1
        }
        return nil
    }

    /// The place of the quote that ends a string, or of the last byte.
    /// - Parameter start: the place of the quote that begins it.
    private static func endOfString(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        var index = start + 1
        while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
            index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        return index
    }
}
