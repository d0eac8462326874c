import Prompts

/// Focusing, delivering, and answers that depend on what was measured.
extension SkillReader {
    /// `focus on THING`
    mutating func recogniseFocus() -> Skill? {
        guard let thing = peek()?.object(after: "focus on ") else { return nil }
        let steps = take()
        if let sought, foundCount < task.soughtThings.count { return focus(on: thing, steps, as: sought) }
        let subject = thing.replacing(" in inventory", with: "")
        let visible = subject.hasPrefix("substance in ") ? String(subject.dropFirst(13)) : subject.shortened
        let isLast = remaining.isEmpty
        return Skill(
            stage: isLast ? .answer : .focus,
            plan: .actions(
                "focus_on_\(Wording.identifier(subject))", purpose: "focus on \(Wording.the(subject))",
                steps: steps
            ) { evidence in
                let reason =
                    isLast
                    ? "That is the answer the task asks for"
                    : "The task asks to focus on it before anything else is done to it"
                return "\(evidence.sighting(of: visible)) \(reason), so I focus on "
                    + "\(Wording.the(subject))."
            })
    }

    /// A focus on what the task left to be found: which thing that is shows only where it can be seen.
    private mutating func focus(
        on thing: String, _ steps: [RouteStep], as sought: ExpertTask.SoughtThing
    ) -> Skill {
        foundCount += 1
        let visible = ["adult ", "reproducing "].reduce(
            thing.shortened.replacing("baby baby ", with: "baby ")
        ) { name, stage in name.hasPrefix(stage) ? String(name.dropFirst(stage.count)) : name }
        return Skill(
            stage: remaining.isEmpty ? .answer : .focus,
            plan: .actions(
                "focus_on_\(Wording.identifier(sought.name))", inputs: ["instruction", "observation"],
                purpose: "focus on the \(sought.name)", steps: steps
            ) { evidence in
                let sight = evidence.sight(of: visible) ?? "Here is \(Wording.the(visible))."
                return "\(sight) \(sought.reason), so I focus on it."
            })
    }

    /// `move THING to … box` where nothing has to be decided.
    mutating func recogniseDelivery() -> Skill? {
        guard let (thing, target) = peek()?.objects(after: "move ", separator: " to "),
            target.hasSuffix("box")
        else {
            return nil
        }
        let steps = take()
        let subject = sought?.name ?? thing.replacing(" in inventory", with: "").shortened
        return Skill(
            stage: .answer,
            plan: .actions(
                "move_\(Wording.identifier(subject))_to_\(Wording.identifier(target))",
                inputs: ["instruction", "observation"],
                purpose: "move \(Wording.the(subject)) to the \(target)", steps: steps
            ) { evidence in
                "\(evidence.standpoint) The instruction names the \(target), so this is where \(Wording.the(subject)) goes."
            })
    }

    /// `drop THING`s: components put down where they are needed.
    mutating func recogniseDropping() -> Skill? {
        guard peek()?.action.hasPrefix("drop ") == true else { return nil }
        var steps = take { $0.action.hasPrefix("drop ") }
        if peek()?.action == "look around" { steps += take() }
        let place = room.map { Wording.the($0) } ?? "this room"
        return Skill(
            stage: .prepare,
            plan: .actions("put_down_what_i_carry", purpose: "put down what I carry", steps: steps) {
                evidence in
                "\(evidence.standpoint) Everything has to lie in \(place) before it can be connected, so I put down what I "
                    + "carry."
            })
    }

    /// The last action of a task whose answer follows from something measured before it.
    mutating func recogniseMeasuredAnswer() -> Skill? {
        guard let step = peek(), remaining.count == 1 else { return nil }
        if facts.contains("temperature"), let threshold = task.threshold {
            return temperatureAnswer(step, threshold)
        }
        if facts.contains("light_is_on"), let boxes = task.conductivityBoxes {
            return conductivityAnswer(step, boxes)
        }
        if slideSpeeds.count == 2 { return inclineAnswer(step) }
        return nil
    }

