/// A shopper's trip action by action (ReAct): what the turns so far have shown, and what follows from it.
struct ShoppingTrip: Sendable {
    /// Where one who has taken so many actions stops looking, so that enough are left to buy.
    private static let lookingLimit = 22

    /// A candidate's pages as far as they were read.
    private struct Reading: Sendable {
        var row: ResultsPage.Row
        var text = ""
        var parts: Set<String> = []
        var page: ProductPage?
    }

    private let instruction: String
    private let list: ShoppingList
    private let turnCount: Int
    private var searches: [String] = []
    private var results: ResultsPage?
    private var shortlist: Shortlist?
    private var readings: [Reading] = []
    /// The id of the product that is open, itself or a page about it.
    private var open: String?
    private var chosen: Set<String> = []
    /// What was seen last.
    private var observation: String

    /// Follows the turns of a request.
    /// - Complexity: linear in the turns and what they show.
    init(_ request: TurnRequest) {
        instruction = request.instruction
        list = ShoppingList(instruction: request.instruction)
        turnCount = request.turns.count
        observation = request.observation
        for turn in request.turns { follow(turn) }
    }

    private mutating func follow(_ turn: TurnRequest.Turn) {
        observation = turn.observation
        let action = turn.code
        if let query = Self.argument(of: action, "search") {
            searches.append(query)
            readPicks()
        } else if let button = Self.argument(of: action, "click") {
            press(button)
        }
    }

    private mutating func press(_ button: String) {
        switch button {
        case "next >": readPicks()
        case "< prev": if results(observation) != nil { open = nil }
        case "features", "description": note { $0.parts.insert(button) }
        default:
            if let row = shortlist?.rows.first(where: { $0.id == button }) {
                begin(row)
            } else {
                chosen.insert(button)
            }
        }
    }

    private mutating func readPicks() {
        (open, results) = (nil, results(observation))
        shortlist = results.map { Shortlist($0, for: list) }
    }

    private mutating func begin(_ row: ResultsPage.Row) {
        (open, chosen) = (row.id, [])
        if !readings.contains(where: { $0.row.id == row.id }) { readings.append(Reading(row: row)) }
        note { _ in }
    }

    /// Keeps what is shown of the open product.
    private mutating func note(_ change: (inout Reading) -> Void) {
        guard let index = readings.firstIndex(where: { $0.row.id == open }) else { return }
        readings[index].text += "\n" + ShopText.told(observation, instruction: instruction)
        if let page = ProductPage(observation) { readings[index].page = page }
        change(&readings[index])
    }

    private func results(_ text: String) -> ResultsPage? { ResultsPage(text) }

    private static func argument(of action: String, _ verb: String) -> String? {
        guard action.hasPrefix("\(verb)["), action.hasSuffix("]") else { return nil }
        return String(action.dropFirst(verb.count + 1).dropLast())
    }

    private func lookedAt(_ reading: Reading) -> LookedAt {
        let wants = list.wants.filter { !ShopText.says(reading.text, $0) }
        return LookedAt(id: reading.row.id, lacks: wants + (reading.page?.missing(of: list.options) ?? []))
    }
}

// MARK: - The next action

extension ShoppingTrip {
    /// Decided from what was seen so far.
    /// - Throws: where no search found anything and no words are left.
    var nextAction: TeacherAnswer {
        get throws(PolicyFailure) {
            guard let open, let reading = readings.first(where: { $0.row.id == open }) else {
                return try amongResults()
            }
            let isOnProduct = ProductPage(observation) != nil
            guard isOnProduct else {
                return TeacherAnswer(
                    thought: Self.afterReading(lookedAt(reading), reading.row), code: "click[< prev]")
            }
            return onProduct(reading)
        }
    }

    private static func afterReading(_ looked: LookedAt, _ row: ResultsPage.Row) -> String {
        looked.lacks.isEmpty
            ? "With what this page says, \(row.title) has all that is asked for. I go back to its own page."
            : "So far nothing of \(row.title) says \(ShopWording.and(looked.lacks)). I go back to its own page."
    }

    private func amongResults() throws(PolicyFailure) -> TeacherAnswer {
        guard let results, !results.rows.isEmpty, let shortlist else { return try search() }
        if !shortlist.isAffordable, results.hasNext, results.number < WebShopLesson.pageLimit {
            return TeacherAnswer(
                thought: "Nothing on page \(results.number) is within the limit of "
                    + "\(ShopWording.dollars(list.priceLimit ?? 0)), so I turn to the next page.",
                code: "click[next >]")
        }
        let unread = shortlist.rows.first { row in !readings.contains { $0.row.id == row.id } }
        if let unread, turnCount < Self.lookingLimit, !hasFit { return open(unread, of: results, shortlist) }
        let all = readings.map(lookedAt)
        let best = LookedAt.best(of: all)?.id ?? shortlist.rows.first?.id ?? ""
        let title = readings.first { $0.row.id == best }?.row.title ?? best
        let lacks = all.first { $0.id == best }?.lacks ?? []
        return TeacherAnswer(
            thought: "Of the \(all.count) I have looked at, \(title) fits best"
                + (lacks.isEmpty ? "" : ", though nothing says \(ShopWording.and(lacks))")
                + ". I open it again.",
            code: "click[\(best)]")
    }

