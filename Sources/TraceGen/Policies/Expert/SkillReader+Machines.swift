import Prompts

/// Inclined planes and electrical circuits.
extension SkillReader {
    /// `move block to PLANE, activate stopwatch, look at PLANE…, deactivate stopwatch, examine stopwatch`
    mutating func recogniseSliding() -> Skill? {
        guard let (block, plane) = peek()?.objects(after: "move ", separator: " to "),
            plane.hasPrefix("inclined plane"),
            let watch = peek(1)?.object(after: "activate ")
        else { return nil }
        let start = take(2)
        let looks = take { $0.action == "look at \(plane)" }
        let stop = take { $0.action == "deactivate \(watch)" || $0.action == "examine \(watch)" }
        let variable = "speed_on_\(Wording.identifier(planeLabel(plane)))"
        slideSpeeds.append(
            SlideSpeed(
                plane: plane, variable: variable, scoutedSpeed: SlideSpeed.scouted(looks.map(\.observation))))
        let observe = slidingLoop(plane: plane, rounds: looks.count, variable: variable)
        return Skill(
            stage: .measure,
            plan: Plan(
                name: "time_\(Wording.identifier(block))_on_\(Wording.identifier(planeLabel(plane)))",
                inputs: ["observation"], outputs: [variable, "observation"],
                purpose: "time how fast the \(block) slides down \(Wording.the(plane))",
                thought: { evidence in
                    "\(evidence.sighting(of: plane)) I let the \(block) slide down it with the stopwatch running and watch until it "
                        + "is at the bottom. Percent of the way per look is the speed I can compare later."
                },
                body: start.flatMap(\.lines) + [.call(observe)] + stop.flatMap(\.lines)))
    }

    private func slidingLoop(plane: String, rounds: Int, variable: String) -> Plan {
        Plan(
            name: "watch_block_on_\(Wording.identifier(planeLabel(plane)))", inputs: ["observation"],
            outputs: [variable, "observation"], purpose: "watch the block until it reaches the bottom",
            thought: { evidence in
                "\(evidence.standpoint) The block is moving now. Each look takes one tick, so I count looks and note how far down "
                    + "the block is, until it reaches the bottom or \(rounds) looks have passed."
            },
            body: [
                .code(
                    """
                    looks = 0
                    percent = 0
                    for _ in range(\(max(rounds, 1))):
                        observation = run(\(PythonLiteral.string("look at \(plane)")))
                        looks += 1
                        if 'at the bottom' in observation:
                            percent = 100
                            break
                        progress = re.search(r'(\\d+)% down', observation)
                        if progress:
                            percent = int(progress.group(1))
                    """),
                .code("\(variable) = percent / max(looks, 1)"),
            ])
    }

    private func planeLabel(_ plane: String) -> String {
        plane.replacing("inclined plane with a ", with: "").replacing("inclined plane ", with: "plane ")
    }

    /// `connect A to B`s, a generator switched on, a tick for the current, a look.
    mutating func recogniseCircuit() -> Skill? {
        guard peek()?.action.hasPrefix("connect ") == true else { return recogniseDropping() }
        let connections = take { $0.action.hasPrefix("connect ") }
        var plans = stride(from: 0, to: connections.count, by: 2).map { index in
            wiring(Array(connections[index..<min(index + 2, connections.count)]))
        }
        let switching = take {
            $0.action.hasPrefix("activate ") || $0.action == "wait1" || $0.action == "look around"
        }
        if switching.isEmpty, remaining.isEmpty, spendSpareStep() {
            let tick = RouteStep(action: "wait1", observation: "", reward: connections[0].reward, goals: [])
            plans.append(checking([tick], looksAt: false))
        }
        if !switching.isEmpty {
            plans.append(checking(switching, looksAt: switching.last?.action == "look around"))
        }
        let loop = Self.loop(of: connections.compactMap(\.joinedParts))
        return Skill(stage: .process, plan: building(plans, loop))
    }

