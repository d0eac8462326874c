/// What a task's instruction asks for, as far as the expert's code has to decide something by it.
struct ExpertTask: Sendable, Hashable {
    /// The task's name in ScienceWorld.
    var name: String
    /// The instruction.
    var instruction: String

    /// `If … above 50.0 degrees celsius, … the red box. If … below …, … the green box`.
    struct Threshold: Sendable, Hashable {
        var degrees: String
        var boxAbove: String
        var boxBelow: String
    }

    /// The threshold a measured temperature is held against, where the task has one.
    var threshold: Threshold? {
        guard let above = condition(after: " above "), let below = condition(after: " below ") else {
            return nil
        }
        return Threshold(degrees: above.degrees, boxAbove: above.box, boxBelow: below.box)
    }

    /// The boxes for a thing that conducts electricity and for one that does not, where the task asks.
    var conductivityBoxes: (conductive: String, nonconductive: String)? {
        guard let yes = box(after: "electrically conductive, "),
            let no = box(after: "electrically nonconductive, ")
        else { return nil }
        return (yes, no)
    }

    private func condition(after word: String) -> (degrees: String, box: String)? {
        guard let start = instruction.firstRange(of: word) else { return nil }
        let rest = instruction[start.upperBound...]
        guard let space = rest.firstIndex(of: " "), let box = Self.box(in: rest) else { return nil }
        return (String(rest[..<space]), box)
    }

    private func box(after phrase: String) -> String? {
        instruction.firstRange(of: phrase).flatMap { Self.box(in: instruction[$0.upperBound...]) }
    }

    /// The first `… box` in a text: the colour and the word.
    private static func box(in text: Substring) -> String? {
        guard let end = text.firstRange(of: " box") else { return nil }
        return text[..<end.lowerBound].split(separator: " ").last.map { "\($0) box" }
    }

    /// A thing the task leaves to be found: plans call it by what is asked for, never by what the gold path found.
    struct SoughtThing: Sendable, Hashable {
        /// `animal`, `longest-lived animal`.
        var name: String
        /// Where one would look, as a sentence about a place.
        func whereabouts(_ place: String) -> String {
            name.hasSuffix("-lived animal")
                ? "the instruction says that the animals are \(place)"
                : "\(Wording.one(name)) may be found \(place)"
        }
        /// Why a thing that was seen is the one.
        var reason: String {
            switch name {
            case "longest-lived animal": "Of the animals here it has the longest life span"
            case "shortest-lived animal": "Of the animals here it has the shortest life span"
            default: "It is \(Wording.one(name)), and that is what the task asks to find"
            }
        }
    }

    /// What is to be found, in the order it is to be focused on; empty where the instruction names things itself.
    var soughtThings: [SoughtThing] {
        let names: [String] =
            switch name {
            case "find-animal": ["animal"]
            case "find-living-thing": ["living thing"]
            case "find-non-living-thing": ["non-living thing"]
            case "find-plant": ["plant"]
            case "lifespan-longest-lived": ["longest-lived animal"]
            case "lifespan-shortest-lived": ["shortest-lived animal"]
            case "lifespan-longest-lived-then-shortest-lived":
                [
                    "longest-lived animal", "shortest-lived animal",
                ]
            default: []
            }
        return names.map(SoughtThing.init)
    }

    /// The first sentence of the instruction, without `Your task is to`.
    var goal: String {
        let sentence = instruction.split(separator: ".", maxSplits: 1).first.map(String.init) ?? instruction
        return sentence.replacing("Your task is to ", with: "")
    }
}
