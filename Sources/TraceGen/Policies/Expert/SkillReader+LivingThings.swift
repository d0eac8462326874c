import Prompts

/// Plants, bees and animals: things that take time.
extension SkillReader {
    /// `[teleport outside handled before] [pick up shovel,] use shovel on ground, pick up soil, teleport back, move soil to POT`
    mutating func recogniseSoil() -> Skill? {
        if peek()?.action.hasPrefix("use shovel") == true {
            var steps = take()
            if peek()?.action == "pick up soil" { steps += take() }
            return Skill(
                stage: .prepare,
                plan: .actions("dig_up_soil", purpose: "dig up some soil", steps: steps) { evidence in
                    "\(evidence.sighting(of: "ground")) A seed needs soil and the flower pot has none, so I dig some up with the "
                        + "shovel and take it."
                })
        }
        guard let (thing, pot) = peek()?.objects(after: "move ", separator: " to "), thing.hasPrefix("soil"),
            pot.contains("flower pot")
        else { return nil }
        let steps = take()
        return Skill(
            stage: .prepare,
            plan: .actions(
                "fill_\(Wording.identifier(pot))_with_soil", purpose: "fill \(pot) with soil", steps: steps
            ) {
                evidence in
                "\(evidence.standpoint) \(pot.capitalisingFirst) must hold soil before a seed can grow in it."
            })
    }

    /// `move SEED to flower pot N`s
    mutating func recognisePlanting() -> Skill? {
        let isPlanting = { (step: RouteStep) in
            step.objects(after: "move ", separator: " to ").map {
                $0.0.contains("seed") && $0.1.contains("flower pot")
            } ?? false
        }
        guard let (thing, _) = peek()?.objects(after: "move ", separator: " to "),
            peek().map(isPlanting) == true
        else {
            return nil
        }
        let steps = take(while: isPlanting)
        let seed = thing.shortened
        let pots = steps.compactMap { $0.objects(after: "move ", separator: " to ")?.1 }
        let isUniform = steps.allSatisfy { $0.action.hasPrefix("move \(thing) to ") }
        let loop = """
            for pot in \(PythonLiteral.list(pots)):
                observation = run(f\(PythonLiteral.string("move \(thing) to {pot}")))
                if observation.startswith('Ambiguous request'):
                    observation = run('\(steps.lazy.compactMap(\.choice).first ?? "0")')
            """
        return Skill(
            stage: .prepare,
            plan: Plan(
                name:
                    "plant_\(Wording.identifier(seed))\(pots.count > 1 ? "s_in_flower_pots" : "_in_\(Wording.identifier(pots[0]))")",
                inputs: ["observation"], outputs: ["observation"],
                purpose: "plant \(pots.count > 1 ? "\(seed)s" : "the \(seed)") in \(Wording.list(pots))",
                thought: { evidence in
                    "\(evidence.sighting(of: pots[0])) The seeds are in my inventory; I plant one in each of \(Wording.list(pots)). "
                        + "When the environment asks which of the seeds I mean, any of them will do."
                },
                body: isUniform && pots.count > 1 ? [.code(loop)] : steps.flatMap(\.lines)))
    }

    /// `activate sink, (move jug to sink, pour jug into POT)…, deactivate sink`
    mutating func recogniseWatering() -> Skill? {
        guard peek()?.action == "activate sink",
            let (jug, sink) = peek(1)?.objects(after: "move ", separator: " to "),
            sink == "sink"
        else { return nil }
        let steps =
            take { step in
                step.action == "activate sink" || step.action == "move \(jug) to sink"
                    || step.action.hasPrefix("pour \(jug) into ")
            } + take { $0.action == "deactivate sink" }
        let pots = steps.compactMap { $0.object(after: "pour \(jug) into ") }
        let loop = """
            run('activate sink')
            for pot in \(PythonLiteral.list(pots)):
                run('move \(jug) to sink')
                observation = run(f'pour \(jug) into {pot}')
            """
        let lines: [PlanLine] =
            [.code(loop)] + (steps.last?.action == "deactivate sink" ? [.action("deactivate sink")] : [])
        return Skill(
            stage: .grow,
            plan: Plan(
                name: "water_\(pots.count > 1 ? "flower_pots" : Wording.identifier(pots.first ?? "plant"))",
                inputs: ["observation"], outputs: ["observation"], purpose: "water \(Wording.list(pots))",
                thought: { evidence in
                    "\(evidence.sighting(of: pots.first ?? "flower pot")) Plants need water to grow: I fill the \(jug) at the sink and "
                        + "pour it over \(Wording.list(pots))."
                },
                body: lines))
    }

