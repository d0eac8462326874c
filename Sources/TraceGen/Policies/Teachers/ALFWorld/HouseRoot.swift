import Prompts

/// The root of a tree: reads task and room, and plans.
struct HouseRoot: Sendable {
    private let task: HouseTask?
    private let instruction: String
    private let places: [String]
    private let choice: HouseChoice
    private let putting: PuttingForm
    private let isCorrected: Bool

    /// Reads what a call of `solve` is given.
    init(_ call: HouseCall, putting: PuttingForm) {
        let (instruction, observation) = (call["instruction"], call["observation"])
        self.putting = putting
        isCorrected = call.isCorrected
        task = HouseTask(instruction)
        self.instruction = instruction
        places = HouseWords.names(in: observation)
        choice = HouseChoice(instruction + observation)
    }

    /// The plan.
    /// - Throws: ``PolicyFailure`` where the task or the room cannot be read, or the room lacks what the task names.
    func answer() throws(PolicyFailure) -> TeacherAnswer {
        guard let task else { throw .unreadable(instruction) }
        guard !places.isEmpty else { throw .roomless }
        try requireKind(task.place)
        try requireKind(task.change?.tool)
        if isCorrected { return again(task) }
        return switch task.end {
        case .look(let lamp): look(task, lamp)
        case .put(2, let place): putTwo(task, place)
        case .put(_, let place): putOne(task, place)
        }
    }

    private func requireKind(_ kind: String?) throws(PolicyFailure) {
        guard let kind, HouseWords.names(of: kind, in: places).isEmpty else { return }
        throw PolicyFailure(
            "“\(instruction)” needs \(HouseWords.a(kind)), and the room has only \(HouseWords.list(places)).")
    }
}

// MARK: - Plans

extension HouseRoot {
    private func putOne(_ task: HouseTask, _ place: String) -> TeacherAnswer {
        if task.change == nil, places.count <= 12, choice.below(3, turn: 1) > 0 {
            return putAtOnce(task, place)
        }
        var lines = reading() + ordering(task, last: place)
        lines += goal(place) + ["found, seen = find_and_take(thing, order)"]
        if let change = task.change { lines.append("\(change.rawValue)_it(found, places)") }
        lines += ["put_it(found, goal)", "try_again(instruction, places, found)"]
        return TeacherAnswer(
            thought: "\(aim(task)) \(whereToLook(task, last: place)) \(goalChoice(place))",
            code: lines.joined(separator: "\n"))
    }

    /// A small room takes no plan.
    private func putAtOnce(_ task: HouseTask, _ place: String) -> TeacherAnswer {
        var lines = reading() + ordering(task, last: place, isInline: true) + goal(place) + ["found = ''"]
        lines += HouseLoop(order: "order", isNoting: false).lines
        let canBeClosed = HouseKnowledge.mayBeClosed(place)
        lines += HouseLoop.delivering("found", mayBeClosed: canBeClosed, putting)
        lines.append("try_again(instruction, places, found)")
        return TeacherAnswer(
            thought:
                "\(aim(task)) The room has only \(places.count) places, so I look for \(HouseWords.a(task.object)) myself, "
                + "one after the other. \(goalChoice(place))",
            code: lines.joined(separator: "\n"))
    }

    /// After something raised: nothing is taken for granted, neither what is in hand nor what lies where.
    private func again(_ task: HouseTask) -> TeacherAnswer {
        TeacherAnswer(
            thought:
                "My plan broke off, and I may hold something by now. I keep what I know to the \(places.count) places "
                + "and go through them once more for any \(task.object), beginning with what is in my hand.",
            code: (reading() + ["found = ''", "try_again(instruction, places, found)"]).joined(
                separator: "\n"))
    }

    private func putTwo(_ task: HouseTask, _ place: String) -> TeacherAnswer {
        var lines = reading() + ordering(task, last: place)
        lines += goal(place)
        lines += [
            "first, seen = find_and_take(thing, order)", "put_it(first, goal)",
            "second, seen = find_another(thing, first, order, seen)", "put_it(second, goal)",
            "try_again(instruction, places, second)",
        ]
        return TeacherAnswer(
            thought:
                "\(aim(task)) I can carry one at a time, so one comes after the other, and the search for the "
                + "second goes on where the first ended. \(whereToLook(task, last: place)) \(goalChoice(place)) Both have "
                + "to go there.",
            code: lines.joined(separator: "\n"))
    }