    private mutating func temperatureAnswer(_ step: RouteStep, _ threshold: ExpertTask.Threshold) -> Skill? {
        guard let action = step.action(into: "{box}", insteadOf: [threshold.boxAbove, threshold.boxBelow])
        else {
            return nil
        }
        let changes = facts.contains("changed")
        _ = take()
        // A solid that never melted on the heater has its melting point above what was measured, and the other way
        // round for a liquid that never froze: what was done decides, never the answer.
        let above =
            changes
            ? "\(facts.contains("cooled") ? "changed and " : "not changed or ")temperature > \(threshold.degrees)"
            : "temperature > \(threshold.degrees)"
        let inputs = ["instruction", "temperature"] + (changes ? ["changed"] : []) + ["observation"]
        return Skill(
            stage: .answer,
            plan: Plan(
                name: "answer_by_temperature", inputs: inputs, outputs: ["observation"],
                purpose: "answer with the box that fits the temperature",
                thought: { evidence in
                    let value = evidence.value(of: "temperature") ?? "unknown"
                    return
                        "`temperature` is \(value). The instruction draws the line at \(threshold.degrees) degrees: above it "
                        + "the \(threshold.boxAbove) is right, below it the \(threshold.boxBelow)."
                },
                body: [
                    .code(
                        "box = '\(threshold.boxAbove)' if \(above) else '\(threshold.boxBelow)'"),
                    .code("observation = run(f\(PythonLiteral.string(action)))"),
                ]))
    }

    private mutating func conductivityAnswer(
        _ step: RouteStep, _ boxes: (conductive: String, nonconductive: String)
    ) -> Skill? {
        guard let action = step.action(into: "{box}", insteadOf: [boxes.conductive, boxes.nonconductive])
        else {
            return nil
        }
        _ = take()
        return Skill(
            stage: .answer,
            plan: Plan(
                name: "answer_by_conductivity", inputs: ["instruction", "light_is_on", "observation"],
                outputs: ["observation"], purpose: "answer with the box that fits what the light bulb did",
                thought: { evidence in
                    let lit = evidence.value(of: "light_is_on") == "True"
                    return
                        "`light_is_on` is \(lit ? "True: current flows through the object, so it conducts" : "False: no current flows through the object, so it does not conduct"). "
                        + "The instruction wants a conductive object in the \(boxes.conductive) and a nonconductive one in the "
                        + "\(boxes.nonconductive)."
                },
                body: [
                    .code("box = '\(boxes.conductive)' if light_is_on else '\(boxes.nonconductive)'"),
                    .code("observation = run(f\(PythonLiteral.string(action)))"),
                ]))
    }

    private mutating func inclineAnswer(_ step: RouteStep) -> Skill? {
        guard let chosen = step.object(after: "focus on "),
            let own = slideSpeeds.first(where: { $0.plane == chosen }),
            let other = slideSpeeds.first(where: { $0.plane != chosen })
        else { return nil }
        let wantsFastest = own.scoutedSpeed > other.scoutedSpeed
        _ = take()
        let speeds = slideSpeeds.map { "\(PythonLiteral.string($0.plane)): \($0.variable)" }.joined(
            separator: ", ")
        let variables = slideSpeeds.map(\.variable)
        let word = wantsFastest ? "fastest" : "slowest"
        return Skill(
            stage: .answer,
            plan: Plan(
                name: "focus_on_plane_where_block_slid_\(word)",
                inputs: ["instruction"] + variables + ["observation"],
                outputs: ["observation"], purpose: "focus on the plane where the block slid \(word)",
                thought: { evidence in
                    let shown = variables.map { "`\($0)` is \(evidence.value(of: $0) ?? "unknown")" }
                    return
                        "\(Wording.list(shown)). A \(wantsFastest ? "fast" : "slow") block means a \(wantsFastest ? "steep or smooth" : "shallow or rough") "
                        + "plane, and the instruction asks for that one, so I compare the two speeds."
                },
                body: [
                    .code("speeds = {\(speeds)}"),
                    .code("plane = \(wantsFastest ? "max" : "min")(speeds, key=speeds.get)"),
                    .code("observation = run(f'focus on {plane}')"),
                ]))
    }
}

extension RouteStep {
    /// The action with the box it names replaced by a Python expression, if it names one of `boxes`.
    fileprivate func action(into expression: String, insteadOf boxes: [String]) -> String? {
        boxes.first { action.hasSuffix($0) }.map { action.dropLast($0.count) + expression }
    }
}
