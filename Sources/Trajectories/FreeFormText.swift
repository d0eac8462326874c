/// A text being decoded, in which free-form values are found by their place.
///
/// `JSONDecoder` cannot tell what kind of value it has, and a trial of each kind costs as much as the value is deep, for every
/// value. So those are parsed from the text itself: ``JSONParser`` reads each byte of them once.
final class FreeFormText: @unchecked Sendable {
    // Sendable without a lock: it lives in one call of `CanonicalJSON.decode`, which works on one thread.

    /// Where a decoder has it.
    static let key = CodingUserInfoKey(rawValue: "text")

    let bytes: [UInt8]
    /// The place found last: mostly, the next one is beside it.
    private var container: (path: [String], position: Int)?
    private var whole: JSONValue?
    /// How many bytes were looked at to find and read values.
    private(set) var scannedByteCount = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The value at a place.
    /// - Complexity: O(*n*) in the text, for all values together: where many are asked for, the text is read as a whole.
    func value(at path: [any CodingKey]) throws(JSONProblem) -> JSONValue {
        if let whole { return try Self.value(at: path, in: whole) }
        guard scannedByteCount <= 4 * bytes.count else {
            let whole = try JSONParser.value(of: bytes)
            self.whole = whole
            scannedByteCount += bytes.count
            return try Self.value(at: path, in: whole)
        }
        let result = bytes.withUnsafeBufferPointer { bytes -> Result<JSONValue, JSONProblem> in
            do throws(JSONProblem) {
                return .success(try value(at: path, in: bytes))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private func value(
        at path: [any CodingKey], in bytes: UnsafeBufferPointer<UInt8>
    ) throws(JSONProblem) -> JSONValue {
        let names = path.dropLast().map(\.stringValue)
        var parser: JSONParser
        if let container, container.path == names {
            parser = JSONParser(bytes, position: container.position)
        } else {
            parser = JSONParser(bytes)
            parser.skipMark()
            for key in path.dropLast() { try enter(key, &parser) }
            container = (names, parser.position)
        }
        if let key = path.last { try enter(key, &parser) }
        let start = parser.position
        defer { scannedByteCount += parser.position - start }
        return try parser.value(depth: path.count)
    }

    /// Goes to the member `key` of the object or list that is next; of two members of one name, to the first.
    private func enter(_ key: any CodingKey, _ parser: inout JSONParser) throws(JSONProblem) {
        let start = parser.position
        defer { scannedByteCount += parser.position - start }
        if parser.take("{") {
            repeat {
                if try parser.key() == key.stringValue { return }
                parser.skipValue()
            } while parser.take(",")
        } else if parser.take("["), let index = key.intValue {
            for _ in 0..<index {
                parser.skipValue()
                try parser.require(",")
            }
            return
        }
        throw parser.malformed("there is no such value")
    }

    private static func value(at path: [any CodingKey], in whole: JSONValue) throws(JSONProblem) -> JSONValue
    {
        var value = whole
        for key in path {
            switch value {
            case .object(let members):
                guard let member = members[key.stringValue] else { throw missing }
                value = member
            case .array(let values):
                guard let index = key.intValue, values.indices.contains(index) else { throw missing }
                value = values[index]
            default: throw missing
            }
        }
        return value
    }

    private static let missing = JSONProblem(code: .malformed, offset: 0, message: "there is no such value")
}
