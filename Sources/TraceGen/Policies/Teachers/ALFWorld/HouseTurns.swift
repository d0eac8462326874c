/// One primitive action a turn (ReAct): the agenda's intent, one action at a time.
struct HouseTurns: Sendable {
    private let agenda: HouseAgenda
    private let memory: HouseMemory
    private let request: TurnRequest

    /// Reads the task, the room and the turns so far.
    /// - Throws: ``PolicyFailure`` where task or room cannot be read.
    init(_ request: TurnRequest, putting: PuttingForm) throws(PolicyFailure) {
        agenda = try HouseAgenda(request, putting: putting)
        var memory = HouseMemory()
        for turn in request.turns { memory.note(action: turn.code, turn.observation) }
        self.memory = memory
        self.request = request
    }

    /// The next action.
    /// - Throws: ``PolicyFailure`` where nothing is left to try.
    func action() throws(PolicyFailure) -> TeacherAnswer {
        guard let intent = agenda.next(memory) else { throw agenda.nothingLeft(memory) }
        let action = primitive(for: intent)
        return TeacherAnswer(thought: "\(sight) \(reason(for: intent, action))", code: action)
    }

    private func primitive(for intent: HouseIntent) -> String {
        let place = intent.place
        if memory.position != place { return "go to \(place)" }
        if memory.closed.contains(place), intent.needsOpen { return "open \(place)" }
        switch intent {
        case .search: return "examine \(place)"
        case .take(let object, _): return "take \(object) from \(place)"
        case .change(let object, let change, _): return "\(change.rawValue) \(object) with \(place)"
        case .light(let lamp, _, _): return "use \(lamp)"
        case .put(let object, _):
            let isUnseen = HouseKnowledge.mayBeClosed(place) && memory.contents[place] == nil
            if isUnseen { return "examine \(place)" }
            return agenda.putting.actions(object, place).first { !memory.refused.contains($0) }
                ?? "look"
        }
    }
}

extension HouseIntent {
    /// Where it happens, or happens first.
    var place: String {
        switch self {
        case .search(_, let places): places.first ?? ""
        case .take(_, let place), .change(_, _, let place), .put(_, let place), .light(_, let place, _): place
        }
    }

    /// Whether a door has to be open for it.
    var needsOpen: Bool {
        if case .change = self { false } else { true }
    }
}

// MARK: - Thoughts

extension HouseTurns {
    /// What the latest observation says, as far as it matters.
    private var sight: String {
        guard let turn = request.turns.last else { return HouseWords.aim(agenda.task, request.instruction) }
        if memory.wasRefused { return refusal(of: turn.code) }
        guard let place = memory.position else { return "I am in the middle of the room." }
        guard ["go", "open", "examine"].contains(turn.code.prefix(while: { $0 != " " })) else {
            return done(turn.code)
        }
        return memory.closed.contains(place)
            ? "\(place.capitalizedFirst) is closed." : seen(at: place)
    }

    private func refusal(of action: String) -> String {
        action.hasPrefix("go to ")
            ? "Nothing happens: I stand before \(memory.position ?? "it") already."
            : "“\(action)” has no effect here."
    }

    private func seen(at place: String) -> String {
        let names = memory.contents[place] ?? []
        guard !names.isEmpty else {
            return
                "\(place.capitalizedFirst) \(HouseWords.preposition(place) == "in" ? "is empty" : "holds nothing")."
        }
        // What the task is about is named, whatever else there is.
        let wanted = names.filter {
            [agenda.task.object, agenda.task.lamp].contains(HouseWords.kind(of: $0))
        }
        let named = (wanted + names.filter { !wanted.contains($0) }).prefix(max(3, wanted.count))
        let more = names.count - named.count
        let list = HouseWords.list(Array(named) + (more > 0 ? ["\(more) more"] : []))
        return "\(HouseWords.at(place).capitalizedFirst) I see \(list)."
    }

    private func done(_ action: String) -> String {
        if let held = memory.held {
            let change = memory.changed.contains(held) ? agenda.task.change : nil
            return "I hold \(held)\(change.map { ", and it is \($0.adjectives[0])" } ?? "")."
        }
        if let last = memory.deliveries.last {
            return "\(last.object.capitalizedFirst) is \(HouseWords.at(last.place))."
        }
        return "“\(action)” is done."
    }

