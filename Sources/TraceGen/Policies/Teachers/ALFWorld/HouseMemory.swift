/// What somebody in a house has seen and done so far, read from the world's own sentences.
struct HouseMemory: Sendable {
    /// An object that was put somewhere.
    struct Delivery: Sendable, Hashable {
        /// The object.
        var object: String
        /// Where it was put, or the lamp it was held under.
        var place: String
    }

    /// The place one stands at; `nil` in the middle of the room.
    private(set) var position: String?
    /// What one carries.
    private(set) var held: String?
    /// What lies where, for places that were looked into.
    private(set) var contents: [String: [String]] = [:]
    /// Places that are closed.
    private(set) var closed: Set<String> = []
    /// Objects that were cleaned, heated or cooled as the task asks.
    private(set) var changed: Set<String> = []
    /// What was put where, and what was held under which lamp, in order.
    private(set) var deliveries: [Delivery] = []
    /// Actions that had no effect.
    private(set) var refused: Set<String> = []
    /// Whether the latest action had none.
    private(set) var wasRefused = false

    /// Notes what was seen, and where it is known the action that led to it.
    mutating func note(action: String?, _ observation: String) {
        wasRefused = false
        for line in observation.split(separator: "\n") {
            for sentence in line.split(separator: ".") {
                note(String(sentence.drop { $0 == " " }))
            }
        }
        if wasRefused, let action { refuse(action) }
    }

    /// Notes that an action has no effect where it was tried.
    mutating func refuse(_ action: String) {
        refused.insert(action)
        guard let place = HouseWords.names(in: action).last else { return }
        if action.hasPrefix("go to ") {
            // Two places may share the spot before them: then one stands there already.
            position = place
        } else if action.hasPrefix("examine ") || action.hasPrefix("open ") {
            setAside(place)
        }
    }

    /// Gives a place up: nothing is to be seen there.
    mutating func setAside(_ place: String) {
        closed.remove(place)
        if contents[place] == nil { contents[place] = [] }
    }

    private mutating func note(_ sentence: String) {
        let names = HouseWords.names(in: sentence)
        if sentence.hasPrefix("Nothing happens") { wasRefused = true }
        if sentence.hasPrefix("You are carrying") { held = names.first }
        guard let first = names.first, let last = names.last else { return }
        switch sentence.prefix(while: { $0 != "," }) {
        case let start where start.hasPrefix("On the "): stand(at: first, seeing: Array(names.dropFirst()))
        case "In it": if let position { stand(at: position, seeing: names) }
        case let start where start.hasSuffix(" is open"): stand(at: first, seeing: nil)
        case let start where start.hasSuffix(" is closed"):
            position = first
            closed.insert(first)
        case let start where start.hasPrefix("You arrive at "):
            // Older games name a spot by number there, and the place in the next sentence.
            position = HouseWords.kind(of: first) == "loc" ? nil : first
        case let start where start.hasPrefix("You "): noteDeed(String(start), first, last)
        default: break
        }
    }

    private mutating func stand(at place: String, seeing objects: [String]?) {
        position = place
        closed.remove(place)
        contents[place] = objects ?? contents[place] ?? []
    }

    private mutating func noteDeed(_ sentence: String, _ first: String, _ last: String) {
        let verb = sentence.split(separator: " ").dropFirst().first ?? ""
        switch verb {
        case "pick":
            held = first
            contents[last]?.removeAll { $0 == first }
        case "move", "put":
            held = nil
            contents[last, default: []].append(first)
            deliveries.append(Delivery(object: first, place: last))
        case "clean", "heat", "cool": changed.insert(first)
        case "turn": if let held { deliveries.append(Delivery(object: held, place: first)) }
        default: break
        }
    }
}
