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
    var place: String? {
        guard let text = value(of: "observation") else { return nil }
        for opening in ["room is called the ", "location is called the "] {
            if let start = text.firstRange(of: opening) {
                return text[start.upperBound...].firstIndex(of: ".").map {
                    String(text[start.upperBound..<$0])
                }
            }
        }
        if let moved = text.firstRange(of: "You teleport to the ") {
            return text[moved.upperBound...].firstIndex(of: ".").map { String(text[moved.upperBound..<$0]) }
        }
        return nil
    }

    /// A sentence that says where the agent stands, or what it last saw.
    var standpoint: String {
        if let place { return "The observation places me \(Wording.inside(place))." }
        guard let text = value(of: "observation") else { return "Nothing has been observed yet." }
        return "The last observation says \(Self.quoted(text))."
    }

    /// The part of the shown text that mentions `thing`, quoted; `nil` where nothing does.
    func mention(of thing: String) -> String? {
        for variable in variables where variable.name != "instruction" {
            for line in variable.value.split(separator: "\n") {
                guard let found = line.lowercased().firstRange(of: thing.lowercased()) else { continue }
                let offset = line.lowercased().distance(
                    from: line.lowercased().startIndex, to: found.lowerBound)
                return Self.clause(of: line, around: offset)
            }
        }
        return nil
    }

    /// A sentence saying that `thing` has been seen, or that it is known to be there.
    func sighting(of thing: String) -> String {
        mention(of: thing).map { "I can see \"\($0)\"." } ?? standpoint
    }

    /// The comma-separated clause of a line around a position, cut to a readable length.
    private static func clause(of line: Substring, around offset: Int) -> String {
        let text = line.drop { $0.isWhitespace }
        let position = text.index(text.startIndex, offsetBy: max(0, offset - (line.count - text.count)))
        let start =
            text[..<position].lastIndex { ",:(.".contains($0) }.map { text.index(after: $0) }
            ?? text.startIndex
        let end = text[position...].firstIndex { ",:).".contains($0) } ?? text.endIndex
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
