import Prompts

/// One block of Python a turn (CodeAct): the agenda's intent as a whole, and what was printed of it before.
struct HouseBlocks: Sendable {
    /// Places that one block looks into at most.
    private static let batchSize = 10

    private let agenda: HouseAgenda
    private let memory: HouseMemory
    private let request: TurnRequest

    /// Reads the task, the room, and the turns so far, each for what it was meant to do.
    /// - Throws: ``PolicyFailure`` where task or room cannot be read.
    init(_ request: TurnRequest, putting: PuttingForm) throws(PolicyFailure) {
        agenda = try HouseAgenda(request, putting: putting)
        self.request = request
        var memory = HouseMemory()
        for turn in request.turns {
            let intent = agenda.next(memory)
            memory.note(action: nil, turn.observation)
            if let intent { Self.settle(intent, agenda, in: &memory) }
        }
        self.memory = memory
    }

    /// The next block.
    /// - Throws: ``PolicyFailure`` where nothing is left to try.
    func block() throws(PolicyFailure) -> TeacherAnswer {
        guard let intent = agenda.next(memory) else { throw agenda.nothingLeft(memory) }
        return TeacherAnswer(
            thought: "\(sight) \(reason(for: intent))", code: lines(for: intent).joined(separator: "\n"))
    }

    /// The places of a search that one block looks into: of a kind with many doors, or of the others.
    private static func batch(_ places: [String]) -> [String] {
        let isDoor = { (place: String) in ["cabinet", "drawer"].contains(HouseWords.kind(of: place)) }
        guard let first = places.first else { return [] }
        return Array(places.prefix { isDoor($0) == isDoor(first) }.prefix(batchSize))
    }

    /// Gives up what a block was for and did not reach.
    private static func settle(_ intent: HouseIntent, _ agenda: HouseAgenda, in memory: inout HouseMemory) {
        switch intent {
        case .search(_, let places):
            let batch = batch(places)
            if batch.allSatisfy({ memory.contents[$0] == nil }) { batch.forEach { memory.setAside($0) } }
        case .take(let object, let place):
            if memory.held != object { memory.refuse("take \(object) from \(place)") }
        case .change(let object, let change, let tool):
            if !memory.changed.contains(object) { memory.refuse("\(change.rawValue) \(object) with \(tool)") }
        case .put(let object, let place):
            if !memory.deliveries.contains(.init(object: object, place: place)) {
                agenda.putting.actions(object, place).forEach { memory.refuse($0) }
            }
        case .light(let lamp, _, let held):
            if !memory.deliveries.contains(.init(object: held, place: lamp)) { memory.refuse("use \(lamp)") }
        }
    }
}

// MARK: - Lines

extension HouseBlocks {
    private func lines(for intent: HouseIntent) -> [String] {
        switch intent {
        case .search(let kind, let places): return search(kind, Self.batch(places))
        case .take(let object, let place):
            return arriving(place) + ["print(run('take \(object) from \(place)'))"]
        case .change(let object, let change, let tool):
            let lines = [
                "print(run('go to \(tool)'))", "print(run('\(change.rawValue) \(object) with \(tool)'))",
            ]
            return lines + (isBrief ? delivery(of: object) : [])
        case .put(let object, let place): return arriving(place) + putting(object, place)
        case .light(let lamp, let place, _):
            return ["print(run('go to \(place)'))", "print(run('use \(lamp)'))"]
        }
    }

    /// Whether a block also does what surely comes next.
    private var isBrief: Bool { HouseChoice(request.instruction + request.observation).below(2) == 0 }

    private func search(_ kind: String, _ places: [String]) -> [String] {
        let arrival = [
            "text = run(f'go to {place}')", "if 'Nothing happens' in text:",
            "    text = run(f'examine {place}')",
        ]
        let opening = ["if 'is closed' in text:", "    text = run(f'open {place}')"]
        let use = kind == agenda.task.lamp ? "run(f'use {names[0]}')" : "run(f'take {names[0]} from {place}')"
        let body =
            arrival + (places.contains(where: HouseKnowledge.mayBeClosed) ? opening : []) + [
                "print(text)", #"names = re.findall(r'\b\#(kind) \d+', text)"#, "if names:",
                "    print(\(use))", "    break",
            ]
        return ["for place in \(PythonLiteral.list(places)):"] + body.map { "    \($0)" }
    }

    private func arriving(_ place: String) -> [String] {
        guard HouseKnowledge.mayBeClosed(place) else { return ["print(run('go to \(place)'))"] }
        return [
            "text = run('go to \(place)')", "if 'Nothing happens' in text:",
            "    text = run('examine \(place)')", "if 'is closed' in text:",
            "    text = run('open \(place)')", "print(text)",
        ]
    }

    private func putting(_ object: String, _ place: String) -> [String] {
        let forms = agenda.putting.actions(object, place).map { "run('\($0)')" }
        guard forms.count > 1 else { return ["print(\(forms[0]))"] }
        return [
            "text = \(forms[0])", "if 'Nothing happens' in text:", "    text = \(forms[1])", "print(text)",
        ]
    }

    private func delivery(of object: String) -> [String] {
        guard let kind = agenda.task.place,
            let place = HouseWords.names(of: kind, in: agenda.places).first
        else { return [] }
        return arriving(place) + putting(object, place)
    }
}

// MARK: - Thoughts

extension HouseBlocks {
    private var sight: String {
        guard !request.turns.isEmpty else { return HouseWords.aim(agenda.task, request.instruction) }
        if let held = memory.held {
            return memory.changed.contains(held)
                ? "I hold \(held), and it is \(agenda.task.change?.adjectives[0] ?? "done")."
                : "I hold \(held)."
        }
        if let last = memory.deliveries.last {
            return "\(last.object.capitalizedFirst) is \(HouseWords.at(last.place))."
        }
        let seen = agenda.places.count { memory.contents[$0] != nil }
        return
            "I have looked into \(seen) of \(agenda.places.count) places and seen no \(agenda.task.object)."
    }

    private func reason(for intent: HouseIntent) -> String {
        switch intent {
        case .search(let kind, let places):
            let batch = Self.batch(places)
            let list = HouseWords.list(batch.prefix(3).map { HouseWords.at($0) })
            let count = batch.count > 3 ? " and so on, \(batch.count) places" : ""
            return
                "I look for \(HouseWords.a(kind)) \(list)\(count), print what I read, and stop where one shows."
        case .take(let object, let place): return "I saw \(object) \(HouseWords.at(place)), so I fetch it."
        case .change(let object, let change, let tool):
            let then = isBrief ? ", and then bring it where it goes" : ""
            return
                "\(object.capitalizedFirst) has to be \(change.adjectives[0]): I \(change.rawValue) it with \(tool)\(then)."
        case .put(let object, let place):
            return HouseWords.kind(of: place) == agenda.task.place
                ? "\(object.capitalizedFirst) goes \(HouseWords.at(place))."
                : "\(object.capitalizedFirst) is of no more use, so I leave it \(HouseWords.at(place))."
        case .light(let lamp, let place, let object):
            return
                "\(lamp.capitalizedFirst) is \(HouseWords.at(place)): I take \(object) there and switch it on."
        }
    }
}