    private func look(_ task: HouseTask, _ lamp: String) -> TeacherAnswer {
        let kinds = HouseKnowledge.kinds(for: lamp, in: places)
        let lines =
            reading() + ordering(task, last: nil) + [
                "found, seen = find_and_take(thing, order)", "lamp = '\(lamp)'",
                "stands = [place for place in seen if lamp in seen[place]]",
                "stands += [place for kind in \(PythonLiteral.list(kinds)) for place in places "
                    + "if place.startswith(kind + ' ') and place not in seen]",
                choice.below(2, turn: 4) == 0 ? "use_lamp(lamp, stands)" : "use_lamp(lamp, stands=stands)",
                "try_again(instruction, places, found)",
            ]
        return TeacherAnswer(
            thought:
                "\(aim(task)) \(whereToLook(task, last: nil)) Where a \(lamp) shows on the way is noted in seen, and I go "
                + "there; otherwise \(whereItStands(lamp, kinds)).",
            code: lines.joined(separator: "\n"))
    }
}

// MARK: - Lines

extension HouseRoot {
    private func reading() -> [String] {
        let pattern = choice.one(of: [#"r'[a-z]+ \d+'"#, #"r'\b[a-z]+ \d+\b'"#])
        return ["places = re.findall(\(pattern), observation)"]
    }

    /// The order in which to look, written out or left to a step of its own.
    private func ordering(_ task: HouseTask, last: String?, isInline: Bool = false) -> [String] {
        let thing = "thing = '\(task.object)'"
        let kinds = HouseKnowledge.kinds(for: task.object, in: places, last: last)
        if !isInline, kinds.count > 4, choice.below(5, turn: 2) == 0 {
            let last = last.map { "'\($0)'" } ?? "None"
            return [thing, "order = where_to_look(thing, places, last=\(last))"]
        }
        let order = "order = [place for kind in kinds for place in places if place.startswith(kind + ' ')]"
        return [thing, "kinds = \(PythonLiteral.list(kinds))", order]
    }

    /// The place of the goal: the first one of its kind.
    private func goal(_ kind: String) -> [String] {
        let isRead = choice.below(3, turn: 5) == 0
        return [
            isRead
                ? "goal = [place for place in places if place.startswith('\(kind) ')][0]"
                : "goal = '\(HouseWords.names(of: kind, in: places)[0])'"
        ]
    }
}

// MARK: - Thoughts

extension HouseRoot {
    private func whereItStands(_ lamp: String, _ kinds: [String]) -> String {
        let usual = kinds.filter(HouseKnowledge.usual(lamp).contains)
        guard !usual.isEmpty else { return "I look everywhere for it" }
        return
            "it should stand \(HouseWords.list(usual.map { HouseWords.at($0) }, joinedBy: "or")), so I look there first"
    }

    private func aim(_ task: HouseTask) -> String {
        let object = HouseWords.a(task.object)
        let end =
            switch task.end {
            case .look(let lamp): "take \(object) to a \(lamp) and switch that on while I hold it"
            case .put(2, let place): "bring two of the kind \(task.object) to one \(place)"
            case .put(_, let place): "take \(object) to \(HouseWords.a(place))"
            }
        let change =
            task.change.map { " and \($0.rawValue) it with the \($0.tool) before I put it down" } ?? ""
        let words = HouseWords.bare(instruction)
        return choice.one(
            of: [
                "The task is “\(words)”: I have to \(end)\(change).",
                "To \(words) I have to \(end)\(change).",
                "“\(words)” means: \(end)\(change).",
            ], turn: 3)
    }

    private func whereToLook(_ task: HouseTask, last: String?) -> String {
        let kinds = HouseKnowledge.kinds(for: task.object, in: places, last: last).filter { $0 != last }
        guard !kinds.isEmpty else { return "There is nowhere to look but \(HouseWords.list(places))." }
        let first = HouseWords.list(kinds.prefix(3).map { HouseWords.at($0) }, joinedBy: "or")
        let count = "\(places.count) \(places.count == 1 ? "place" : "places")"
        let object = HouseWords.a(task.object)
        return choice.one(
            of: [
                "Of the \(count) here I look first where \(object) may well be and little has to be opened: \(first).",
                "The room has \(count). \(object.capitalizedFirst) may well be \(first), so these come first.",
                "I look for \(object) in the \(count) in this order: first \(first), then the others.",
            ], turn: 6)
    }

    private func goalChoice(_ kind: String) -> String {
        let goals = HouseWords.names(of: kind, in: places)
        return goals.count == 1
            ? "There is one \(kind), \(goals[0])."
            : "Of the \(goals.count) places of the kind \(kind) I take \(goals[0])."
    }
}

extension String {
    /// The text with its first letter in upper case.
    var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
