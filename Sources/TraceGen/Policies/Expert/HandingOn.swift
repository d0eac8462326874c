import Prompts

/// Gives the functions of a plan what they name: the description of the room, and what is carried.
///
/// A policy sees a function's signature and the variables it takes in, nothing else. An action on a thing that neither of
/// them shows could only be guessed; so the room's description goes on as `room`, and the things picked up go on as
/// `carried`, from where they became known to every function that names one of them. Two kinds of names stay unshown:
/// of things inside a container that the same block opens first, and words of the gold path that no description uses
/// (`organism` for a plant).
struct HandingOn {
    /// A variable that hands something on.
    private enum Handed: String, CaseIterable {
        /// What the last look around showed.
        case room
        /// The names of what is in the inventory.
        case carried
    }

    /// A plan with what has to be known before it can be expanded.
    private struct KnowingPlan {
        var plan: Plan
        var needs: Set<Handed> = []
        /// Whether what it carries at the end was, in part, carried at its beginning.
        var keepsCarrying = false
        var lines: [KnowingLine] = []
    }

    /// A line with what it makes known.
    private struct KnowingLine {
        var line: PlanLine
        var child: KnowingPlan?
        /// Whether `observation` is the room's description after it.
        var looksAround = false
        /// What is carried after it, where it changed that.
        var carried: [String]?
    }

    private let instruction: String
    /// What is in the inventory.
    private var carried: [String] = []
    /// Whether the agent has looked around where it stands.
    private var hasSeenRoom = true
    /// The action whose answer is in `observation`; the first observation is a look around.
    private var lastAction = "look around"
    /// Lists that were assigned, by name.
    private var lists: [String: String] = [:]
    /// The actions still to come.
    private var upcoming: ArraySlice<String>

    private init(instruction: String, upcoming: [String]) {
        self.instruction = instruction
        self.upcoming = upcoming[...]
    }

    /// The plan with `room` and `carried` handed on.
    static func applied(to root: Plan, instruction: String) -> Plan {
        var reader = HandingOn(instruction: instruction, upcoming: root.allActions)
        let (plan, wanted, _) = rewritten(reader.read(root), demanded: [])
        var result = plan
        result.inputs = root.inputs
        if wanted.contains(.room) { result.body.insert(.note("room", value: "observation"), at: 0) }
        return result
    }
}

// MARK: - Forward: what each plan needs and makes known

extension HandingOn {
    private mutating func read(_ plan: Plan) -> KnowingPlan {
        var result = KnowingPlan(plan: plan, needs: needs(of: plan))
        let before = carried
        for line in plan.body {
            if case .call(let child) = line {
                result.lines.append(KnowingLine(line: line, child: read(child)))
            } else {
                result.lines.append(read(line))
            }
        }
        result.keepsCarrying = carried.contains(where: before.contains)
        return result
    }

