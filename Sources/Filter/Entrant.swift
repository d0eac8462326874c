/// A candidate as a selector keeps it.
struct Entrant: Sendable {
    /// See ``EntrantIDs``.
    var id: UInt128
    /// The beginning of the SHA-256 of seed and id: what ties are broken by at last.
    var tieHash: UInt64
    var reward: Double
    /// 0 where it is not known; then the entrant does not compete.
    var score: Double
    /// The most there is where nobody counted.
    var tokenCount: Int
    /// The most there is where it yields none, or nobody counted.
    var pairCount: UInt32
    var group: UInt32
    var task: UInt32
    /// Why it is out of the competition; `nil` while it is not.
    var dropped: DropReason?

    var competes: Bool { dropped == nil }
}

/// Ids as numbers: those of 32 lower-case hex digits are their value, which is also how they sort. The numbers that begin with
/// eight times f are left to all other ids.
struct EntrantIDs: Sendable {
    /// Other ids, by a number of their own.
    private var others = Names<String>()

    /// The number of an id; the same id always has the same.
    mutating func key(of id: String) -> UInt128 {
        if let value = Self.value(of: id) { return value }
        return UInt128.max - UInt128(others.number(of: id))
    }

    /// The id of a number.
    func text(of key: UInt128) -> String {
        let place = UInt128.max - key
        if place < UInt128(others.count) { return others.name(of: UInt32(place)) }
        let digits = String(key, radix: 16)
        return String(repeating: "0", count: 32 - digits.count) + digits
    }

    private static func value(of id: String) -> UInt128? {
        var id = id
        return id.withUTF8 { bytes in
            guard bytes.count == 32 else { return nil }
            var value: UInt128 = 0
            for byte in bytes {
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"):
                    value = value << 4 | UInt128(byte - UInt8(ascii: "0"))
                case UInt8(ascii: "a")...UInt8(ascii: "f"):
                    value = value << 4 | UInt128(byte - UInt8(ascii: "a") + 10)
                default: return nil
                }
            }
            return value >> 96 == UInt128(UInt32.max) ? nil : value
        }
    }
}

/// Numbers for names, from 0 in the order in which the names came.
struct Names<Name: Hashable & Sendable>: Sendable {
    private var numbers: [Name: UInt32] = [:]
    private var names: [Name] = []

    var count: Int { names.count }

    mutating func number(of name: Name) -> UInt32 {
        if let number = numbers[name] { return number }
        let number = UInt32(names.count)
        numbers[name] = number
        names.append(name)
        return number
    }

    /// - Precondition: the number was given to a name.
    func name(of number: UInt32) -> Name { names[Int(number)] }
}
