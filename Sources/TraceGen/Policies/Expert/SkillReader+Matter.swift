import Prompts

/// Heating, cooling, measuring temperatures, mixing.
extension SkillReader {
    private static let heaters = ["stove", "blast furnace", "oven", "hot plate", "fire pit"]

    /// `[open DEVICE,] move THING to DEVICE, [activate DEVICE,] (examine | use thermometer | wait)…`
    mutating func recogniseHeating() -> Skill? {
        let start = peek()?.action.hasPrefix("open ") == true ? 1 : 0
        guard let (thing, device) = peek(start)?.objects(after: "move ", separator: " to "),
            start == 0 || peek()?.action == "open \(device)",
            Self.heaters.contains(device) || device.hasSuffix("freezer")
        else { return nil }
        var steps = take(start + 1)
        if peek()?.action == "activate \(device)" { steps += take() }
        let monitoring = take(while: \.isMonitoring)
        let isCooling = device.hasSuffix("freezer")
        let vessel = thing.shortened
        let watch = watching(monitoring, device: device, isCooling: isCooling)
        let outputs = watch?.outputs ?? ["observation"]
        let body = steps.flatMap(\.lines) + (watch.map { [.call($0)] } ?? [])
        let verb = isCooling ? "cool" : "heat"
        let place = isCooling ? "in the \(device)" : "on the \(device)"
        return Skill(
            stage: .process,
            plan: Plan(
                name:
                    "\(verb)_\(Wording.identifier(vessel))_\(isCooling ? "in" : "on")_\(Wording.identifier(device))",
                inputs: ["observation"], outputs: outputs, purpose: "\(verb) the \(vessel) \(place)",
                thought: { evidence in
                    "\(evidence.sighting(of: device)) The substance has to get \(isCooling ? "colder" : "hotter"), so I put "
                        + "the \(vessel) \(isCooling ? "into" : "on") the \(device)\(isCooling ? "" : " and turn it on")."
                        + (outputs.count > 1
                            ? " After that I have to watch it and measure its temperature." : "")
                },
                body: body))
    }

    /// The loop that watches a substance until it changes.
    private mutating func watching(_ steps: [RouteStep], device: String, isCooling: Bool) -> Plan? {
        let looks = steps.compactMap { $0.object(after: "examine ") }
        guard let substance = looks.first ?? steps.lazy.compactMap({ $0.measured }).first else { return nil }
        let rounds = looks.count + (task.threshold == nil ? 6 : 0)
        let measures = steps.contains { $0.measured != nil }
        if measures { facts.insert("temperature") }
        facts.insert("changed")
        facts.insert(isCooling ? "cooled" : "heated")
        var lines = ["first, changed = None, False"]
        if measures { lines.append("temperature = None") }
        lines.append("for _ in range(\(max(rounds, 2))):")
        if measures {
            lines.append(
                "    reading = run(\(PythonLiteral.string("use thermometer in inventory on \(substance)")))")
            lines.append("    degrees = re.search(r'(-?\\d+) degrees', reading)")
            lines.append("    if degrees:")
            lines.append("        temperature = int(degrees.group(1))")
        }
        lines.append("    observation = run(\(PythonLiteral.string("examine \(substance)")))")
        lines.append("    first = first or observation")
        lines.append("    changed = observation != first")
        lines.append("    if changed:")
        lines.append("        break")
        if steps.contains(where: { $0.action == "wait" }) { lines.append("    run('wait')") }
        // The name says where the substance is: nothing else the plan is shown does.
        let subject = substance.replacing(" in inventory", with: "")
        return Plan(
            name: "watch_\(Wording.identifier(subject))_until_it_changes", inputs: ["observation"],
            outputs: (measures ? ["temperature"] : []) + ["changed", "observation"],
            purpose: "watch the \(subject) until it changes",
            thought: { evidence in
                "\(evidence.standpoint) The \(isCooling ? "cold" : "heat") of the \(device) works slowly, so I look at the "
                    + "\(subject) again and again\(measures ? ", taking its temperature with the thermometer each time," : "") and stop as soon as "
                    + "it no longer looks as it did at the first look."
            },
            body: [.code(lines.joined(separator: "\n"))])
    }

