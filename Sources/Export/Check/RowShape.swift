import Trajectories

/// The keys that every row of an export has, with the types of their values.
struct RowShape: Sendable {
    /// What a value is.
    indirect enum Value: Sendable {
        case text, wholeNumber, number, flag
        /// One message or more.
        case messages
        /// OpenAI's: answers have a weight.
        case weightedMessages
        /// `from` and `value`.
        case spoken
        /// Earlier questions with their answers.
        case history
        case list(Value)
        case nullable(Value)
    }

    /// The keys.
    let keys: [String: Value]

    /// The shape of the rows of an export.
    init(of recipe: ExportRecipe) {
        var keys = Self.texts(of: recipe.format, withRejected: recipe.failures == .preference)
        if recipe.metadata == .columns { keys.merge(Self.metadata.keys) { own, _ in own } }
        self.init(keys: keys)
    }

    private init(keys: [String: Value]) {
        self.keys = keys
    }

    /// The shape of what is known of a row.
    static let metadata = RowShape(
        keys: Dictionary(
            RowColumn.metadata.map { ($0.name, value(of: $0)) }, uniquingKeysWith: { first, _ in first }))

    /// Columns that may be null.
    private static let nullable: Set<String> = ["run", "rank", "tokens"]

    private static func value(of column: RowColumn) -> Value {
        let value: Value =
            switch column.type {
            case "int64": .wholeNumber
            case "float64": .number
            case "bool": .flag
            default: .text
            }
        return nullable.contains(column.name) ? .nullable(value) : value
    }

    private static func texts(of format: ExportFormat, withRejected: Bool) -> [String: Value] {
        switch format {
        case .promptCompletion:
            withRejected
                ? ["prompt": .messages, "chosen": .messages, "rejected": .messages]
                : ["prompt": .messages, "completion": .messages]
        case .messages: ["messages": .messages]
        case .sharegpt:
            withRejected
                ? ["conversations": .list(.spoken), "system": .text, "chosen": .spoken, "rejected": .spoken]
                : ["conversations": .list(.spoken), "system": .text]
        case .alpaca:
            ["instruction": .text, "input": .text, "output": .text, "system": .text, "history": .history]
        case .openai: ["messages": .weightedMessages]
        case .text: ["text": .text]
        case .parquet:
            withRejected
                ? ["prompt": .messages, "chosen": .messages, "rejected": .messages]
                : ["messages": .messages, "prompt": .messages, "response": .text]
        }
    }

    /// The first key that is missing, unknown, or holds something else than it should.
    func problem(in row: JSONValue) -> RecordProblem? {
        guard case .object(let members) = row else {
            return RecordProblem(keyPath: "", message: "this is JSON but not an object {…}")
        }
        for key in keys.keys.sorted() {
            guard let member = members[key], let value = keys[key] else {
                return RecordProblem(keyPath: key, message: "is missing, and every row of this export has it")
            }
            if let problem = Self.problem(in: member, as: value, at: key) { return problem }
        }
        guard let unknown = members.keys.filter({ keys[$0] == nil }).min() else { return nil }
        return RecordProblem(
            keyPath: unknown,
            message:
                "is no key of this export's rows, which are \(keys.keys.sorted().joined(separator: ", "))")
    }

    private static func problem(in value: JSONValue, as expected: Value, at path: String) -> RecordProblem? {
        func wrong(_ words: String) -> RecordProblem {
            RecordProblem(keyPath: path, message: "has the wrong type, expected \(words)")
        }
        switch (expected, value) {
        case (.text, .string), (.wholeNumber, .int), (.number, .int), (.number, .double), (.flag, .bool),
            (.nullable, .null):
            return nil
        case (.nullable(let inner), _): return problem(in: value, as: inner, at: path)
        case (.list(let element), .array(let values)):
            return values.enumerated().lazy.compactMap { index, value in
                problem(in: value, as: element, at: "\(path)[\(index)]")
            }.first
        case (.messages, .array(let messages)), (.weightedMessages, .array(let messages)):
            var isWeighted = false
            if case .weightedMessages = expected { isWeighted = true }
            if messages.isEmpty {
                return RecordProblem(keyPath: path, message: "is empty, expected messages")
            }
            return messages.enumerated().lazy.compactMap { index, message in
                problem(inMessage: message, isWeighted: isWeighted, at: "\(path)[\(index)]")
            }.first
        case (.spoken, .object(let members)):
            return problem(in: members, ["from": ["human", "gpt", "system"], "value": nil], at: path)
        case (.history, .array(let turns)):
            return turns.enumerated().lazy.compactMap { index, turn in
                guard case .array(let texts) = turn, texts.count == 2,
                    texts.allSatisfy({ if case .string = $0 { true } else { false } })
                else {
                    return RecordProblem(
                        keyPath: "\(path)[\(index)]", message: "is no question with its answer, two texts")
                }
                return nil
            }.first
        case (.text, _): return wrong("text")
        case (.wholeNumber, _): return wrong("a whole number")
        case (.number, _): return wrong("a number")
        case (.flag, _): return wrong("true or false")
        case (.spoken, _): return wrong("an object")
        case (.messages, _), (.weightedMessages, _), (.history, _), (.list, _): return wrong("a list")
        }
    }

    private static func problem(
        inMessage message: JSONValue, isWeighted: Bool, at path: String
    ) -> RecordProblem? {
        guard case .object(var members) = message else {
            return RecordProblem(keyPath: path, message: "has the wrong type, expected a message")
        }
        if isWeighted, members["role"] == .string(Message.Role.assistant.rawValue) {
            guard let weight = members.removeValue(forKey: "weight"), weight == .int(0) || weight == .int(1)
            else {
                return RecordProblem(keyPath: "\(path).weight", message: "is not 0 or 1, as an answer's is")
            }
        }
        return problem(in: members, ["role": ["system", "user", "assistant"], "content": nil], at: path)
    }

    /// Looks whether an object has these keys and no other, with texts, of a list where one is given.
    private static func problem(
        in members: [String: JSONValue], _ expected: [String: [String]?], at path: String
    ) -> RecordProblem? {
        for (key, allowed) in expected.sorted(by: { $0.key < $1.key }) {
            guard case .string(let text)? = members[key] else {
                return RecordProblem(keyPath: "\(path).\(key)", message: "is missing or no text")
            }
            if let allowed, !allowed.contains(text) {
                return RecordProblem(
                    keyPath: "\(path).\(key)",
                    message: "has an unknown value, expected one of \(allowed.joined(separator: ", "))")
            }
        }
        guard let unknown = members.keys.filter({ expected[$0] == nil }).min() else { return nil }
        return RecordProblem(keyPath: "\(path).\(unknown)", message: "is no key of a message here")
    }
}
