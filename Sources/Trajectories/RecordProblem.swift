import FoundationEssentials

/// A stored JSON object that says which schema it follows.
public protocol SchemaRecord: Decodable {
    /// The schema the type reads and writes.
    static var schemaName: String { get }
    /// The values that keys with a fixed set of them may have, by key; messages list them.
    static var allowedValues: [String: [String]] { get }
    /// Keys whose texts are others', of any kind; `nil` where all are. Under others, endless accents are refused.
    static var freeTexts: Set<String>? { get }
    /// The schema a value declares.
    var schema: String { get }
}

extension SchemaRecord {
    /// None beside those of the records of this module.
    public static var allowedValues: [String: [String]] { [:] }
    /// None.
    public static var freeTexts: Set<String>? { [] }
}

extension Trajectory: SchemaRecord {
    /// What environments, policies and their code say.
    public static var freeTexts: Set<String>? {
        [
            "instruction", "initial_observation", "ended_detail", "code", "printed", "error", "inputs",
            "outputs",
            "lost_outputs", "variables", "thought", "response", "message", "action", "observation",
        ]
    }
}
extension TrajectorySummary: SchemaRecord {
    /// Those of the whole record.
    public static var freeTexts: Set<String>? { Trajectory.freeTexts }
    /// That of the whole record.
    public static var schemaName: String { Trajectory.schemaName }
}
extension RunManifest: SchemaRecord {}

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

    /// Decodes a value, and says what is wrong when it cannot be.
    ///
    /// - Parameters:
    ///   - type: what is decoded.
    ///   - bytes: the JSON text.
    /// - Returns: the value, which declares its type's schema.
    /// - Throws: ``RecordProblem``, and nothing else.
    public static func decode<Value: SchemaRecord>(
        _ type: Value.Type, from bytes: [UInt8]
    ) throws(RecordProblem) -> Value {
        if let freeTexts = Value.freeTexts, EndlessAccents.isFound(in: bytes),
            let value = try? JSONParser.value(of: bytes),
            let key = EndlessAccents.key(in: value, except: freeTexts)
        {
            throw RecordProblem(keyPath: key, message: EndlessAccents.words)
        }
        let value: Value
        do {
            value = try CanonicalJSON.decode(type, from: bytes)
        } catch {
            // What comes first in a reader's mind comes first here: is it JSON, an object, of this schema?
            throw notAnObject(bytes) ?? otherSchema(bytes, than: Value.schemaName) ?? noWholeNumber(bytes)
                ?? RecordProblem(error, allowing: Value.allowedValues)
        }
        try requireSchema(of: value)
        return value
    }

    static func requireSchema<Value: SchemaRecord>(of value: Value) throws(RecordProblem) {
        guard value.schema != Value.schemaName else { return }
        throw RecordProblem(
            keyPath: "schema", message: "is \"\(value.schema.prefix(80))\", expected \"\(Value.schemaName)\"")
    }

    /// The problem in words: `key: what`.
    public var text: String {
        keyPath.isEmpty ? message : "\(keyPath): \(message)"
    }
}

extension RecordProblem {
    private static func notAnObject(_ bytes: [UInt8]) -> RecordProblem? {
        if let column = firstOutsideUTF8(bytes) {
            let byte = String(bytes[column], radix: 16)
            return RecordProblem(
                keyPath: "", message: "this is not UTF-8: byte \(column + 1) of the line is 0x\(byte)")
        }
        do {
            if case .object = try JSONParser.value(of: bytes) { return nil }
            return RecordProblem(keyPath: "", message: "this is JSON but not an object {…}")
        } catch  where error.code == .tooLarge {
            return RecordProblem(keyPath: error.keyPath, message: error.message)
        } catch {
            return RecordProblem(keyPath: "", message: "this is not JSON: \(excerpt(of: bytes))")
        }
    }

    /// Where the first byte is that no UTF-8 text has there; `nil` where the bytes are UTF-8.
    private static func firstOutsideUTF8(_ bytes: [UInt8]) -> Int? {
        var decoder = UTF8()
        var rest = bytes.makeIterator()
        var position = 0
        while true {
            switch decoder.decode(&rest) {
            case .scalarValue(let scalar): position += UTF8.width(scalar)
            case .emptyInput: return nil
            case .error: return min(position, bytes.count - 1)
            }
        }
    }

    /// Both ends of a line: a torn one shows at its end, a foreign one at its start.
    private static func excerpt(of bytes: [UInt8]) -> String {
        let text = String(decoding: bytes.prefix(200), as: UTF8.self)
        guard bytes.count > 80 else { return text }
        return "\(text.prefix(30)) … \(String(decoding: bytes.suffix(30), as: UTF8.self))"
    }

