import Prompts

/// What a stretch of the route is for; neighbours of the same stage become one function of the plan.
enum Stage: Sendable, Hashable {
    case gather, focus, prepare, grow, harvest, process, measure, answer
}

/// A stretch of the route, told as a function.
struct Skill: Sendable {
    var stage: Stage
    /// The things it is about, for naming a group of skills.
    var subject: String = ""
    var plan: Plan
}

/// Reads a route from left to right and tells it as skills.
///
/// Each recogniser looks at the steps ahead and either takes some of them or declines; the first that takes wins. What
/// none of them knows becomes a skill of one action, so no step is ever lost.
struct SkillReader {
    let task: ExpertTask
    private(set) var remaining: ArraySlice<RouteStep>
    /// Names of facts earlier skills have left in variables, such as `temperature`.
    var facts: Set<String> = []
    /// Speeds measured on inclined planes, in order.
    var slideSpeeds: [SlideSpeed] = []
    /// How many of the things the task leaves to be found have been.
    var foundCount = 0
    /// What is in the inventory.
    private(set) var held: [String] = []
    /// Where the agent stands.
    private(set) var room: String?
    /// How many steps the limit leaves for looking around where the gold path did not. Looking around takes a step but
    /// no time in the world, so it changes nothing else.
    private(set) var spareSteps: Int

    init(task: ExpertTask, route: [RouteStep], stepLimit: Int) {
        self.task = task
        remaining = route[...]
        spareSteps = stepLimit - route.count
    }

    /// Reads the whole route.
    static func skills(task: ExpertTask, route: [RouteStep], stepLimit: Int) -> [Skill] {
        let isTight = route.count + 8 > stepLimit && !task.name.hasPrefix("identify-life-stages")
        let affordable = isTight ? GoldRoute.hurried(route) : route
        var reader = SkillReader(task: task, route: affordable, stepLimit: stepLimit)
        var skills: [Skill] = []
        while !reader.remaining.isEmpty { skills.append(reader.next()) }
        return skills
    }

    private mutating func next() -> Skill {
        recogniseTravel() ?? recogniseMeasuredAnswer() ?? recogniseRecipe() ?? recogniseSearch()
            ?? recogniseTaking()
            ?? recogniseFilling() ?? recogniseHeating() ?? recogniseSliding() ?? recogniseCircuit()
            ?? recogniseReading() ?? recogniseRipeFruit() ?? recogniseSoil() ?? recognisePlanting()
            ?? recogniseWatering()
            ?? recognisePollination() ?? recogniseHarvest() ?? recogniseStage() ?? recogniseWaiting()
            ?? recogniseIngredients() ?? recogniseMixing() ?? recogniseFocus() ?? recogniseDelivery()
            ?? recogniseAnything()
    }

    /// What is being looked for, where the task leaves that open; the last one stays what is dealt with.
    var sought: ExpertTask.SoughtThing? {
        let things = task.soughtThings
        return foundCount < things.count ? things[foundCount] : things.last
    }

    /// The step `offset` ahead.
    func peek(_ offset: Int = 0) -> RouteStep? {
        let index = remaining.startIndex + offset
        return index < remaining.endIndex ? remaining[index] : nil
    }

    /// Takes the next `count` steps.
    mutating func take(_ count: Int = 1) -> [RouteStep] {
        let taken = Array(remaining.prefix(count))
        remaining = remaining.dropFirst(count)
        for step in taken {
            if let destination = step.object(after: "teleport to ") { room = destination }
            if let thing = step.object(after: "pick up ") {
                held.append(thing)
            } else if let thing = step.objects(after: "move ", separator: " to ")?.0
                ?? step.object(after: "drop ")
            {
                let name = thing.replacing(" in inventory", with: "")
                held.removeAll { ActionObjects.moves(name, from: $0) }
            }
        }
        return taken
    }

    /// Whether a phrase is about something in the inventory.
    func isHeld(_ phrase: String) -> Bool {
        phrase.contains(" in inventory") || held.contains { phrase.contains($0) || $0.contains(phrase) }
    }

    /// Takes steps while they satisfy a condition.
    mutating func take(while condition: (RouteStep) -> Bool) -> [RouteStep] {
        take(remaining.prefix(while: condition).count)
    }

    /// Spends a step the gold path does not have, if the limit leaves one.
    mutating func spendSpareStep() -> Bool {
        guard spareSteps > 3 else { return false }
        spareSteps -= 1
        return true
    }
}

extension Plan {
    /// A plan of primitive actions alone, each leaving its answer in `observation`.
    static func actions(
        _ name: String, inputs: [String] = ["observation"], purpose: String, steps: [RouteStep],
        thought: @escaping @Sendable (Evidence) -> String
    ) -> Plan {
        Plan(
            name: name, inputs: inputs, outputs: ["observation"], purpose: purpose, thought: thought,
            body: steps.flatMap(\.lines))
    }
}

extension RouteStep {
    /// The step as code: the action, and its choice where the environment asks which object is meant.
    var lines: [PlanLine] {
        guard let choice else { return [.action(action)] }
        return [
            .action(action),
            .code(
                """
                if observation.startswith('Ambiguous request'):
                    observation = run(\(PythonLiteral.string(choice)))
                """),
        ]
    }
}
