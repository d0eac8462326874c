import Prompts
import Trajectories

/// A function of the expert's plan: what it is called, what goes in and out, and what it expands to.
struct Plan: Sendable {
    /// The function's name, a Python identifier that says what is being done.
    var name: String
    /// Names it takes in.
    var inputs: [String]
    /// Names it assigns.
    var outputs: [String]
    /// What it is for, as an infinitive without "to": `fill the metal pot with water`.
    var purpose: String
    /// Why it is done this way, from what the variables show at the time.
    var thought: @Sendable (Evidence) -> String
    /// What it expands to.
    var body: [PlanLine]

    /// The placeholder statement that calls it.
    var call: String {
        let arguments = "\(name)(\(inputs.joined(separator: ", ")))"
        return outputs.isEmpty ? arguments : "\(outputs.joined(separator: ", ")) = \(arguments)"
    }
}

/// One statement, or a few that belong together, of what a plan expands to.
enum PlanLine: Sendable {
    /// `variable = run('action')`: the kind of line an inattentive teacher drops or swaps.
    case action(String, into: String = "observation")
    /// Python that stands as it is.
    case code(String)
    /// `name = value`: keeps what is known for later steps and does nothing else.
    case note(String, value: String)
    /// A call of a function that is still to be expanded.
    case call(Plan)

    /// The line's source text.
    var source: String {
        switch self {
        case .action(let action, let variable): "\(variable) = run(\(PythonLiteral.string(action)))"
        case .code(let text): text
        case .note(let name, let value): "\(name) = \(value)"
        case .call(let plan): plan.call
        }
    }

    /// Whether the line is a single primitive action.
    var isAction: Bool {
        if case .action = self { true } else { false }
    }

    /// Whether the line only keeps what is known.
    var isNote: Bool {
        if case .note = self { true } else { false }
    }
}

extension Plan {
    /// A plan that does `steps` one after another; what flows in and out follows from what they need and leave.
    static func sequence(
        _ name: String, purpose: String, steps: [Plan], thought: (@Sendable (Evidence) -> String)? = nil
    ) -> Plan {
        var produced: [String] = []
        var needed: [String] = []
        for step in steps {
            for input in step.inputs where !produced.contains(input) && !needed.contains(input) {
                needed.append(input)
            }
            for output in step.outputs where !produced.contains(output) { produced.append(output) }
        }
        let outputs =
            produced.filter { $0 != "observation" }
            + (produced.contains("observation") ? ["observation"] : [])
        let purposes = steps.map(\.purpose)
        return Plan(
            name: name, inputs: needed, outputs: outputs, purpose: purpose,
            thought: thought ?? { evidence in
                "\(evidence.standpoint) To \(purpose), I will \(Wording.chain(purposes))."
            },
            body: steps.map(PlanLine.call))
    }
}

/// Small pieces of English.
enum Wording {
    /// `a`, `a and b`, `a, b and c`.
    static func list(_ parts: [String]) -> String {
        guard let last = parts.last, parts.count > 1 else { return parts.first ?? "" }
        return parts.dropLast().joined(separator: ", ") + " and " + last
    }

    /// `a`, `a and then b`, `first a, then b, and finally c`.
    static func chain(_ parts: [String]) -> String {
        switch parts.count {
        case 0: return "do nothing"
        case 1: return parts[0]
        case 2: return "\(parts[0]) and then \(parts[1])"
        default:
            return "first \(parts[0]), then \(parts[1..<(parts.count - 1)].joined(separator: ", ")), "
                + "and finally \(parts[parts.count - 1])"
        }
    }

    /// A Python identifier of at most six words.
    static func identifier(_ text: String) -> String {
        let words = text.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
        let name = words.prefix(6).joined(separator: "_")
        return name.first?.isNumber ?? true ? "item_\(name)" : name
    }

    /// The text with `the` in front, where it needs one.
    static func the(_ thing: String) -> String {
        thing.hasPrefix("the ") || thing == "outside" ? thing : "the \(thing)"
    }

    /// The text with `a` or `an` in front.
    static func one(_ thing: String) -> String {
        "\(thing.first.map { "aeiou".contains($0) } == true ? "an" : "a") \(thing)"
    }

    /// Where a room's things are: `in the kitchen`, `outside`.
    static func inside(_ room: String) -> String {
        room == "outside" ? room : "in the \(room)"
    }
}