    private func reason(for intent: HouseIntent, _ action: String) -> String {
        let isThere = !action.hasPrefix("go to ")
        switch intent {
        case .search(let kind, let left): return searching(kind, left, action)
        case .take(let object, let place):
            return isThere
                ? "\(object.capitalizedFirst) is what I look for, so I take it."
                : "I saw \(object) \(HouseWords.at(place)), so I go back there."
        case .change(let object, let change, let tool):
            return isThere
                ? "Now I can \(change.rawValue) \(object) here."
                : "\(object.capitalizedFirst) has to be \(change.adjectives[0]) first, which \(tool) is for."
        case .put(let object, let place):
            if action.hasPrefix("open ") { return "I open it to put \(object) in." }
            if action.hasPrefix("examine ") { return "I look whether it is open." }
            if HouseWords.kind(of: place) != agenda.task.place {
                return "\(object.capitalizedFirst) is of no more use, so I leave it \(HouseWords.at(place))."
            }
            return isThere
                ? "This is where \(object) goes." : "\(object.capitalizedFirst) goes \(HouseWords.at(place))."
        case .light(let lamp, let place, let object):
            return isThere
                ? "I hold \(object), so I switch \(lamp) on."
                : "I saw \(lamp) \(HouseWords.at(place)), so I take \(object) there."
        }
    }

    private func searching(_ kind: String, _ left: [String], _ action: String) -> String {
        let place = left.first ?? ""
        if action.hasPrefix("open ") {
            return "\(HouseWords.a(kind).capitalizedFirst) may be inside, so I open it."
        }
        if action.hasPrefix("examine ") { return "I look what is there." }
        let choice = HouseChoice(request.instruction + place)
        return choice.one(of: [
            "I look for \(HouseWords.a(kind)) \(HouseWords.at(place)) next.",
            "Of the \(left.count) places where I have not looked yet I try \(place) for \(HouseWords.a(kind)).",
            "\(HouseWords.a(kind).capitalizedFirst) may be \(HouseWords.at(place)), so I go there.",
        ])
    }
}

extension HouseWords {
    /// An instruction as part of a sentence: without its full stop.
    static func bare(_ instruction: String) -> String {
        instruction.last == "." ? String(instruction.dropLast()) : instruction
    }

    /// What a task comes down to.
    static func aim(_ task: HouseTask, _ instruction: String) -> String {
        let change = task.change.map { ", \($0.rawValue) it with the \($0.tool)" } ?? ""
        switch task.end {
        case .look(let lamp):
            return
                "To \(bare(instruction)) I find \(a(task.object)), take it to a \(lamp) and switch that on."
        case .put(2, let place):
            return
                "To \(bare(instruction)) I bring two of the kind \(task.object) to one \(place), one after the other."
        case .put(_, let place):
            return "To \(bare(instruction)) I find \(a(task.object))\(change), and take it to \(a(place))."
        }
    }
}

extension HouseAgenda {
    /// Reads task and room of a flat episode.
    /// - Throws: ``PolicyFailure`` where one of them cannot be read.
    init(_ request: TurnRequest, putting: PuttingForm) throws(PolicyFailure) {
        guard let task = HouseTask(request.instruction) else { throw .unreadable(request.instruction) }
        let places = HouseWords.names(in: request.observation)
        guard !places.isEmpty else { throw .roomless }
        self.init(task: task, places: places, putting: putting)
    }

    /// What was tried, in words.
    func nothingLeft(_ memory: HouseMemory) -> PolicyFailure {
        let put = memory.deliveries.map { "\($0.object) at \($0.place)" }
        return PolicyFailure(
            "The teacher has nothing left to try: it looked into \(places.count { memory.contents[$0] != nil }) of "
                + "\(places.count) places for \(HouseWords.a(task.object)), and used \(HouseWords.list(put))."
        )
    }
}

extension PolicyFailure {
    /// A task in words that none of the types has.
    static func unreadable(_ instruction: String) -> PolicyFailure {
        PolicyFailure(
            "The teacher cannot read the task “\(instruction)”: it knows those of ALFWorld's six types.")
    }

    /// A first observation without places.
    static let roomless = PolicyFailure(
        "The first observation names no place (such as drawer 1), so there is nowhere to look.")
}
