/// What somebody means to do next in a house.
enum HouseIntent: Sendable, Hashable {
    /// Look into places not looked into yet, in this order, for a kind of thing.
    case search(for: String, [String])
    /// Take an object that was seen.
    case take(String, from: String)
    /// Clean, heat or cool what one holds.
    case change(String, HouseTask.Change, with: String)
    /// Put down what one holds.
    case put(String, place: String)
    /// Switch on a lamp that was seen, with an object in hand.
    case light(String, at: String, holding: String)
}

/// Decides what comes next, from the task, the places of the room and what was seen and done.
///
/// The first that is possible of: finish with what is held, take what was seen, look where nobody looked, and when all that
/// did not end the task, carry what was put down to another place of the kind.
struct HouseAgenda: Sendable {
    let task: HouseTask
    let places: [String]
    let putting: PuttingForm

    /// What comes next; `nil` when nothing is left to try.
    func next(_ memory: HouseMemory) -> HouseIntent? {
        guard let held = memory.held else { return fetch(memory) }
        guard HouseWords.kind(of: held) == task.object else { return dropping(held, memory) }
        if let change = task.change, !memory.changed.contains(held) {
            return changing(held, change, memory) ?? dropping(held, memory)
        }
        return finishing(held, memory) ?? dropping(held, memory)
    }

    /// The places in the order in which to look for what the task is about.
    var order: [String] { HouseKnowledge.order(for: task.object, in: places, last: task.place) }

    /// The places where the task may end.
    private var goals: [String] { task.place.map { HouseWords.names(of: $0, in: places) } ?? [] }
}

// MARK: - With something in hand

extension HouseAgenda {
    private func changing(_ held: String, _ change: HouseTask.Change, _ memory: HouseMemory) -> HouseIntent? {
        HouseWords.names(of: change.tool, in: places)
            .first { !memory.refused.contains("\(change.rawValue) \(held) with \($0)") }
            .map { .change(held, change, with: $0) }
    }

    private func finishing(_ held: String, _ memory: HouseMemory) -> HouseIntent? {
        if let lamp = task.lamp { return lighting(held, lamp, memory) }
        return goals.first { isOpen(held, $0, memory) }.map { .put(held, place: $0) }
    }

    private func lighting(_ held: String, _ lamp: String, _ memory: HouseMemory) -> HouseIntent? {
        for place in places {
            for name in memory.contents[place] ?? [] where HouseWords.kind(of: name) == lamp {
                let isDone = memory.deliveries.contains(.init(object: held, place: name))
                if !isDone, !memory.refused.contains("use \(name)") {
                    return .light(name, at: place, holding: held)
                }
            }
        }
        let left = unseen(HouseKnowledge.order(for: lamp, in: places), memory)
        return left.isEmpty ? nil : .search(for: lamp, left)
    }

    /// Puts down what is of no more use, where it was not put before.
    private func dropping(_ held: String, _ memory: HouseMemory) -> HouseIntent? {
        places.first { !HouseKnowledge.mayBeClosed($0) && isOpen(held, $0, memory) }
            .map { .put(held, place: $0) }
    }

    /// Whether putting an object down there was neither done nor refused.
    private func isOpen(_ object: String, _ place: String, _ memory: HouseMemory) -> Bool {
        !memory.deliveries.contains(.init(object: object, place: place))
            && !putting.actions(object, place).allSatisfy(memory.refused.contains)
    }
}

// MARK: - With empty hands

extension HouseAgenda {
    private func fetch(_ memory: HouseMemory) -> HouseIntent? {
        let seen = order.flatMap { place in
            (memory.contents[place] ?? []).filter { HouseWords.kind(of: $0) == task.object }
                .map { (object: $0, place: place) }
        }
        let possible = seen.filter { !memory.refused.contains("take \($0.object) from \($0.place)") }
        if let fresh = possible.first(where: { isFresh($0.object, $0.place, memory) }) {
            return .take(fresh.object, from: fresh.place)
        }
        let left = unseen(order, memory)
        if !left.isEmpty { return .search(for: task.object, left) }
        return possible.first { again in goals.contains { isOpen(again.object, $0, memory) } }
            .map { .take($0.object, from: $0.place) }
    }

    /// Whether nothing was done with an object yet, and it lies elsewhere than two are brought.
    private func isFresh(_ object: String, _ place: String, _ memory: HouseMemory) -> Bool {
        !memory.deliveries.contains { $0.object == object } && !(task.count > 1 && place == goals.first)
    }

    private func unseen(_ order: [String], _ memory: HouseMemory) -> [String] {
        order.filter { memory.contents[$0] == nil }
    }
}