    /// The parts are chosen once, in the order of the loop; every connection follows from that order.
    private func building(_ plans: [Plan], _ loop: [String]) -> Plan {
        var plan = Plan.sequence("build_circuit", purpose: "build the electrical circuit", steps: plans) {
            evidence in
            let sights = loop.compactMap { evidence.mention(of: $0) ?? evidence.mention(of: $0, in: "room") }
            let ground = sights.count == loop.count ? "All parts are here. " : ""
            return
                "\(evidence.standpoint) Current only flows round a closed loop. \(ground)I choose the parts in the order "
                + "of the loop, \(Wording.list(loop.map { Wording.the($0) })), and keep them in `circuit`, so that each step knows what its part is connected to."
        }
        plan.inputs.removeAll { $0 == "circuit" }
        plan.body.insert(.code("circuit = \(PythonLiteral.list(loop))"), at: 0)
        return plan
    }

    /// The parts of a circuit, each next to what it is connected to as far as one round goes.
    static func loop(of connections: [(String, String)]) -> [String] {
        var rest: [String] = []
        for part in connections.flatMap({ [$0.0, $0.1] }) where !rest.contains(part) { rest.append(part) }
        var loop: [String] = []
        while !rest.isEmpty {
            let next = rest.firstIndex { part in
                connections.contains { one, other in
                    (one == loop.last && other == part) || (one == part && other == loop.last)
                }
            }
            loop.append(rest.remove(at: next ?? 0))
        }
        return loop
    }

    private func wiring(_ steps: [RouteStep]) -> Plan {
        let ends = steps.compactMap { $0.objects(after: "connect ", separator: " to ") }
        let parts = steps.compactMap(\.joinedParts)
        let first = parts.first?.0 ?? "part"
        let source = parts.count > 1 && parts[1].0 == first
        let target = parts.first?.1 ?? "part"
        let purpose = source ? "connect both ends of the \(first)" : "connect the \(target) to the wires"
        let name =
            source ? "connect_\(Wording.identifier(first))" : "connect_wires_to_\(Wording.identifier(target))"
        return .actions(name, inputs: ["circuit", "observation"], purpose: purpose, steps: steps) {
            evidence in
            "\(evidence.standpoint) `circuit` lists the parts in the order of the loop, and each part has two ends: one for the "
                + "part before it, one for the part after it. So I \(purpose): "
                + "\(Wording.list(ends.map { "\($0.0) goes to \($0.1)" }))."
        }
    }

    private mutating func checking(_ steps: [RouteStep], looksAt: Bool) -> Plan {
        var body = steps.flatMap(\.lines)
        var outputs = ["observation"]
        if looksAt, task.conductivityBoxes != nil {
            facts.insert("light_is_on")
            body.append(.code("light_is_on = re.search(r'light bulb, which is on', observation) is not None"))
            outputs.insert("light_is_on", at: 0)
        }
        return Plan(
            name: looksAt ? "check_light_bulb" : "let_current_flow", inputs: ["observation"],
            outputs: outputs,
            purpose: looksAt ? "see whether the light bulb is on" : "let the current flow",
            thought: { evidence in
                "\(evidence.standpoint) The circuit is closed now. The current needs a moment, so I "
                    + (looksAt ? "wait and then look whether the light bulb is on" : "give it that moment")
                    + "."
            },
            body: body)
    }
}

extension RouteStep {
    /// The two parts a `connect` joins, without their ends: `battery` and `red wire`.
    fileprivate var joinedParts: (String, String)? {
        objects(after: "connect ", separator: " to ").map { (Self.part($0.0), Self.part($0.1)) }
    }

    private static func part(_ end: String) -> String {
        let name = end.firstRange(of: " in ").map { String(end[$0.upperBound...]) } ?? end
        return name.replacing(#/ (?:anode|cathode|terminal \d+)$/#, with: "")
    }
}

/// How fast a block slid down a plane when the gold path was scouted, and where the plan keeps the speed it measures.
struct SlideSpeed: Sendable, Hashable {
    var plane: String
    var variable: String
    /// Percent of the plane per look.
    var scoutedSpeed: Double

    /// The speed that a series of looks shows.
    static func scouted(_ looks: [String]) -> Double {
        var percent = 0
        for (index, look) in looks.enumerated() {
            if look.contains("at the bottom") { return 100 / Double(index + 1) }
            if let match = look.firstMatch(of: /(\d+)% down/), let value = Int(match.1) { percent = value }
        }
        return Double(percent) / Double(max(looks.count, 1))
    }
}
