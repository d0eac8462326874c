/// The bytes a record's checksum is made of: its values, however they were spaced.
enum ForeignDigest {
    /// A text that differs where values differ; keys stay in their order.
    /// - Complexity: O(*n*) in the value's size.
    static func bytes(of value: ForeignValue) -> [UInt8] {
        var bytes: [UInt8] = []
        append(value, to: &bytes)
        return bytes
    }

    private static func append(_ value: ForeignValue, to bytes: inout [UInt8]) {
        switch value {
        case .null: bytes.append(UInt8(ascii: "n"))
        case .bool(let bool): bytes.append(bool ? UInt8(ascii: "t") : UInt8(ascii: "f"))
        case .number(let number): append("#", "\(number)", to: &bytes)
        case .text(let text): append("s", text, to: &bytes)
        case .list(let list):
            append("[", "\(list.count)", to: &bytes)
            for element in list { append(element, to: &bytes) }
        case .object(let object):
            append("{", "\(object.members.count)", to: &bytes)
            for member in object.members {
                append("k", member.key, to: &bytes)
                append(member.value, to: &bytes)
            }
        }
    }

    /// A kind, the length, and the text: no two values share their bytes.
    private static func append(_ kind: Unicode.Scalar, _ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: kind))
        bytes += "\(text.utf8.count):".utf8
        bytes += text.utf8
    }
}
