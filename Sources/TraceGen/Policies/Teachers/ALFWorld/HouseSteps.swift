import Prompts

/// The steps below a root: what stands in place of each call that roots and steps make.
struct HouseSteps: Sendable {
    let call: HouseCall
    let putting: PuttingForm
    let choice: HouseChoice

    init(call: HouseCall, putting: PuttingForm) {
        self.call = call
        self.putting = putting
        choice = HouseChoice(call.name + call.shown)
    }

    /// The answer; nothing for a call of another name.
    func answer() -> TeacherAnswer? {
        switch call.name {
        case "where_to_look": whereToLook()
        case "find_and_take": findAndTake()
        case "look_around": lookAround()
        case "open_one_by_one": openOneByOne()
        case "find_another": findAnother()
        case "clean_it": change(.clean)
        case "heat_it": change(.heat)
        case "cool_it": change(.cool)
        case "put_it": putIt()
        case "use_lamp": useLamp()
        case "try_again": HouseRecovery(call: call, putting: putting).answer()
        default: nil
        }
    }

    /// An answer of lines.
    private func answer(_ thought: String, _ lines: [String]) -> TeacherAnswer {
        TeacherAnswer(thought: thought, code: lines.joined(separator: "\n"))
    }

    private func whereToLook() -> TeacherAnswer {
        let thing = call["thing"]
        let last = call["last"] == "None" ? nil : call["last"]
        let kinds = HouseKnowledge.kinds(for: thing, in: call.names("places"), last: last)
        let first = HouseWords.list(
            kinds.filter { $0 != last }.prefix(3).map { HouseWords.at($0) }, joinedBy: "or")
        let end =
            last.map { kinds.last == $0 ? " The \($0) is where it should go, so it comes last." : "" } ?? ""
        return answer(
            "`thing` is \(thing). \(HouseWords.a(thing).capitalizedFirst) may well be \(first); what takes much "
                + "opening comes late.\(end)",
            [
                "kinds = \(PythonLiteral.list(kinds))",
                "order = [place for kind in kinds for place in places if place.split()[0] == kind]",
                "order += [place for place in places if place not in order]",
            ])
    }
}

// MARK: - Search

extension HouseSteps {
    /// More places of these kinds than this are opened in a step of their own.
    private static let fewDoors = 14
    /// Kinds of which rooms have many.
    private static let manyDoors = ["cabinet", "drawer"]

    private func doors(_ places: [String]) -> [String] {
        places.filter { Self.manyDoors.contains(HouseWords.kind(of: $0)) }
    }

    private func findAndTake() -> TeacherAnswer {
        let (thing, order) = (call["thing"], call.names("order"))
        if !call.isCorrected, doors(order).count > Self.fewDoors, doors(order).count < order.count {
            return findInParts(thing, order)
        }
        let ends = order.isEmpty ? "" : ", \(order[0]) first"
        return answer(
            choice.one(of: [
                "`thing` is \(thing) and `order` has \(order.count) places\(ends). I go to one after the other, open what "
                    + "is closed, and take the first \(thing) that shows.",
                "I look for \(HouseWords.a(thing)) in the \(order.count) places of `order`\(ends): a name such as "
                    + "\(thing) 1 in what I read there says that I am right, and I stop.",
            ]),
            ["\(found), seen = '', {}"]
                + HouseLoop(
                    order: "order", found: found, isCareful: call.isCorrected || choice.below(3) == 0
                ).lines)
    }

    private func findInParts(_ thing: String, _ order: [String]) -> TeacherAnswer {
        let doors = doors(order)
        let kinds = Self.manyDoors.filter { !HouseWords.names(of: $0, in: order).isEmpty }
        let list = kinds.map { "'\($0) '" }.joined(separator: ", ")
        let start = kinds.count == 1 ? list : "(\(list))"
        return answer(
            "`order` has \(order.count) places, and \(doors.count) of them (\(HouseWords.list(kinds))) take two actions "
                + "each to look into. So I look for \(HouseWords.a(thing)) in the \(order.count - doors.count) others "
                + "first, and open these only if it is in none.",
            [
                "to_open = [place for place in order if place.startswith(\(start))]",
                "others = [place for place in order if place not in to_open]",
                "\(found), seen = look_around(thing, others)",
                "\(found), seen = open_one_by_one(thing, to_open, \(found), seen)",
            ])
    }

    private func lookAround() -> TeacherAnswer {
        let (thing, others) = (call["thing"], call.names("others"))
        return answer(
            "I look for \(HouseWords.a(thing)) \(HouseWords.list(others.prefix(4).map { HouseWords.at($0) }))"
                + "\(others.count > 4 ? " and so on, \(others.count) places in all" : ""), and take the first one I see.",
            ["\(found), seen = '', {}"]
                + HouseLoop(
                    order: "others", found: found, isCareful: call.isCorrected || choice.below(2) == 0
                ).lines)
    }

