import Testing

@testable import TraceGen

/// What a function names is handed to it, from where it became known, and to no one else.
@Suite struct HandingOnTests {
    private func leaf(_ name: String, _ actions: [String]) -> Plan {
        Plan(
            name: name, inputs: ["observation"], outputs: ["observation"], purpose: name,
            thought: { _ in "" },
            body: actions.map { .action($0) })
    }

    private func handedOn(_ parts: [Plan], instruction: String = "") -> Plan {
        var root = Plan.sequence("solve", purpose: "", steps: parts)
        root.inputs = ["instruction", "observation"]
        root.outputs = []
        return HandingOn.applied(to: root, instruction: instruction)
    }

    private func calls(_ plan: Plan) -> [String] {
        plan.body.flatMap { line -> [String] in
            guard case .call(let child) = line else { return [] }
            return [child.call] + calls(child)
        }
    }

    private func children(_ plan: Plan) -> [Plan] {
        plan.body.compactMap { if case .call(let child) = $0 { child } else { nil } }
    }

    @Test func aRoomSeenEarlierIsHandedToWhoNamesAThingInIt() {
        let plan = handedOn([
            leaf("go_to_workshop", ["teleport to workshop", "look around"]),
            leaf("focus_on_bulb", ["focus on bulb"]),
            leaf("use_switch", ["focus on switch"]),
            leaf("go_on", ["activate lever"]),
        ])
        #expect(
            calls(plan) == [
                "room, observation = go_to_workshop(observation)",
                "observation = focus_on_bulb(observation)",
                "observation = use_switch(observation)",
                "observation = go_on(room, observation)",
            ])
        #expect(
            children(plan)[0].body.map(\.source) == [
                "observation = run('teleport to workshop')", "observation = run('look around')",
                "room = observation",
            ])
    }

    @Test func theFirstObservationIsARoomToo() {
        let plan = handedOn([leaf("focus_on_bulb", ["focus on bulb"]), leaf("go_on", ["activate lever"])])
        #expect(plan.body.first?.source == "room = observation")
        #expect(plan.inputs == ["instruction", "observation"])
        #expect(
            calls(plan) == [
                "observation = focus_on_bulb(observation)", "observation = go_on(room, observation)",
            ])
    }

    @Test func aRoomThatWasLeftIsNotHandedOn() {
        let plan = handedOn([
            leaf("go_to_attic", ["teleport to attic"]), leaf("go_on", ["activate lever"]),
        ])
        #expect(
            calls(plan) == ["observation = go_to_attic(observation)", "observation = go_on(observation)"])
    }

    @Test func whatIsCarriedIsHandedOnUntilItIsPutDown() {
        let plan = handedOn([
            leaf("take_tools", ["pick up lamp", "pick up pot", "look around"]),
            leaf("put_pot_into_sink", ["move pot to sink"]),
            leaf("light_up", ["activate lamp in inventory"]),
        ])
        let parts = children(plan)
        #expect(
            calls(plan) == [
                "carried, observation = take_tools(observation)",
                "carried, observation = put_pot_into_sink(carried, observation)",
                "observation = light_up(carried, observation)",
            ])
        #expect(
            parts[0].body.map(\.source)[1...] == [
                "observation = run('pick up pot')", "carried = ['lamp', 'pot']",
                "observation = run('look around')",
            ])
        #expect(parts[1].body.last?.source == "carried = ['lamp']")
    }

    @Test func aFunctionTakesInWhatThoseBelowItNeed() {
        let below = Plan.sequence(
            "tidy_up", purpose: "",
            steps: [leaf("wait_a_while", ["wait1"]), leaf("go_on", ["activate lever"])])
        let plan = handedOn([leaf("start", ["focus on start", "look around", "wait1"]), below])
        #expect(
            calls(plan) == [
                "room, observation = start(observation)",
                "observation = tidy_up(room, observation)",
                "observation = wait_a_while(observation)",
                "observation = go_on(room, observation)",
            ])
    }

    @Test func whatTheInstructionNamesNeedsNoRoom() {
        var answer = leaf("answer", ["focus on red box"])
        answer.inputs = ["instruction", "observation"]
        let plan = handedOn([leaf("pause", ["wait1"]), answer], instruction: "Focus on the red box.")
        #expect(calls(plan).last == "observation = answer(instruction, observation)")
    }

    @Test(arguments: [
        ("connect battery anode to red wire terminal 1", ["battery", "red wire"]),
        ("connect red wire terminal 2 to anode in light bulb", ["red wire", "light bulb"]),
        (
            "move pot 6 containing apple tree and soil in inventory to red box",
            ["pot 6", "apple tree", "soil", "red box"]
        ),
        ("pour jug into {pot}", ["jug"]), ("look around", []), ("wait1", []), ("0", []),
    ])
    func anActionNamesItsThings(action: String, things: [String]) {
        #expect(ActionObjects.named(in: action) == things)
    }

    @Test func partsOfACircuitAreListedRoundTheLoop() {
        let connections = [
            ("battery", "black wire"), ("battery", "orange wire"), ("black wire", "bulb"),
            ("blue wire", "bulb"),
            ("foil", "orange wire"), ("foil", "blue wire"),
        ]
        #expect(
            SkillReader.loop(of: connections)
                == ["battery", "black wire", "bulb", "blue wire", "foil", "orange wire"])
    }
}
