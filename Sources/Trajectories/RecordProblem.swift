import FoundationEssentials

/// Why a piece of JSON is not the record it should be: which key, and what was expected there.
///
/// Shared by everything that reads JSON the user may have touched, so all messages read alike.
public struct RecordProblem: Error, Sendable, Hashable {
    /// The key path at fault, such as `nodes[3].status`; empty for the value as a whole.
    public var keyPath: String
    /// What was found and what was expected.
    public var message: String

    /// Makes a problem from its parts.
    public init(keyPath: String, message: String) {
        self.keyPath = keyPath
        self.message = message
    }

    /// Decodes a value that declares its `schema`, and says what is wrong when it cannot be.
    ///
    /// - Parameters:
    ///   - type: what is decoded.
    ///   - schema: what the key `schema` must say.
    ///   - bytes: the JSON text.
    /// - Returns: the value.
    /// - Throws: ``RecordProblem``, and nothing else.
    public static func decode<Value: Decodable>(
        _ type: Value.Type, schema: String, from bytes: [UInt8]
    ) throws(RecordProblem) -> Value {
        do {
            return try CanonicalJSON.decode(type, from: bytes)
        } catch {
            // What comes first in a reader's mind comes first here: is it JSON, an object, of this schema?
            throw notAnObject(bytes) ?? otherSchema(bytes, than: schema) ?? RecordProblem(error)
        }
    }

    /// The problem in words: `key: what`.
    public var text: String {
        keyPath.isEmpty ? message : "\(keyPath): \(message)"
    }
}

extension RecordProblem {
    private static func notAnObject(_ bytes: [UInt8]) -> RecordProblem? {
        do {
            guard case .object = try CanonicalJSON.decode(JSONValue.self, from: bytes) else {
                return RecordProblem(keyPath: "", message: "this is JSON but not an object {…}")
            }
            return nil
        } catch {
            return RecordProblem(keyPath: "", message: "this is not JSON (\(reason(of: error)))")
        }
    }

    private struct SchemaOnly: Decodable {
        var schema: String
    }

    static func otherSchema(_ bytes: [UInt8], than schema: String) -> RecordProblem? {
        do {
            let found = try CanonicalJSON.decode(SchemaOnly.self, from: bytes).schema
            if found == schema { return nil }
            return RecordProblem(
                keyPath: "schema", message: "is \"\(found.prefix(80))\", expected \"\(schema)\"")
        } catch {
            return RecordProblem(keyPath: "schema", message: "is missing or no text, expected \"\(schema)\"")
        }
    }

    init(_ error: any Error) {
        guard let error = error as? DecodingError else {
            self.init(keyPath: "", message: "cannot be decoded (\(error))")
            return
        }
        switch error {
        case .keyNotFound(let key, let context):
            self.init(keyPath: Self.path(context.codingPath + [key]), message: "is missing")
        case .valueNotFound(let type, let context):
            self.init(
                keyPath: Self.path(context.codingPath), message: "is null, expected \(Self.name(of: type))")
        case .typeMismatch(let type, let context):
            self.init(
                keyPath: Self.path(context.codingPath),
                message: "has the wrong type, expected \(Self.name(of: type))"
            )
        case .dataCorrupted(let context):
            self.init(keyPath: Self.path(context.codingPath), message: Self.words(for: context))
        @unknown default:
            self.init(keyPath: "", message: "cannot be decoded (\(error))")
        }
    }

    private static func words(for context: DecodingError.Context) -> String {
        // A key with a fixed set of values says which ones there are.
        let choices: [String: [String]] = [
            "agent": AgentKind.allCases.map(\.rawValue), "split": Split.allCases.map(\.rawValue),
            "ended": EndReason.allCases.map(\.rawValue), "kind": NodeKind.allCases.map(\.rawValue),
            "status": NodeStatus.allCases.map(\.rawValue), "problem": AttemptProblem.allCases.map(\.rawValue),
        ]
        guard let key = context.codingPath.last?.stringValue, let values = choices[key] else {
            return context.debugDescription
        }
        return "has an unknown value, expected one of \(values.joined(separator: ", "))"
    }

    private static func reason(of error: any Error) -> String {
        guard case .dataCorrupted(let context)? = error as? DecodingError else { return "\(error)" }
        guard let underlying = context.underlyingError else { return context.debugDescription }
        return "\(underlying)"
    }

    private static func path(_ keys: [any CodingKey]) -> String {
        keys.reduce(into: "") { path, key in
            if let index = key.intValue {
                path += "[\(index)]"
            } else {
                path += path.isEmpty ? key.stringValue : ".\(key.stringValue)"
            }
        }
    }

    private static func name(of type: any Any.Type) -> String {
        switch type {
        case is String.Type: "text"
        case is Int.Type: "a whole number"
        case is Double.Type: "a number"
        case is Bool.Type: "true or false"
        case is [Any].Type: "a list"
        default: String(describing: type).hasPrefix("Array<") ? "a list" : "an object"
        }
    }
}
