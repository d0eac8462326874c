/// Any JSON value, for the parts of a record whose keys belong to others (sampling, environment options).
///
/// Integers and floating-point numbers stay apart, so a value that is read and written again keeps its bytes.
public enum JSONValue: Sendable, Hashable {
    case null
    case bool(Bool)
    case int(Int)
    case double(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])
}

extension JSONValue: Codable {
    /// Decodes whatever is there; a whole number that fits becomes an `int`.
    ///
    /// - Throws: `DecodingError` naming the key, also for values that nest deeper than 128 levels, and for a key that is there
    ///   twice.
    /// - Precondition: the decoder is that of ``CanonicalJSON``, which knows the text.
    public init(from decoder: any Decoder) throws {
        guard let text = FreeFormText.key.flatMap({ decoder.userInfo[$0] }) as? FreeFormText else {
            preconditionFailure("free-form values are decoded by CanonicalJSON")
        }
        do {
            self = try text.value(at: decoder.codingPath)
        } catch {
            throw error.decodingError(at: decoder.codingPath)
        }
    }

    /// Encodes the value as itself, without a wrapper.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .int(let value): try container.encode(value)
        case .double(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .array(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }
}

extension JSONProblem {
    /// As decoders word it.
    func decodingError(at path: [any CodingKey] = []) -> DecodingError {
        DecodingError.dataCorrupted(DecodingError.Context(codingPath: path, debugDescription: message))
    }
}