    /// `close door…, open bee hive`
    mutating func recognisePollination() -> Skill? {
        let isClosing = { (step: RouteStep) in step.action.hasPrefix("close door") }
        let doors = remaining.prefix(while: isClosing).count
        guard peek(doors)?.action.contains("bee hive") == true else { return nil }
        let steps = take(doors + 1)
        return Skill(
            stage: .grow,
            plan: .actions("let_bees_pollinate", purpose: "let the bees pollinate the flowers", steps: steps)
            { evidence in
                "\(evidence.sighting(of: "bee hive")) Only pollinated flowers bear fruit, and bees do that. I close the doors so that "
                    + "they stay here, then open the hive."
            })
    }

    /// `move … to ceramic cup`s: seeds of grown plants collected, then looked at.
    mutating func recogniseHarvest() -> Skill? {
        guard task.name.hasPrefix("mendelian") else { return nil }
        let steps = take { step in
            step.objects(after: "move ", separator: " to ").map {
                !$0.1.contains("flower pot") && !$0.1.contains("sink")
            } ?? false
        }
        guard !steps.isEmpty else { return nil }
        let looks = take { $0.action.hasPrefix("look at ") || $0.action == "look around" }
        return Skill(
            stage: .harvest,
            plan: .actions(
                "harvest_crossbred_seeds", purpose: "harvest the crossbred seeds", steps: steps + looks
            ) { evidence in
                "\(evidence.sighting(of: "reproducing")) Their seeds carry the traits of both parents, so I collect them to grow "
                    + "the next generation."
            })
    }

    /// `(wait1 | look around)…, focus on THING` in tasks about life stages.
    mutating func recogniseStage() -> Skill? {
        guard task.name.hasPrefix("identify-life-stages") else { return nil }
        let waits = remaining.prefix { $0.action == "wait1" || $0.action == "look around" }.count
        guard let thing = peek(waits)?.object(after: "focus on ") else { return nil }
        let ticks = remaining.prefix(waits).count { $0.action == "wait1" }
        _ = take(waits + 1)
        let subject = thing.shortenedStage
        let isThere = ticks == 0 && thing.pot == nil
        let wait: [PlanLine] = isThere ? [] : [.call(waitForStage(thing, ticks: ticks))]
        let focus: PlanLine =
            thing.pot.map { pot in
                let stage = thing.dropLast(pot.count)
                return .code("observation = run(f\(PythonLiteral.string("focus on \(stage){pot}")))")
            } ?? .action("focus on \(thing)")
        return Skill(
            stage: .answer,
            plan: Plan(
                name: "focus_on_\(Wording.identifier(subject))", inputs: ["observation"],
                outputs: ["observation"],
                purpose: "focus on the \(subject)",
                thought: { evidence in
                    let seen = evidence.mention(of: thing.shownStage).map { "I can see \"\($0)\" already" }
                    return
                        "\(seen ?? "\(evidence.standpoint) It may take a while until there is \(Wording.one(subject))"). The task wants the life "
                        + "stages in order, so I \(isThere ? "focus on this one now" : "wait for this one and focus on it as soon as it is there")."
                },
                body: wait + [focus]))
    }

