import Testing

@testable import TraceGen

/// How a gold path becomes a route, on stretches of real paths.
struct GoldRouteTests {
    private func gold(_ steps: [(String, String)], doneAfter: Int = .max) -> [ScoutedAction] {
        steps.enumerated().map { index, step in
            ScoutedAction(
                action: step.0, observation: step.1, reward: 0, done: index >= doneAfter, completedGoals: [])
        }
    }

    @Test func walksBecomeOneTeleport() {
        let route = GoldRoute.make(
            from: gold([
                ("open door to hallway", "The door is already open."),
                ("go to hallway", "You move to the hallway."),
                ("open door to kitchen", "The door is already open."),
                ("go to kitchen", "You move to the kitchen."),
                ("pick up thermometer", "You move the thermometer to the inventory."),
            ]))
        #expect(route.map(\.action) == ["teleport to kitchen", "pick up thermometer"])
    }

    @Test func whatComesAfterTheEndIsLeftOut() {
        let steps = [
            ("focus on dove", "You focus on the dove."), ("wait1", "You decide to wait for 1 iterations."),
        ]
        #expect(GoldRoute.make(from: gold(steps, doneAfter: 0)).map(\.action) == ["focus on dove"])
    }

    @Test func aBrokenSinkIsNotTried() {
        let route = GoldRoute.make(
            from: gold([
                ("pick up metal pot", "You move the metal pot to the inventory."),
                ("move metal pot to sink", "You move the metal pot to the sink."),
                ("activate sink", "The sink appears broken, and can't be activated or deactivated."),
                ("deactivate sink", "The sink appears broken, and can't be activated or deactivated."),
                ("pick up metal pot", "You move the metal pot to the inventory."),
                ("focus on substance in metal pot", "You focus on the water."),
            ]))
        #expect(route.map(\.action) == ["pick up metal pot", "focus on substance in metal pot"])
    }

    @Test func aChoiceBelongsToItsRequest() {
        let route = GoldRoute.make(
            from: gold([
                ("move apple seed in seed jar to flower pot 3", "Ambiguous request: Please enter the number"),
                ("0", "You move the apple seed to the flower pot 3."),
            ]))
        #expect(route.map(\.choice) == ["0"])
        #expect(route[0].observation == "You move the apple seed to the flower pot 3.")
    }

    @Test func aRequestThatWasNeverAnsweredGoesWithWhatCancelledIt() {
        let route = GoldRoute.make(
            from: gold([
                ("move pea in cup to cup", "Ambiguous request: Please enter the number"),
                ("move seed in cup to cup", "Unknown action.  Type 'help' for a list"),
                ("look around", "This room is called the greenhouse."),
            ]))
        #expect(route.map(\.action) == ["look around"])
    }

    @Test func roomsWithNothingToDoAreNotVisited() {
        let route = GoldRoute.make(
            from: gold([
                ("open door to hallway", "open"), ("go to hallway", "You move to the hallway."),
                ("look around", "This room is called the hallway."),
                ("open door to workshop", "open"), ("go to workshop", "You move to the workshop."),
                ("look around", "This room is called the workshop."),
                ("pick up recipe", "You move the recipe to the inventory."),
            ]))
        #expect(route.map(\.action) == ["teleport to workshop", "look around", "pick up recipe"])
    }

    @Test func aHurriedRouteWaitsInOneStep() {
        let waits = (0..<5).map { _ in RouteStep(action: "wait1", observation: "", reward: 0, goals: []) }
        let look = RouteStep(action: "look around", observation: "", reward: 0, goals: [])
        #expect(GoldRoute.hurried(waits + [look] + waits).map(\.action) == ["wait", "wait"])
    }
}
