/// A JSON value as somebody else wrote it: members in their order, keys twice where they stand twice.
indirect enum ForeignValue: Sendable, Hashable {
    case null
    case bool(Bool)
    /// Not finite where the file says NaN or Infinity (as Python writes them), or a number no `Double` holds.
    case number(Double)
    case text(String)
    case list([ForeignValue])
    case object(ForeignObject)

    /// The text; `nil` for anything else.
    var text: String? {
        if case .text(let text) = self { text } else { nil }
    }

    /// The number; `nil` for anything else.
    var number: Double? {
        if case .number(let number) = self { number } else { nil }
    }

    /// The truth value; `nil` for anything else.
    var bool: Bool? {
        if case .bool(let bool) = self { bool } else { nil }
    }

    /// The elements; `nil` for anything else.
    var list: [ForeignValue]? {
        if case .list(let list) = self { list } else { nil }
    }

    /// The members; `nil` for anything else.
    var object: ForeignObject? {
        if case .object(let object) = self { object } else { nil }
    }

    /// A whole number from 0 to 2^40; `nil` for anything else.
    var count: Int? {
        guard let number, number >= 0, number <= Double(1 << 40), number == number.rounded() else {
            return nil
        }
        return Int(number)
    }

    /// A text or a whole number, as text: what ids are.
    var name: String? {
        if let text { return text }
        guard let number, abs(number) <= Double(1 << 53), number == number.rounded() else { return nil }
        return String(Int(number))
    }
}

/// The members of a JSON object.
struct ForeignObject: Sendable, Hashable {
    /// A key and its value.
    struct Member: Sendable, Hashable {
        var key: String
        var value: ForeignValue
    }

    /// In the order they stand.
    var members: [Member]

    /// The value of a key; of several the last, as Python reads it; `nil` where there is none or it is null.
    /// - Complexity: O(*n*) in members.
    subscript(key: String) -> ForeignValue? {
        guard let value = members.last(where: { $0.key == key })?.value, value != .null else { return nil }
        return value
    }
}
