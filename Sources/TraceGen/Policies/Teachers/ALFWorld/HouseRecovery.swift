/// What a tree does when its plan has run and the task is not done: the last step of every root.
struct HouseRecovery: Sendable {
    let call: HouseCall
    let putting: PuttingForm

    /// The answer; nothing where the task cannot be read.
    func answer() -> TeacherAnswer? {
        guard let task = HouseTask(call["instruction"]) else { return nil }
        let held = call["found"].isEmpty ? "I found no \(task.object)" : "I had \(call["found"])"
        return TeacherAnswer(
            thought:
                "The episode goes on, so “\(HouseWords.bare(call["instruction"]))” is not done, though the plan has run. \(held). I put down "
                + "what I may still hold, and go through all \(call.names("places").count) places for any other "
                + "\(task.object), to do the same with that.",
            code: (opening(task) + loop(task)).joined(separator: "\n"))
    }

    private func opening(_ task: HouseTask) -> [String] {
        let goals = goal(of: task)
        return [
            "goals = [place for place in places if place.startswith('\(goals) ')]",
            #"held = re.findall(r'\b[a-z]+ \d+', run('inventory'))"#,
            "tried = [found]",
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
