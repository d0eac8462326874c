import Prompts

/// Going places, taking things, searching, filling, reading recipes.
extension SkillReader {
    /// `teleport to ROOM [look around]`
    mutating func recogniseTravel() -> Skill? {
        guard let destination = peek()?.object(after: "teleport to ") else { return nil }
        var steps = take()
        if peek()?.action == "look around" {
            steps += take()
        } else if spendSpareStep() {
            steps.append(
                RouteStep(action: "look around", observation: "", reward: steps[0].reward, goals: []))
        }
        let place = Wording.inside(destination)
        let next =
            foundCount < task.soughtThings.count
            ? sought?.whereabouts(place) : upcomingThing.map { "\($0) should be \(place)" }
        return Skill(
            stage: .gather,
            plan: .actions(
                "go_to_\(Wording.identifier(destination))",
                purpose: destination == "outside" ? "go outside" : "go to the \(destination)",
                steps: steps
            ) {
                evidence in
                let reason = next ?? "the work goes on there"
                return
                    "\(evidence.standpoint) \(reason.capitalisingFirst), so I teleport there, which takes one action"
                    + ". Looking around then tells me what is at hand."
            })
    }

    /// The first thing the next steps deal with that is here and not in the inventory, for a thought on where to go.
    private var upcomingThing: String? {
        let steps = remaining.prefix { !$0.action.hasPrefix("teleport to ") }.prefix(4)
        for step in steps {
            if let (_, target) = step.objects(after: "move ", separator: " to "), target.hasSuffix("box") {
                return task.threshold == nil && task.conductivityBoxes == nil
                    ? "the \(target)" : "the box for it"
            }
            if let thing = step.dealtWith.first(where: { !isHeld($0) }) { return Wording.the(thing.bare) }
        }
        return steps.lazy.compactMap { $0.object(after: "open ") }.first.map { Wording.the($0.bare) }
    }

    /// `pick up recipe, read recipe [, look around]`
    mutating func recogniseRecipe() -> Skill? {
        guard let pick = peek()?.object(after: "pick up "), let read = peek(1),
            read.action.hasPrefix("read \(pick)")
        else {
            return nil
        }
        var steps = take(2)
        if peek()?.action == "look around" { steps += take() }
        facts.insert(pick)
        let name = Wording.identifier(pick)
        var body: [PlanLine] = [.action(steps[0].action), .action(steps[1].action, into: name)]
        body += steps.dropFirst(2).flatMap(\.lines)
        return Skill(
            stage: .gather, subject: pick,
            plan: Plan(
                name: "read_\(name)", inputs: ["observation"], outputs: [name, "observation"],
                purpose: "read the \(pick)",
                thought: { evidence in
                    "\(evidence.sighting(of: pick)) The \(pick) says what has to be mixed, so I pick it up and keep its "
                        + "text in `\(name)` for the steps after this."
                },
                body: body))
    }

    /// Three or more `open CONTAINER` in a row.
    mutating func recogniseSearch() -> Skill? {
        let isOpen = { (step: RouteStep) in step.action.hasPrefix("open ") && !step.action.contains(" door ")
        }
        guard remaining.prefix(while: isOpen).count >= 3 else { return nil }
        let steps = take(while: isOpen)
        let containers = steps.compactMap { $0.object(after: "open ") }
        let isByRecipe = task.name == "chemistry-mix"
        let target = isByRecipe ? "the ingredients" : upcomingThing ?? "what the task needs"
        let place = room.map { Wording.the($0) } ?? "this room"
        let body = """
            for container in \(PythonLiteral.list(containers)):
                observation = run(f'open {container}')
            """
        return Skill(
            stage: .gather,
            plan: Plan(
                name: "search_containers_for_\(Wording.identifier(target.replacing("the ", with: "")))",
                inputs: facts.contains("recipe") ? ["recipe", "observation"] : ["observation"],
                outputs: ["observation"],
                purpose: "open the containers to find \(target)",
                thought: { evidence in
                    let ground =
                        evidence.recipe.map {
                            "The recipe says \($0), and not all of it need lie in the open"
                        }
                        ?? (isByRecipe
                            ? "\(evidence.standpoint) Not all of the ingredients need lie in the open"
                            : "\(evidence.standpoint) \(target.capitalisingFirst) need not lie in the open")
                    return "\(ground): I open every container in \(place) that is still closed, one after "
                        + "another."
                },
                body: [.code(body)] + (spendSpareStep() ? [.action("look around")] : [])))
    }

