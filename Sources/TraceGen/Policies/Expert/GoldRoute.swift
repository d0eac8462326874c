/// One move of the route the expert takes: a primitive action it has seen work, with what it led to.
struct RouteStep: Sendable, Hashable {
    /// The action.
    var action: String
    /// The number it was answered with where the environment asked which object was meant.
    var choice: String?
    /// What the environment answered when it was scouted.
    var observation: String
    /// The reward after it.
    var reward: Double
    /// Subgoals it completed.
    var goals: [String]

    /// What follows `prefix` in the action, if it starts so.
    func object(after prefix: String) -> String? {
        action.hasPrefix(prefix) ? String(action.dropFirst(prefix.count)) : nil
    }

    /// The two sides of `PREFIX a SEPARATOR b`.
    func objects(after prefix: String, separator: String) -> (String, String)? {
        guard let rest = object(after: prefix), let middle = rest.firstRange(of: separator) else {
            return nil
        }
        return (String(rest[..<middle.lowerBound]), String(rest[middle.upperBound...]))
    }
}

extension RouteStep {
    /// The step with the names the environment answered with, where the gold path says `light` or `component`.
    fileprivate var withFullNames: RouteStep {
        var step = self
        if action.hasPrefix("drop "), choice == nil,
            let moved = observation.wholeMatch(of: #/You move the (.+) to the [^.]+\./#)
        {
            step.action = "drop \(moved.1)"
        } else if action.hasPrefix("connect "),
            let joined = observation.wholeMatch(of: #/.+ is now connected to (anode|cathode) on (.+)/#),
            let end = action.firstRange(of: " \(joined.1) in ")
        {
            step.action = String(action[..<end.upperBound] + joined.2)
        }
        return step
    }

    /// Whether the environment refused the action or said it changes nothing.
    fileprivate var isRefused: Bool {
        guard goals.isEmpty, !action.hasPrefix("open door to ") else { return false }
        let refusals = [
            "You can't move something into itself", "No known action", "Unknown action", "I'm not sure",
        ]
        return refusals.contains { observation.hasPrefix($0) }
            || (action.hasPrefix("open ") && observation.contains("is already open"))
    }
}

/// The gold path made fit for a teacher: what was useless is left out and walks become teleports.
///
/// The environment's own path walks through doors, tries broken sinks and searches empty rooms; played as it is, it
/// would exceed the step limits of the paper's evaluation.
enum GoldRoute {
    /// Turns a scouted gold path into a route that ends when the task is done.
    static func make(from gold: [ScoutedAction]) -> [RouteStep] {
        var route: [RouteStep] = []
        for scouted in gold {
            if let last = route.indices.last, scouted.action.allSatisfy(\.isNumber),
                route[last].observation.hasPrefix("Ambiguous request")
            {
                route[last].choice = scouted.action
                route[last].observation = scouted.observation
                route[last].reward = scouted.reward
                route[last].goals += scouted.completedGoals
            } else {
                route.append(
                    RouteStep(
                        action: scouted.action, observation: scouted.observation, reward: scouted.reward,
                        goals: scouted.completedGoals))
            }
            if scouted.done { break }
        }
        return withoutFruitlessVisits(
            withoutBrokenDevices(withoutRepeatedPickUps(withTeleports(withoutRefusals(route))))
        ).map(\.withFullNames)
    }

    /// The route without looks around, which take no time in the world, and with five short waits made one long one:
    /// `wait1` lasts two ticks there, `wait` eleven.
    static func hurried(_ route: [RouteStep]) -> [RouteStep] {
        var result: [RouteStep] = []
        for step in route where step.action != "look around" {
            result.append(step)
            let waits = result.suffix(5)
            guard waits.count == 5, waits.allSatisfy({ $0.action == "wait1" }) else { continue }
            var long = step
            long.action = "wait"
            long.goals = waits.flatMap(\.goals)
            result.replaceSubrange((result.count - 5)..., with: [long])
        }
        return result
    }

    /// Leaves out actions the environment refused or that changed nothing.
    ///
    /// An unanswered request to choose goes together with the action that cancelled it.
    private static func withoutRefusals(_ route: [RouteStep]) -> [RouteStep] {
        var result: [RouteStep] = []
        for step in route {
            guard step.isRefused else {
                result.append(step)
                continue
            }
            if let last = result.last, last.choice == nil, last.observation.hasPrefix("Ambiguous request") {
                result.removeLast()
            }
        }
        return result
    }

    /// Replaces `open door to A, go to A, open door to B, go to B` by `teleport to B`.
    private static func withTeleports(_ route: [RouteStep]) -> [RouteStep] {
        var result: [RouteStep] = []
        var index = 0
        while index < route.count {
            var walk: (room: String, goals: [String], reward: Double)?
            while index + 1 < route.count, let room = route[index].object(after: "open door to "),
                route[index + 1].action == "go to \(room)"
            {
                let goals = (walk?.goals ?? []) + route[index].goals + route[index + 1].goals
                walk = (room, goals, route[index + 1].reward)
                index += 2
            }
            if let walk {
                result.append(
                    RouteStep(
                        action: "teleport to \(walk.room)", observation: "You teleport to the \(walk.room).",
                        reward: walk.reward, goals: walk.goals))
            } else {
                result.append(route[index])
                index += 1
            }
        }
        return result
    }

    /// Leaves out picking up what is in the inventory already.
    private static func withoutRepeatedPickUps(_ route: [RouteStep]) -> [RouteStep] {
        var held: Set<String> = []
        return route.filter { step in
            if let thing = step.object(after: "pick up ") {
                return held.insert(thing).inserted || !step.goals.isEmpty
            }
            if let (thing, _) = step.objects(after: "move ", separator: " to ") {
                held.remove(thing.replacing(" in inventory", with: ""))
            } else if let thing = step.object(after: "drop ") {
                held.remove(thing)
            }
            return true
        }
    }

    /// Leaves out `move POT to DEVICE, activate DEVICE (broken), …, pick up POT`.
    private static func withoutBrokenDevices(_ route: [RouteStep]) -> [RouteStep] {
        var result: [RouteStep] = []
        var index = 0
        while index < route.count {
            if let length = brokenDeviceLength(route[index...]) {
                index += length
            } else {
                result.append(route[index])
                index += 1
            }
        }
        return result
    }

    private static func brokenDeviceLength(_ route: ArraySlice<RouteStep>) -> Int? {
        let steps = Array(route.prefix(4))
        guard steps.count > 2, let (thing, device) = steps[0].objects(after: "move ", separator: " to "),
            steps[1].action == "activate \(device)", steps[1].observation.contains("broken")
        else { return nil }
        let end = steps[2].action == "deactivate \(device)" ? 3 : 2
        guard end < steps.count, steps[end].action == "pick up \(thing)" else { return nil }
        return end + 1
    }

    /// Leaves out rooms where nothing was done but looking around.
    private static func withoutFruitlessVisits(_ route: [RouteStep]) -> [RouteStep] {
        var result: [RouteStep] = []
        for step in route {
            if step.action.hasPrefix("teleport to ") {
                while let last = result.last,
                    last.action == "look around" || last.action.hasPrefix("teleport to "),
                    let visit = result.lastIndex(where: { $0.action.hasPrefix("teleport to ") }),
                    result[(visit + 1)...].allSatisfy({ $0.action == "look around" })
                {
                    result.removeSubrange(visit...)
                }
            }
            result.append(step)
        }
        return result
    }
}