    private func waitForStage(_ thing: String, ticks: Int) -> Plan {
        let subject = thing.shortenedStage
        var lines = ticks >= 7 ? ["run('wait')"] : []
        if ticks > 7 { lines.append("for _ in range(\(ticks - 7)):\n    run('wait1')") }
        let names = thing.pot == nil ? [] : ["pot"]
        lines += names.map { "\($0) = None" }
        lines.append("for _ in range(\(ticks + 6)):")
        lines.append("    observation = run('look around')")
        lines.append("    found = re.search(\(PythonLiteral.string(thing.stagePattern)), observation)")
        lines.append("    if found:")
        lines += names.map { "        \($0) = found.group(1)" }
        lines.append("        break")
        lines.append("    run('wait1')")
        return Plan(
            name: "wait_for_\(Wording.identifier(subject))", inputs: ["observation"],
            outputs: names + ["observation"],
            purpose: "wait until there is \(Wording.one(subject))",
            thought: { evidence in
                let seen = evidence.mention(of: thing.shownStage)
                return
                    "\(seen.map { "The observation shows \"\($0)\", but it may have changed." } ?? "No \(subject) can be seen yet.") "
                    + (ticks >= 7
                        ? "Growing up takes long, so I let most of that time pass first and then look every tick"
                        : "I look every tick") + " until it appears"
                    + (names.isEmpty ? "." : ", and keep the flower pot it is in as `pot`.")
            },
            body: [.code(lines.joined(separator: "\n"))])
    }

    /// `focus on FRUIT` as the last step of growing it: it may not have ripened yet.
    mutating func recogniseRipeFruit() -> Skill? {
        guard task.name == "grow-fruit", remaining.count == 1, let fruit = peek()?.object(after: "focus on ")
        else {
            return nil
        }
        _ = take()
        let name =
            fruit.shortened.firstRange(of: " on ").map { String(fruit[..<$0.lowerBound]) } ?? fruit.shortened
        let loop = """
            for _ in range(\(min(8, max(2, spareSteps / 2)))):
                observation = run(\(PythonLiteral.string("focus on \(fruit)")))
                if observation.startswith('Ambiguous request'):
                    observation = run('0')
                if observation.startswith('You focus'):
                    break
                run('wait1')
            """
        return Skill(
            stage: .answer,
            plan: Plan(
                name: "focus_on_grown_\(Wording.identifier(name))", inputs: ["observation"],
                outputs: ["observation"],
                purpose: "focus on the grown \(name) as soon as there is one",
                thought: { evidence in
                    "\(evidence.standpoint) The flowers have been pollinated, so \(name)s are growing. I try to focus on one, wait a "
                        + "moment where there is none yet, and when several fit, the first of them will do."
                },
                body: [.code(loop)]))
    }

    /// `(wait | wait1)…[, look around]`
    mutating func recogniseWaiting() -> Skill? {
        let waits = take { $0.action == "wait1" || $0.action == "wait" }
        guard !waits.isEmpty else {
            guard peek()?.action == "look around" else { return nil }
            let steps = take()
            return Skill(
                stage: .process,
                plan: .actions("look_around", purpose: "look around", steps: steps) { evidence in
                    "\(evidence.standpoint) Before going on I need to see what is here now."
                })
        }
        let looks = take { $0.action == "look around" }
        let action = waits[0].action
        let loop: PlanLine =
            waits.count == 1
            ? .action(action)
            : .code("for _ in range(\(waits.count)):\n    observation = run('\(action)')")
        return Skill(
            stage: .grow,
            plan: Plan(
                name: "wait_for_growth", inputs: ["observation"], outputs: ["observation"],
                purpose: "give it time",
                thought: { evidence in
                    "\(evidence.standpoint) What has been started needs time now, so I wait \(waits.count) "
                        + "tick\(waits.count == 1 ? "" : "s")\(looks.isEmpty ? "" : " and then look what has changed")."
                },
                body: [loop] + looks.prefix(1).flatMap(\.lines)))
    }
}

extension String {
    /// `hatchling turtle` from `hatchling turtle in outside`; `apple tree in the adult stage` from the same with its pot.
    fileprivate var shortenedStage: String {
        if let stage = firstRange(of: " stage in ") { return String(self[..<stage.lowerBound]) + " stage" }
        let name = firstRange(of: " in ").map { String(self[..<$0.lowerBound]) } ?? self
        guard name.hasPrefix("egg ") else { return name }
        return "\(name.dropFirst(4)) egg"
    }

    /// `self watering flower pot 4` in `apple tree in the adult stage in self watering flower pot 4`.
    fileprivate var pot: String? {
        firstRange(of: " stage in ").map { String(self[$0.upperBound...]) }
    }

    /// A regular expression for the line of a room's description that shows this stage; its group is the pot, if it is
    /// in one.
    fileprivate var stagePattern: String {
        guard let pot else { return shownStage }
        return "(\(pot.replacing(/\d+$/, with: "\\d+"))) \\(containing[^)]*\(shownStage)"
    }

    /// The stage as a room's description has it: `apple tree in the adult`, but plain `apple seed` for the seed stage.
    fileprivate var shownStage: String {
        guard let stage = firstRange(of: " stage in ") else { return shortenedStage }
        let plant = self[..<stage.lowerBound]
        let seed = plant.firstRange(of: " in the seed").flatMap { $0.upperBound == plant.endIndex ? $0 : nil }
        return String(seed.map { plant[..<$0.lowerBound] } ?? plant)
    }
}
