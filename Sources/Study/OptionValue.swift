import Trajectories

/// The value of an option that differs, as tables sort and show it.
struct OptionValue: Hashable, Comparable {
    private let value: JSONValue

    init(_ value: JSONValue) {
        self.value = value
    }

    /// Nothing first, then numbers by their size, then texts, then the rest as JSON writes it.
    static func < (first: OptionValue, second: OptionValue) -> Bool {
        (first.rank, first.number, first.text) < (second.rank, second.number, second.text)
    }

    /// The values of some options in the order of their names.
    static func sorted(_ options: [String: JSONValue]?) -> [OptionValue] {
        (options ?? [:]).sorted { $0.key < $1.key }.map { OptionValue($0.value) }
    }

    /// What a table shows: `-` for nothing; of a checksum, enough to tell it from others.
    var shown: String {
        switch value {
        case .null: "-"
        case .string(let text) where text.utf8.count == 64 && text.allSatisfy(\.isHexDigit):
            String(text.prefix(12))
        default: text
        }
    }

    /// What a field of a CSV line holds: nothing for nothing, checksums whole.
    var csvField: String { value == .null ? "" : text }

    private var rank: Int {
        switch value {
        case .null: 0
        case .int, .double: 1
        case .string: 2
        case .bool, .array, .object: 3
        }
    }

    private var number: Double {
        switch value {
        case .int(let number): Double(number)
        case .double(let number): number
        default: 0
        }
    }

    private var text: String {
        switch value {
        case .string(let text): text
        case .double(let number): Decimals.plain(number)
        default: (try? CanonicalJSON.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? ""
        }
    }
}