    private var hasFit: Bool { readings.contains { lookedAt($0).lacks.isEmpty } }

    private func open(_ row: ResultsPage.Row, of page: ResultsPage, _ shortlist: Shortlist) -> TeacherAnswer {
        let isFirst = readings.isEmpty
        let thought =
            isFirst
            ? "Page \(page.number) lists \(page.rows.count) of \(ShopWording.count(page.total, "product")). "
                + "\(shortlist.praise(of: list)) I open it."
            : "What I have seen does not fit wholly. The next best title is \(row.title) for \(row.priceTag), "
                + "\(ShopWording.against(list.priceLimit, row.priceTag)). I look at it."
        return TeacherAnswer(thought: thought, code: "click[\(row.id)]")
    }

    private func search() throws(PolicyFailure) -> TeacherAnswer {
        guard let last = searches.last else {
            let asked = list.wants + list.options
            let features = asked.isEmpty ? "" : ", and it should have \(ShopWording.and(asked))"
            let limit = list.priceLimit.map { " Its price must stay below \(ShopWording.dollars($0))." } ?? ""
            return TeacherAnswer(
                thought:
                    "I am to find \(list.name)\(features).\(limit) I search for \(list.queryName).",
                code: "search[\(list.query)]")
        }
        guard let query = list.queries(after: list.query).first(where: { !searches.contains($0) }) else {
            throw ShoppingList.nothingFound(by: searches)
        }
        return TeacherAnswer(
            thought: "The search for “\(last)” found nothing, so I try other words: “\(query)”.",
            code: "search[\(query)]")
    }

    private func onProduct(_ reading: Reading) -> TeacherAnswer {
        let looked = lookedAt(reading)
        let isLast = LookedAt.best(of: readings.map(lookedAt))?.id == looked.id && !canLookOn(beyond: looked)
        if looked.lacks.isEmpty || isLast { return buy(reading, looked) }
        let open = list.wants.filter(looked.lacks.contains)
        let part = ["features", "description"].first { !reading.parts.contains($0) }
        if let part, !open.isEmpty, turnCount < Self.lookingLimit {
            return TeacherAnswer(
                thought:
                    "\(reading.row.title) costs \(reading.page?.priceTag ?? reading.row.priceTag). Nothing I have "
                    + "read of it says \(ShopWording.and(open)), so I read its \(part).",
                code: "click[\(part)]")
        }
        if LookedAt.best(of: readings.map(lookedAt))?.id == looked.id, !hasMore {
            return buy(reading, looked)
        }
        return TeacherAnswer(
            thought: "\(reading.row.title) lacks \(ShopWording.and(looked.lacks)). I go back to the results.",
            code: "click[< prev]")
    }

    /// Whether there is another candidate, and time for it.
    private var hasMore: Bool {
        turnCount < Self.lookingLimit
            && shortlist?.rows.contains { row in !readings.contains { $0.row.id == row.id } } == true
    }

    /// Whether something may still be read of the product, or of another.
    private func canLookOn(beyond looked: LookedAt) -> Bool {
        let reading = readings.first { $0.row.id == looked.id }
        let isReadable = turnCount < Self.lookingLimit && (reading?.parts.count ?? 0) < 2
        return hasMore || (isReadable && list.wants.contains(where: looked.lacks.contains))
    }

    private func buy(_ reading: Reading, _ looked: LookedAt) -> TeacherAnswer {
        let tag = reading.page?.priceTag ?? reading.row.priceTag
        let choices = reading.page?.choices(for: list, instruction: instruction) ?? []
        let price = "\(tag), \(ShopWording.against(list.priceLimit, tag))"
        for group in choices {
            for value in group.values where !chosen.contains(value) {
                return TeacherAnswer(
                    thought:
                        "\(reading.row.title) costs \(price). The instruction asks for \(value) (\(group.name)), and "
                        + "there is a button for it.",
                    code: "click[\(value)]")
            }
        }
        let fit =
            looked.lacks.isEmpty
            ? "has all that is asked for"
            : "lacks \(ShopWording.and(looked.lacks)), but nothing I saw lacks less"
        let made = choices.isEmpty ? "" : " and \(ShopWording.and(choices.flatMap(\.values))) chosen"
        return TeacherAnswer(
            thought: "\(reading.row.title) \(fit), at \(price)\(made). I buy it.", code: "click[buy now]")
    }
}