    /// `use thermometer in inventory on THING [in inventory]`
    mutating func recogniseReading() -> Skill? {
        guard let thing = peek()?.measured else { return nil }
        let steps = take()
        facts.insert("temperature")
        let subject = thing.replacing(" in inventory", with: "")
        return Skill(
            stage: .measure,
            plan: Plan(
                name: "measure_temperature_of_\(Wording.identifier(subject))", inputs: ["observation"],
                outputs: ["temperature", "observation"], purpose: "measure the temperature of \(subject)",
                thought: { evidence in
                    "\(evidence.standpoint) The thermometer is in my inventory, so I use it on \(subject) and keep the number "
                        + "it reads in `temperature`."
                },
                body: [
                    .action(steps[0].action),
                    .code("temperature = int(re.search(r'(-?\\d+) degrees', observation).group(1))"),
                ]))
    }

    /// Things put or poured into one container, one after another.
    mutating func recogniseIngredients() -> Skill? {
        var steps: [RouteStep] = []
        var names: [String] = []
        var vessel: String?
        while let (name, target, count) = nextIngredient(), vessel == nil || vessel == target {
            vessel = target
            names.append(name)
            steps += take(count)
        }
        guard let vessel else { return nil }
        let parts = names
        let things = Wording.list(names.map { Wording.the($0) })
        let isByRecipe = facts.contains("recipe")
        // Who plans by a recipe has not read it yet, so the plan may not name what the recipe asks for.
        let isFirst = facts.insert("ingredients").inserted
        let what =
            isByRecipe
            ? isFirst ? "ingredients" : "more_ingredients"
            : names.prefix(3).map(Wording.identifier).joined(separator: "_and_")
        let purpose = isByRecipe ? "the \(what.replacing("_", with: " "))" : things
        return Skill(
            stage: .prepare,
            plan: .actions(
                "put_\(what)_into_\(Wording.identifier(vessel))",
                inputs: isByRecipe ? ["recipe", "observation"] : ["observation"],
                purpose: "put \(purpose) into the \(vessel)", steps: steps
            ) { evidence in
                let ground = evidence.recipe.map { "The recipe says \($0)." }
                return "\(ground ?? evidence.sighting(of: parts[0])) So \(things) "
                    + "\(parts.count == 1 ? "goes" : "go") into the \(vessel)."
            })
    }

    private func nextIngredient() -> (name: String, vessel: String, count: Int)? {
        if isIngredient(at: 0), let (thing, vessel) = peek(1)?.objects(after: "move ", separator: " to ") {
            return (thing.shortened, vessel, 2)
        }
        if let pour = peek()?.pouring { return (pour.what, pour.vessel, 1) }
        if let (thing, vessel) = peek()?.objects(after: "move ", separator: " to "), isVessel(vessel) {
            return (thing.shortened, vessel, 1)
        }
        if peek()?.action.hasPrefix("pick up ") == true, let pour = peek(1)?.pouring,
            peek(1)?.action.contains("in inventory") == true
        {
            return (pour.what, pour.vessel, 2)
        }
        return nil
    }

    private func isVessel(_ name: String) -> Bool {
        ["pot", "cup", "jug", "bowl", "jar"].contains { name == $0 || name.hasSuffix(" \($0)") }
    }

    /// `[examine VESSEL,] mix VESSEL [, look around]`
    mutating func recogniseMixing() -> Skill? {
        let start = peek()?.action.hasPrefix("examine ") == true ? 1 : 0
        guard let vessel = peek(start)?.object(after: "mix ") else { return nil }
        var steps = take(start + 1)
        if peek()?.action == "look around" { steps += take() }
        return Skill(
            stage: .process,
            plan: .actions(
                "mix_contents_of_\(Wording.identifier(vessel))", purpose: "mix what is in the \(vessel)",
                steps: steps
            ) {
                evidence in
                "\(evidence.standpoint) Everything that belongs together is in the \(vessel) now, so I mix it."
            })
    }
}

extension RouteStep {
    /// What a thermometer is used on.
    var measured: String? { object(after: "use thermometer in inventory on ") }

    /// Whether the step looks after something that heats or cools.
    var isMonitoring: Bool {
        action.hasPrefix("examine ") || measured != nil || action == "wait" || action == "wait1"
    }

    /// What is poured into what.
    var pouring: (what: String, vessel: String)? {
        let sides =
            objects(after: "pour ", separator: " into ")
            ?? object(after: "pour ").flatMap { rest in
                rest.ranges(of: " in ").last.map {
                    (String(rest[..<$0.lowerBound]), String(rest[$0.upperBound...]))
                }
            }
        guard let (source, vessel) = sides, !vessel.hasPrefix("flower pot") else { return nil }
        let content = source.firstRange(of: " containing ").map { String(source[$0.upperBound...]) } ?? source
        return (content.shortened, vessel)
    }
}