    private func openOneByOne() -> TeacherAnswer {
        let (thing, places) = (call["thing"], call.names("to_open"))
        guard call[found].isEmpty else {
            return answer(
                "`\(found)` is \(call[found]), so I hold \(HouseWords.a(thing)) already and nothing has to be opened.",
                ["\(found), seen = \(found), seen"])
        }
        return answer(
            "`\(found)` is empty: no \(thing) lies open. It must be behind one of the \(places.count) doors in `to_open`, "
                + "so I open one after the other, beginning with \(places.first ?? "the first").",
            [opening]
                + HouseLoop(
                    order: "to_open", found: found, isCareful: call.isCorrected || choice.below(3) == 0
                ).lines)
    }

    private func findAnother() -> TeacherAnswer {
        let (thing, first) = (call["thing"], call["first"])
        let isMore = HouseWords.names(in: call["seen"]).contains {
            HouseWords.kind(of: $0) == thing && $0 != first
        }
        let hope =
            isMore
            ? "`seen` shows another \(thing) beside \(first.isEmpty ? "it" : first), so I go back there first."
            : "`seen` shows no other \(thing), so I go on with the places of `order` that are not in it."
        return answer(
            choice.one(of: [hope, "The first one is \(first). \(hope)"]),
            [
                #"known = [place for place in seen if set(re.findall(rf'\b{thing} \d+', seen[place])) - {first}]"#,
                "rest = known + [place for place in order if place not in seen]", opening,
            ] + HouseLoop(order: "rest", found: found, but: "first", isCareful: call.isCorrected).lines)
    }

    /// What the call names its first output.
    private var found: String { call.outputs.first ?? "found" }

    /// Begins with nothing found, and with what was seen before.
    private var opening: String { "\(found), seen = '', dict(seen)" }
}

// MARK: - What is done with it

extension HouseSteps {
    /// The name of the object, and of the variable that holds it.
    private var object: (variable: String, name: String) {
        let variable = call.arguments.first ?? "found"
        return (variable, call[variable])
    }

    private func nothingHeld(_ what: String) -> TeacherAnswer {
        answer(
            "`\(object.variable)` is empty: nothing was found, so there is nothing to \(what) yet.",
            ["print('nothing in hand to \(what)')"])
    }

    private func change(_ change: HouseTask.Change) -> TeacherAnswer {
        let tools = HouseWords.names(of: change.tool, in: call.names("places"))
        guard !object.name.isEmpty, let tool = tools.first else { return nothingHeld(change.rawValue) }
        let verb = change.rawValue
        guard tools.count > 1 else {
            return answer(
                choice.one(of: [
                    "I hold \(object.name). \(tool) is the one \(change.tool) in `places`, and there I can \(verb) it.",
                    "What can \(verb) \(object.name) is a \(change.tool): \(tool). It stays in my hand meanwhile.",
                ]),
                [
                    "run('go to \(tool)')", "text = run(f'\(verb) {\(object.variable)} with \(tool)')",
                    "print(text)",
                ])
        }
        return answer(
            "I hold \(object.name), and `places` has \(HouseWords.list(tools)). One is enough: I go on to the next only "
                + "where \(object.name) did not get \(change.adjectives[0]).",
            [
                "tools = [place for place in places if place.startswith('\(change.tool) ')]",
                "for tool in tools:",
                "    run(f'go to {tool}')",
                "    if 'You \(verb)' in run(f'\(verb) {\(object.variable)} with {tool}'):",
                "        break",
            ])
    }

    private func putIt() -> TeacherAnswer {
        let goal = call["goal"]
        guard !object.name.isEmpty else { return nothingHeld("put down") }
        let canBeClosed = HouseKnowledge.mayBeClosed(goal)
        let why =
            canBeClosed
            ? "\(goal) may be closed, so I read what it says there and open it if need be."
            : "\(HouseWords.a(HouseWords.kind(of: goal)).capitalizedFirst) is never closed."
        return answer(
            choice.one(of: [
                "I hold \(object.name), and it goes \(HouseWords.at(goal)). \(why)",
                "What is left is to bring \(object.name) to \(goal). \(why)",
            ]),
            HouseLoop.delivering(object.variable, mayBeClosed: canBeClosed, putting))
    }

    private func useLamp() -> TeacherAnswer {
        let (lamp, stands) = (call["lamp"], call.names("stands"))
        let first = stands.first.map { "\($0) comes first" } ?? "there is none"
        return answer(
            "I go through the \(stands.count) places of `stands` (\(first)) until I read of a \(lamp) with its number, and use "
                + "it there. What I hold stays in my hand.",
            ["for place in stands:"]
                + (HouseLoop.arriving + [
                    #"lamps = re.findall(rf'\b{lamp} \d+', text)"#, "if lamps:",
                    "    print(run(f'use {lamps[0]}'))",
                    "    break",
                ]).map { "    \($0)" })
    }
}