    /// `pick up THING`s, with containers opened and looks taken on the way.
    mutating func recogniseTaking() -> Skill? {
        var count = 0
        var things: [String] = []
        while let step = peek(count) {
            if let thing = step.object(after: "pick up ") {
                if peek(count + 1)?.action.hasPrefix("read \(thing)") == true || isIngredient(at: count) {
                    break
                }
                things.append(thing)
            } else if !(step.action == "look around" || isContainerOpening(step)) {
                break
            }
            count += 1
        }
        guard !things.isEmpty else { return nil }
        let steps = take(count)
        let names = things.map { sought?.name ?? $0.shortened }
        let visible = things[0].shortened
        let taken = Wording.list(names.map { Wording.the($0) })
        return Skill(
            stage: .gather, subject: Wording.list(names),
            plan: .actions(
                "take_\(names.prefix(2).map(Wording.identifier).joined(separator: "_and_"))\(names.count > 2 ? "_and_more" : "")",
                purpose: "take \(taken)", steps: steps
            ) { evidence in
                let opened = steps.compactMap { $0.object(after: "open ") }
                let opening =
                    opened.isEmpty
                    ? ""
                    : " I also open \(Wording.list(opened.map { Wording.the($0) })): what is not in sight may be "
                        + "inside."
                return
                    "\(evidence.sighting(of: visible)) I will need \(taken) in my inventory.\(opening)"
            })
    }

    private func isContainerOpening(_ step: RouteStep) -> Bool {
        step.action.hasPrefix("open ") && !step.action.contains(" door ") && !step.action.contains("hive")
            && !step.action.contains("furnace") && !step.action.contains("freezer")
    }

    /// Whether the thing picked up at `offset` goes straight into a container.
    func isIngredient(at offset: Int) -> Bool {
        guard let thing = peek(offset)?.object(after: "pick up "), let move = peek(offset + 1),
            let (moved, target) = move.objects(after: "move ", separator: " to ")
        else { return false }
        return moved == thing && !target.hasSuffix("box") && !["sink", "stove", "freezer"].contains(target)
            && !target.contains("furnace")
    }

    /// `move POT to sink, activate sink, deactivate sink, pick up POT`
    mutating func recogniseFilling() -> Skill? {
        guard let (vessel, sink) = peek()?.objects(after: "move ", separator: " to "), sink == "sink",
            peek(1)?.action == "activate sink", peek(2)?.action == "deactivate sink"
        else { return nil }
        let steps = take(peek(3)?.action == "pick up \(vessel)" ? 4 : 3)
        return Skill(
            stage: .prepare, subject: vessel,
            plan: .actions(
                "fill_\(Wording.identifier(vessel))_with_water", purpose: "fill the \(vessel) with water",
                steps: steps
            ) { evidence in
                "\(evidence.sighting(of: "sink")) Water comes from the sink: I put the \(vessel) into it, turn it on just "
                    + "long enough, turn it off again and take the \(vessel) back."
            })
    }

    /// Whatever no other recogniser takes: one action.
    mutating func recogniseAnything() -> Skill {
        let steps = take()
        let action = steps[0].action
        return Skill(
            stage: .process,
            plan: .actions(Wording.identifier(action), purpose: action, steps: steps) { evidence in
                "\(evidence.standpoint) The next thing to do is to \(action)."
            })
    }
}

extension RouteStep {
    /// The things the step deals with, in the order it names them; containers it opens left out.
    fileprivate var dealtWith: [String] {
        if let (tool, thing) = objects(after: "use ", separator: " on ") { return [tool, thing] }
        if let pouring { return [pouring.what, pouring.vessel] }
        for (prefix, separator) in [("move ", " to "), ("pour ", " into "), ("connect ", " to ")] {
            if let (thing, target) = objects(after: prefix, separator: separator) { return [thing, target] }
        }
        for prefix in ["pick up ", "focus on ", "examine ", "look at ", "mix ", "activate "] {
            if let thing = object(after: prefix) { return [thing] }
        }
        return []
    }
}

extension String {
    /// The thing without where it is, what it holds and which of its ends is meant.
    fileprivate var bare: String {
        let thing = ["anode in ", "cathode in "].reduce(self) { text, end in
            text.hasPrefix(end) ? String(text.dropFirst(end.count)) : text
        }
        return [" containing ", " in ", " terminal", " anode", " cathode"].reduce(thing) { text, separator in
            text.firstRange(of: separator).map { String(text[..<$0.lowerBound]) } ?? text
        }
    }

    /// The text with its first letter in upper case.
    var capitalisingFirst: String { prefix(1).uppercased() + dropFirst() }

    /// The thing without what it contains and where it is.
    var shortened: String {
        [" containing ", " in "].reduce(self) { text, separator in
            text.firstRange(of: separator).map { String(text[..<$0.lowerBound]) } ?? text
        }
    }
}
