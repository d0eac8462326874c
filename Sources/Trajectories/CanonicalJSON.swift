import FoundationEssentials

/// The one JSON form the project writes: sorted keys, no spaces, slashes as they are, UTF-8, no trailing newline.
public enum CanonicalJSON {
    /// Encodes a value.
    /// - Throws: `EncodingError` for a number JSON does not have (NaN, infinity).
    public static func encode(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(value))
    }

    /// Encodes a value over several lines, for files that people read.
    /// - Throws: `EncodingError` for a number JSON does not have.
    public static func encodePretty(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        return Array(try encoder.encode(value)) + [UInt8(ascii: "\n")]
    }

    /// Decodes a value from JSON text.
    /// - Throws: `DecodingError` naming the key at fault.
    /// - Complexity: O(*n*) in the text, whatever it says.
    public static func decode<Value: Decodable>(_ type: Value.Type, from bytes: some Sequence<UInt8>) throws
        -> Value
    {
        try decode(type, from: FreeFormText((bytes as? [UInt8]) ?? Array(bytes)))
    }

    /// The same of a file in which only names, digests and the like stand: a text with endless accents is refused.
    /// - Throws: `DecodingError`.
    /// - Complexity: O(*n*), what comes of the value included.
    public static func decodeNames<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws -> Value
    {
        guard !EndlessAccents.isFound(in: bytes) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: [], debugDescription: "a text \(EndlessAccents.words)"))
        }
        return try decode(type, from: bytes)
    }

    static func decode<Value: Decodable>(_ type: Value.Type, from text: FreeFormText) throws -> Value {
        if type == JSONValue.self, let value = try value(of: text.bytes) as? Value { return value }
        if let place = LongKeys.first(in: text.bytes) {
            throw JSONProblem(code: .tooLarge, offset: place, message: LongKeys.words).decodingError()
        }
        let decoder = JSONDecoder()
        if let key = FreeFormText.key { decoder.userInfo[key] = text }
        return try decoder.decode(type, from: Data(text.bytes))
    }

    private static func value(of text: [UInt8]) throws -> JSONValue {
        do {
            return try JSONParser.value(of: text)
        } catch {
            throw error.decodingError()
        }
    }
}
