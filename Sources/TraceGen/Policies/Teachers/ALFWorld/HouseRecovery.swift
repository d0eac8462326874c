/// What a tree does when its plan has run and the task is not done: the last step of every root.
struct HouseRecovery: Sendable {
    let call: HouseCall
    let putting: PuttingForm

    /// The answer; nothing where the task cannot be read.
    func answer() -> TeacherAnswer? {
        guard let task = HouseTask(call["instruction"]) else { return nil }
        return TeacherAnswer(
            thought: call.isCorrected ? again(task) : first(task),
            code: (opening(task) + loop(task)).joined(separator: "\n"))
    }

    /// The variable with what the plan found last: `found`, or `second` where two are brought.
    private var object: String { call.arguments.last ?? "found" }

    private func first(_ task: HouseTask) -> String {
        let held = call[object].isEmpty ? "I found no \(task.object)" : "I had \(call[object])"
        let words = HouseWords.bare(call["instruction"])
        return "The episode goes on, so “\(words)” is not done, though the plan has run. \(held). I put down "
            + "what I may still hold, and go through all \(call.names("places").count) places for any other "
            + "\(task.object), to do the same with that."
    }

    private func again(_ task: HouseTask) -> String {
        "My lines did not stand, and I may hold something by now. `\(object)` need not tell what was tried, "
            + "so I leave it out and only read the names in `places`: I put down what I hold, and try every "
            + "\(task.object) there is."
    }

    private func opening(_ task: HouseTask) -> [String] {
        // A second try leans on no value: names are read from `places` whatever it is, and none counts as tried.
        let reading = call.isCorrected ? [#"places = re.findall(r'\b[a-z]+ \d+', str(places))"#] : []
        return reading + [
            "goals = [place for place in places if place.startswith('\(goal(of: task)) ')]",
            #"held = re.findall(r'\b[a-z]+ \d+', run('inventory'))"#,
            call.isCorrected ? "tried = []" : "tried = [\(object)]",
        ] + placing("held", "goals")
    }

    /// The kind of place that ends the task.
    private func goal(of task: HouseTask) -> String {
        switch task.end {
        case .put(_, let place): place
        case .look(let lamp):
            HouseKnowledge.kinds(for: lamp, in: call.names("places")).first ?? "desk"
        }
    }

    /// Tries to put down each of the names in a list in one of the places in another.
    private func placing(_ names: String, _ places: String) -> [String] {
        let attempts = putting.actions("{name}", "{goal}").map { "'Nothing happens' not in run(f'\($0)')" }
        return [
            "for name in \(names):", "    for goal in \(places):", "        run(f'go to {goal}')",
            "        run(f'open {goal}')", "        if \(attempts.joined(separator: " or ")):",
            "            break",
        ]
    }

    private func loop(_ task: HouseTask) -> [String] {
        var lines = ["for place in places:"] + HouseLoop.arriving.map { "    \($0)" }
        lines += [
            #"    for name in re.findall(r'\b\#(task.object) \d+', text):"#,
            "        if name in tried:", "            continue",
            "        tried.append(name)", "        run(f'go to {place}')",
            "        run(f'take {name} from {place}')",
        ]
        lines += using(task).map { "        \($0)" }
        return lines
    }

    /// What is done with an object in hand.
    private func using(_ task: HouseTask) -> [String] {
        var lines: [String] = []
        if let change = task.change,
            let tool = HouseWords.names(of: change.tool, in: call.names("places")).first
        {
            lines += ["run('go to \(tool)')", "run(f'\(change.rawValue) {name} with \(tool)')"]
        }
        if let lamp = task.lamp {
            lines += ["for stand in places:", "    run(f'go to {stand}')", "    run('use \(lamp) 1')"]
        }
        return lines + placing("[name]", "goals")
    }
}