    private mutating func read(_ line: PlanLine) -> KnowingLine {
        var result = KnowingLine(line: line)
        let before = carried
        for action in line.actions {
            upcoming = upcoming.dropFirst()
            follow(action)
        }
        if let action = line.observedAction {
            lastAction = action
            result.looksAround = action == "look around"
            if result.looksAround { hasSeenRoom = true }
        }
        if case .code(let code) = line, let list = code.firstMatch(of: /^(\w+) = \[/) {
            lists[String(list.1)] = code
        }
        if carried != before { result.carried = carried }
        return result
    }

    private mutating func follow(_ action: String) {
        if action.hasPrefix("teleport to ") {
            hasSeenRoom = false
        } else if action.hasPrefix("pick up ") {
            carried.append(inventoryName(of: String(action.dropFirst("pick up ".count))))
        } else if action.hasPrefix("drop ") || action.hasPrefix("move "),
            let thing = action.split(separator: " ", maxSplits: 1).last?.split(separator: " to ").first
        {
            let name = String(thing.replacing(" in inventory", with: ""))
            let index =
                carried.firstIndex(of: name)
                ?? carried.firstIndex { ActionObjects.moves(name, from: $0) }
            if let index { carried.remove(at: index) }
        }
    }

    /// The name later actions call a thing by once it is in the inventory, such as a pot with what it contains.
    private func inventoryName(of thing: String) -> String {
        let wanted = ActionObjects.words(of: thing)
        for action in upcoming {
            guard let end = action.firstRange(of: " in inventory")?.lowerBound,
                let start = action.firstMatch(
                    of: #/^(?:move|drop|pour|use|examine|activate|deactivate|focus on) /#)
            else { continue }
            let name = action[start.range.upperBound..<end]
            if wanted.isSubset(of: ActionObjects.words(of: String(name))) { return String(name) }
        }
        return thing.replacing(" in inventory", with: "")
    }

    /// What a plan's own lines name beyond what its call shows anyway.
    private func needs(of plan: Plan) -> Set<Handed> {
        var needs: Set<Handed> = []
        let shown = shownText(to: plan)
        for thing in plan.body.flatMap(\.namedThings) where !ActionObjects.isShown(thing, in: shown) {
            if carried.contains(where: { ActionObjects.isSame($0, as: thing) }) {
                needs.insert(.carried)
            } else if hasSeenRoom, lastAction != "look around" {
                needs.insert(.room)
            }
        }
        return needs
    }

    /// The words a plan's prompt is sure to have before anything is handed on.
    private func shownText(to plan: Plan) -> String {
        var lines = [plan.call] + plan.inputs.compactMap { lists[$0] }
        if plan.inputs.contains("instruction") { lines.append(instruction) }
        // The environment answers these with the names of the things: "You move the soap to the metal pot."
        let isNamedInAnswer = ["pick up ", "move ", "open ", "activate ", "deactivate ", "connect "].contains(
            where: lastAction.hasPrefix)
        if isNamedInAnswer { lines.append(lastAction) }
        return lines.joined(separator: "\n")
    }
}

// MARK: - Backward: from those who need it to those who make it known

extension HandingOn {
    /// The plan with its new inputs and outputs.
    /// - Parameter demanded: What is needed after it.
    /// - Returns: The plan, what it takes in, and what it hands on.
    private static func rewritten(
        _ knowing: KnowingPlan, demanded: Set<Handed>
    ) -> (plan: Plan, needs: Set<Handed>, handsOn: Set<Handed>) {
        var missing: Set<Handed> = []
        var handsOn: Set<Handed> = []
        var needs = knowing.needs
        var body: [PlanLine] = []
        let isWanted = { (variable: Handed) in
            missing.contains(variable) || (demanded.contains(variable) && !handsOn.contains(variable))
        }
        for line in knowing.lines.reversed() {
            if let child = line.child {
                let result = rewritten(child, demanded: Set(Handed.allCases.filter(isWanted)))
                handsOn.formUnion(result.handsOn)
                missing = missing.subtracting(result.handsOn).union(result.needs)
                body.append(.call(result.plan))
                continue
            }
            if let carried = line.carried, isWanted(.carried) {
                body.append(.note("carried", value: PythonLiteral.list(carried)))
                if knowing.keepsCarrying { needs.insert(.carried) }
                handsOn.insert(.carried)
                missing.remove(.carried)
            }
            if line.looksAround, isWanted(.room) {
                body.append(.note("room", value: "observation"))
                handsOn.insert(.room)
                missing.remove(.room)
            }
            body.append(line.line)
        }
        needs.formUnion(missing)
        var plan = knowing.plan
        plan.body = body.reversed()
        plan.inputs = with(needs, in: plan.inputs)
        plan.outputs = with(handsOn.intersection(demanded), in: plan.outputs)
        return (plan, needs, handsOn.intersection(demanded))
    }

    /// Names with the handed variables in front of `observation`, which stays last.
    private static func with(_ handed: Set<Handed>, in names: [String]) -> [String] {
        let added = Handed.allCases.filter(handed.contains).map(\.rawValue)
        return names.filter { $0 != "observation" } + added.filter { !names.contains($0) }
            + names.filter { $0 == "observation" }
    }
}

extension Plan {
    /// All actions of the plan and of what it calls, in the order they are sent.
    fileprivate var allActions: [String] {
        body.flatMap { line in
            if case .call(let child) = line { child.allActions } else { line.actions }
        }
    }
}
