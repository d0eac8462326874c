import Trajectories

/// What the variables of a prompt show: the ground a thought stands on.
struct Evidence: Sendable {
    /// The variables the policy was shown.
    let variables: [Variable]

    /// The value of a variable, if it was shown.
    func value(of name: String) -> String? {
        variables.first { $0.name == name }?.value
    }

    /// The room the last observation describes.
    var place: String? { value(of: "observation").flatMap(Self.placeNamed) }

    /// The room a description or a teleport's answer names.
    private static func placeNamed(in text: String) -> String? {
        for opening in ["room is called the ", "location is called the ", "You teleport to the "] {
            guard let start = text.firstRange(of: opening) else { continue }
            return text[start.upperBound...].firstIndex(of: ".").map { String(text[start.upperBound..<$0]) }
        }
        return nil
    }

    /// A sentence that says where the agent stands, or what it last saw.
    var standpoint: String {
        if let place { return "The observation places me \(Wording.inside(place))." }
        guard let text = value(of: "observation") else { return "Nothing has been observed yet." }
        let last = "The last observation says \(Self.quoted(text))."
        guard let room = value(of: "room").flatMap(Self.placeNamed) else { return last }
        return "I am \(Wording.inside(room)), as `room` shows. \(last)"
    }

    /// The part of a variable's text that mentions `thing`; `nil` where nothing does.
    func mention(of thing: String, in name: String = "observation") -> String? {
        for line in (value(of: name) ?? "").split(separator: "\n") {
            guard let found = line.lowercased().firstRange(of: thing.lowercased()) else { continue }
            let offset = line.lowercased().distance(from: line.lowercased().startIndex, to: found.lowerBound)
            return Self.clause(of: line, around: offset)
        }
        return nil
    }

    /// A sentence that quotes where `thing` is shown; `nil` where no variable shows it.
    func sight(of thing: String) -> String? {
        if let seen = mention(of: thing) {
            let isDescription = value(of: "observation")?.contains(" is called the ") == true
            return isDescription ? "I can see \"\(seen)\"." : "The last observation says \"\(seen)\"."
        }
        if let seen = mention(of: thing, in: "room") { return "`room` shows \"\(seen)\"." }
        if mention(of: thing, in: "carried") != nil {
            return "`carried` lists \(Wording.the(thing)), so I have it with me."
        }
        return nil
    }

    /// What the recipe says, quoted; `nil` where none is shown or it could not be read.
    var recipe: String? {
        guard let text = value(of: "recipe"), let opening = text.firstRange(of: "The recipe reads:") else {
            return nil
        }
        return Self.quoted(String(text[opening.upperBound...]))
    }

    /// A sentence saying where `thing` is shown, or else where the agent stands.
    func sighting(of thing: String) -> String { sight(of: thing) ?? standpoint }

    /// The comma-separated clause of a line around a position, cut to a readable length.
    private static func clause(of line: Substring, around offset: Int) -> String {
        let text = line.drop { $0.isWhitespace }
        let position = text.index(text.startIndex, offsetBy: max(0, offset - (line.count - text.count)))
        let start =
            text[..<position].lastIndex { ",:(.".contains($0) }.map { text.index(after: $0) }
            ?? text.startIndex
        let end = text[position...].firstIndex { ",:().".contains($0) } ?? text.endIndex
        return short(String(text[start..<end]))
    }

    /// The first words of a text in quotes, without a full stop of their own.
    static func quoted(_ text: String) -> String {
        let words = short(text)
        return "\"\(words.hasSuffix(".") && !words.hasSuffix("...") ? words.dropLast() : words[...])\""
    }

    /// The first words of a text, on one line.
    static func short(_ text: String) -> String {
        let line = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        guard line.count > 100 else { return line }
        let words = line.prefix(97)
        return (words.lastIndex(of: " ").map { words[..<$0] } ?? words) + "..."
    }
}
