/// How things are named in a house: by kind and number (`drawer 3`).
enum HouseWords {
    /// The names in a text, each once, in order of appearance.
    ///
    /// Complexity: O(length of the text + names²).
    static func names(in text: String) -> [String] {
        var found: [String] = []
        var kind = ""
        for word in text.split(omittingEmptySubsequences: false, whereSeparator: { !isPart($0) }) {
            if !kind.isEmpty, !word.isEmpty, word.allSatisfy({ "0"..."9" ~= $0 }) {
                let name = "\(kind) \(word)"
                if !found.contains(name) { found.append(name) }
            }
            kind = word.allSatisfy { "a"..."z" ~= $0 } ? String(word) : ""
        }
        return found
    }

    private static func isPart(_ letter: Character) -> Bool {
        ("a"..."z" ~= letter) || ("A"..."Z" ~= letter) || ("0"..."9" ~= letter)
    }

    /// `drawer` of `drawer 3`.
    static func kind(of name: String) -> String {
        String(name.prefix { $0 != " " })
    }

    /// The names of one kind.
    static func names(of kind: String, in names: [String]) -> [String] {
        names.filter { self.kind(of: $0) == kind }
    }

    /// `a drawer`, `an apple`.
    static func a(_ noun: String) -> String {
        "\("aeiou".contains(noun.first ?? "x") ? "an" : "a") \(noun)"
    }

    /// `a, b and c`; `nothing` for none.
    static func list(_ parts: [String], joinedBy word: String = "and") -> String {
        guard let last = parts.last else { return "nothing" }
        return parts.count == 1
            ? last : "\(parts.dropLast().joined(separator: ", ")) \(word) \(last)"
    }

    /// `in` for what has an inside, `on` for the others.
    static func preposition(_ place: String) -> String {
        let hollow = [
            "fridge", "microwave", "cabinet", "drawer", "safe", "garbagecan", "sinkbasin", "bathtubbasin",
            "box",
            "laundryhamper", "cart",
        ]
        return hollow.contains(kind(of: place)) ? "in" : "on"
    }

    /// `in a drawer`, `on drawer 3`.
    static func at(_ place: String) -> String {
        "\(preposition(place)) \(place.contains(" ") ? place : a(place))"
    }
}

/// Picks one of several ways to say or write the same; the same one for the same text on any machine.
struct HouseChoice: Sendable {
    private let number: UInt64

    /// FNV-1a of what is shown, its bits mixed: the last ones alone would follow the last letter.
    init(_ shown: String) {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in shown.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        hash ^= hash >> 33
        hash = hash &* 0xff51_afd7_ed55_8ccd
        number = hash ^ (hash >> 33)
    }

    /// A number from 0 up to `count`; another one for another `turn`.
    func below(_ count: Int, turn: Int = 0) -> Int {
        Int((number >> UInt64(turn * 7 % 57)) % UInt64(count))
    }

    /// One of `options`, of which there is at least one.
    func one<Option>(of options: [Option], turn: Int = 0) -> Option {
        options[below(options.count, turn: turn)]
    }
}
