/// The things a primitive action names, and whether a text shows them.
enum ActionObjects {
    private static let verbs = [
        "pick up ", "focus on ", "look at ", "look in ", "open ", "close ", "activate ", "deactivate ",
        "drop ",
        "examine ", "read ", "mix ", "use ", "move ", "pour ", "connect ", "teleport to ",
    ]

    /// `metal pot` and `sink` for `move metal pot in inventory to sink`; nothing for actions that name no thing.
    static func named(in action: String) -> [String] {
        guard let verb = verbs.first(where: action.hasPrefix) else { return [] }
        return things(in: String(action.dropFirst(verb.count)))
    }

    /// The things of a phrase: `anode in red light bulb` is about the bulb, `drawer in counter` about both.
    static func things(in phrase: String) -> [String] {
        phrase.split(separator: #/ (?:to|into|on|in|containing|and) /#).map { part in
            String(part).replacing(#/ (?:terminal \d|anode|cathode)$/#, with: "")
                .replacing(#/^(?:the|an?) /#, with: "")
        }.filter { thing in
            !["inventory", "substance", "anode", "cathode", ""].contains(thing) && !thing.contains("{")
        }
    }

    /// Whether one line of `text` has `thing`, or all of its words: the environment calls an `adult apple tree` an
    /// `apple tree in the adult stage`.
    static func isShown(_ thing: String, in text: String) -> Bool {
        let wanted = words(of: thing)
        return text.split(separator: "\n").contains { wanted.isSubset(of: words(of: String($0))) }
    }

    /// Whether two names may stand for one thing: one has all words of the other.
    static func isSame(_ thing: String, as other: String) -> Bool {
        let (left, right) = (words(of: thing), words(of: other))
        return left.isSubset(of: right) || right.isSubset(of: left)
    }

    /// Whether what an action moves is something carried: `seed in seed jar` is not the seed jar.
    static func moves(_ name: String, from carried: String) -> Bool {
        !name.contains(" in ") && isSame(carried, as: name)
    }

    /// The words of a text, in lower case; those of an identifier are parted by underscores.
    static func words(of text: String) -> Set<String> {
        Set(text.lowercased().split { !($0.isLetter || $0.isNumber) }.map(String.init))
    }
}

extension PlanLine {
    /// The actions the line sends, with `{…}` where a variable's value is put in.
    var actions: [String] {
        switch self {
        case .action(let action, _): [action]
        case .code(let code): code.matches(of: /run\(f?'((?:[^'\\]|\\.)*)'\)/).map { String($0.1) }
        case .note, .call: []
        }
    }

    /// The names a list in the line holds: what a loop goes through.
    var listedNames: [String] {
        guard case .code(let code) = self else { return [] }
        return code.matches(of: /\[('[^']*'(?:, '[^']*')*)\]/).flatMap { list in
            list.1.matches(of: /'([^']*)'/).map { String($0.1) }
        }
    }

    /// The action whose answer the line leaves in `observation`; `nil` where it leaves that as it was.
    var observedAction: String? {
        switch self {
        case .action(let action, let variable): variable == "observation" ? action : nil
        case .code(let code):
            code.matches(of: /\bobservation = run\(f?'((?:[^'\\]|\\.)*)'\)/).last.map { String($0.1) }
        case .note, .call: nil
        }
    }

    /// Everything the line names that has to be known before it can be written.
    var namedThings: [String] {
        actions.flatMap(ActionObjects.named) + listedNames.flatMap(ActionObjects.things)
    }
}
