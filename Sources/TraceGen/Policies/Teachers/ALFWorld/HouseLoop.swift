/// The loop that goes from place to place until it holds what it looks for.
///
/// It reads `thing`, and a variable with the places.
struct HouseLoop: Sendable {
    /// The variable with the places.
    var order: String
    /// The variable for what was taken, empty before.
    var found = "found"
    /// Whether what is seen is noted in `seen`, by place.
    var isNoting = true
    /// A variable with an object to leave where it is.
    var but: String?
    /// Whether it checks each time that it got what it took.
    var isCareful = false

    /// One statement.
    var lines: [String] {
        ["for place in \(order):"] + (Self.arriving + noting + taking).map { "    \($0)" }
    }

    /// Goes to `place` and reads what is there; somebody who stands before it already is answered that nothing happens.
    static let arriving = [
        "text = run(f'go to {place}')",
        "if 'Nothing happens' in text:",
        "    text = run(f'examine {place}')",
        "if 'is closed' in text:",
        "    text = run(f'open {place}')",
    ]

    private var noting: [String] { isNoting ? ["seen[place] = text"] : [] }

    private var names: String {
        let all = #"re.findall(rf'\b{thing} \d+', text)"#
        return but.map { "[name for name in \(all) if name != \($0)]" } ?? all
    }

    private var taking: [String] {
        if isCareful {
            return [
                "for name in \(names):",
                "    if 'You pick up' in run(f'take {name} from {place}'):",
                "        \(found) = name",
                "        break",
                "if \(found):",
                "    break",
            ]
        }
        return [
            "names = \(names)", "if names:", "    \(found) = names[0]",
            "    run(f'take {\(found)} from {place}')", "    break",
        ]
    }

    /// Takes what a variable names to the place in `goal` and puts it down there.
    static func delivering(_ variable: String, mayBeClosed: Bool, _ putting: PuttingForm) -> [String] {
        let opening = [
            "if 'Nothing happens' in text:", "    text = run(f'examine {goal}')", "if 'is closed' in text:",
            "    text = run(f'open {goal}')",
        ]
        let forms = putting.actions("{\(variable)}", "{goal}")
        var lines = ["text = run(f'go to {goal}')"] + (mayBeClosed ? opening : [])
        lines.append("text = run(f'\(forms[0])')")
        for other in forms.dropFirst() {
            lines += ["if 'Nothing happens' in text:", "    text = run(f'\(other)')"]
        }
        return lines + ["print(text)"]
    }
}