    private struct SchemaOnly: Decodable {
        var schema: String
    }

    /// What is wrong with the schema that a JSON object says it follows; `nil` where it is the expected one.
    public static func otherSchema(_ bytes: [UInt8], than schema: String) -> RecordProblem? {
        do {
            let found = try CanonicalJSON.decode(SchemaOnly.self, from: bytes).schema
            if found == schema { return nil }
            return RecordProblem(
                keyPath: "schema", message: "is \"\(found.prefix(80))\", expected \"\(schema)\"")
        } catch {
            return RecordProblem(keyPath: "schema", message: "is missing or no text, expected \"\(schema)\"")
        }
    }

    /// The first number with a fraction under a key that counts something; the decoder does not say where it was.
    private static func noWholeNumber(_ bytes: [UInt8]) -> RecordProblem? {
        guard let value = try? JSONParser.value(of: bytes), let found = noWholeNumber(value, key: "") else {
            return nil
        }
        return RecordProblem(
            keyPath: path(found.path.reversed()), message: "is \(found.number), expected a whole number")
    }

    private static let countKeys: Set<String> = [
        "variation", "max_depth", "max_retry", "max_rewrite", "step_limit", "steps", "calls", "prompt_tokens",
        "completion_tokens", "seed", "repeat", "id", "parent", "depth", "attempt", "trajectories",
        "successes", "bytes",
        "lines", "read", "rank", "n", "k", "kept", "tied_at_cut", "tied_kept", "dropped",
    ]

    /// A key of JSON that is read without a type.
    private struct Key: CodingKey {
        var stringValue: String
        var intValue: Int?

        init(stringValue: String) { self.stringValue = stringValue }
        init(intValue: Int) { (stringValue, self.intValue) = ("", intValue) }
    }

    /// - Returns: the number, and the keys that lead to it, the innermost first.
    private static func noWholeNumber(
        _ value: JSONValue, key: String
    ) -> (number: Double, path: [Key])? {
        func below(_ step: Key, _ value: JSONValue, _ key: String) -> (number: Double, path: [Key])? {
            noWholeNumber(value, key: key).map { ($0.number, $0.path + [step]) }
        }
        switch value {
        case .double(let number) where countKeys.contains(key): return (number, [])
        case .array(let values):
            return values.enumerated().lazy.compactMap { below(Key(intValue: $0), $1, key) }.first
        case .object(let members):
            return members.sorted { $0.key < $1.key }.lazy.compactMap { name, element in
                // Counts by reason are counts, whatever the reason is called.
                below(Key(stringValue: name), element, key == "dropped" ? key : name)
            }.first
        default: return nil
        }
    }

    /// Words a failure of decoding.
    /// - Parameter values: the values that keys with a fixed set of them may have, beside those of this module's records.
    public init(_ error: any Error, allowing values: [String: [String]] = [:]) {
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
            self.init(
                keyPath: Self.path(context.codingPath), message: Self.words(for: context, allowing: values))
        @unknown default:
            self.init(keyPath: "", message: "cannot be decoded (\(error))")
        }
    }

    private static func words(
        for context: DecodingError.Context, allowing own: [String: [String]]
    ) -> String {
        // A key with a fixed set of values says which ones there are.
        let choices: [String: [String]] = [
            "agent": AgentKind.allCases.map(\.rawValue), "split": Split.allCases.map(\.rawValue),
            "ended": EndReason.allCases.map(\.rawValue), "kind": NodeKind.allCases.map(\.rawValue),
            "status": NodeStatus.allCases.map(\.rawValue), "problem": AttemptProblem.allCases.map(\.rawValue),
            "fault": TryFault.allCases.map(\.rawValue),
        ]
        let key = context.codingPath.last { $0.intValue == nil }?.stringValue ?? ""
        guard let values = own[key] ?? choices[key] else { return context.debugDescription }
        return "has an unknown value, expected one of \(values.joined(separator: ", "))"
    }

    private static func path(_ keys: [any CodingKey]) -> String {
        keys.reduce(into: "") { path, key in
            if let index = key.intValue {
                path += "[\(index)]"
            } else {
                let name =
                    key.stringValue.utf8.count <= 200
                    ? key.stringValue
                    : String(String.UnicodeScalarView(key.stringValue.unicodeScalars.prefix(60))) + "…"
                path += path.isEmpty ? name : ".\(name)"
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
