import Prompts

/// A shopper's trip block by block (CodeAct): what was printed so far, and which block follows from it.
struct PrintedTrip: Sendable {
    private let instruction: String
    private let list: ShoppingList
    private let turns: [TurnRequest.Turn]

    init(_ request: TurnRequest) {
        instruction = request.instruction
        list = ShoppingList(instruction: request.instruction)
        turns = request.turns
    }

    /// The next block: search, look at candidates, buy.
    /// - Throws: where a search from the start would only be repeated.
    var nextBlock: TeacherAnswer {
        get throws(PolicyFailure) {
            guard let last = turns.last else { return firstSearch }
            if let notes = Self.notes(in: last.observation) { return buy(notes) }
            guard let page = Self.results(in: last.observation) else { return try searchAgain(last) }
            let shortlist = Shortlist(page, for: list)
            guard !shortlist.rows.isEmpty else { return try searchAgain(last) }
            if !shortlist.isAffordable, page.hasNext, page.number < WebShopLesson.pageLimit {
                return turnPage(page)
            }
            return compare(shortlist, page)
        }
    }

    // MARK: - Searching

    /// Prints the head of a page of results and its rows, so that ``results(in:)`` can read them; of another
    /// page all.
    private static let showing = #"""
        print((re.findall(r'Page \d+ \(.*', results) or [results])[0], '| more pages:', 'Next >' in results)
        for asin, title, price in re.findall(r'\] ([A-Z0-9]{10}) \[.*\]\n(.+)\n(\$.+)', results):
            print(asin, '|', title, '|', price)
        """#

    private var firstSearch: TeacherAnswer {
        let asked = list.wants + list.options
        let features = asked.isEmpty ? "" : " with \(ShopWording.and(asked))"
        let limit = list.priceLimit.map { ", for less than \(ShopWording.dollars($0))" } ?? ""
        return TeacherAnswer(
            thought:
                "I am to buy \(list.name)\(features)\(limit). I search for \(list.queryName), and print what "
                + "is found with its prices.",
            code: "results = run(\(PythonLiteral.string("search[\(list.query)]")))\n\(Self.showing)")
    }

    private func searchAgain(_ last: TurnRequest.Turn) throws(PolicyFailure) -> TeacherAnswer {
        let foundNothing = last.observation.contains("Total results: 0")
        let others = list.queries(after: list.query)
        // What failed for another reason than its words may be searched for once more.
        let queries = others.isEmpty && !foundNothing ? [list.query] : others
        let code = searching(queries)
        guard !queries.isEmpty, !turns.contains(where: { $0.code == code }) else {
            throw foundNothing
                ? ShoppingList.nothingFound(by: [list.query] + others) : stuck(after: last, queries)
        }
        return TeacherAnswer(
            thought: foundNothing
                ? "The search found nothing. I try fewer and other words until something is found."
                : "The block did not show what I need. I search again from the start"
                    + (others.isEmpty ? "." : ", with fewer words."),
            code: code)
    }

    /// Searches for one after the other until something is found.
    private func searching(_ queries: [String]) -> String {
        """
        for query in \(PythonLiteral.list(queries)):
            results = run(f'search[{query}]')
            if 'Total results: 0)' not in results:
                break
        \(Self.showing)
        """
    }

    private func stuck(after last: TurnRequest.Turn, _ searches: [String]) -> PolicyFailure {
        PolicyFailure(
            "WebShop's teacher cannot go on: its last block printed “\(last.observation.prefix(200))”, and a "
                + "search from the start for \(ShopWording.quoted(searches)) has been tried before; see what "
                + "went wrong in that block.")
    }

    private func turnPage(_ page: ResultsPage) -> TeacherAnswer {
        let limit = ShopWording.dollars(list.priceLimit ?? 0)
        return TeacherAnswer(
            thought:
                "Nothing on page \(page.number) is within the limit of \(limit), and there are more pages.",
            code: "results = run('click[next >]')\n\(Self.showing)")
    }

    /// The page of results that a block printed.
    private static func results(in printed: String) -> ResultsPage? {
        var lines = printed.split(separator: "\n").map(String.init)
        guard let start = lines.firstIndex(where: { $0.hasPrefix("Page ") }) else { return nil }
        lines.removeSubrange(..<start)
        let next = lines[0].hasSuffix("more pages: True") ? "[button] Next > [button_]\n" : ""
        let rows = lines.dropFirst().map { line -> String in
            let parts = line.split(separator: " | ", maxSplits: 1)
            let end = parts.last?.ranges(of: " | ").last
            guard parts.count == 2, let end else { return "" }
            return
                "[button] \(parts[0]) [button_]\n\(parts[1][..<end.lowerBound])\n\(parts[1][end.upperBound...])"
        }
        return ResultsPage(lines[0] + "\n" + next + rows.joined(separator: "\n"))
    }

    // MARK: - Comparing

    private func compare(_ shortlist: Shortlist, _ page: ResultsPage) -> TeacherAnswer {
        let affordable = page.rows.count { row in list.priceLimit.map { row.price <= $0 } ?? true }
        return TeacherAnswer(
            thought:
                "\(affordable) of the \(ShopWording.count(page.rows.count, "product")) shown can be afforded. "
                + "\(shortlist.praise(of: list)) I look at \(ShopWording.count(shortlist.rows.count, "candidate")) with "
                + "features and description, print what each lacks and which options fit, and stop at one that "
                + "lacks nothing.",
            code: comparing(shortlist.rows.map(\.id)))
    }

    private func comparing(_ ids: [String]) -> String {
        let asked =
            list.options.isEmpty
            ? #"asked = [re.sub(r'[ ,;!?]+', ' ', instruction.lower())]"#
            : "asked = options"
        return #"""
            wants = \#(PythonLiteral.list(list.wants))
            options = \#(PythonLiteral.list(list.options))
            \#(asked)
            for asin in \#(PythonLiteral.list(ids)):
                page = run(f'click[{asin}]')
                text = page.replace(instruction, '').lower()
                for part in ['features', 'description']:
                    if not all(word in text for want in wants for word in want.split()):
                        text += run(f'click[{part}]').replace(instruction, '').lower()
                        run('click[< prev]')
                values = re.findall(r'\[button\] (.+) \[button_\]', page)
                fitting = [value for value in values if any(f' {value} ' in f' {phrase} ' for phrase in asked)]
                lacks = [want for want in wants if not all(word in text for word in want.split())]
                lacks += [option for option in options if not any(f' {value} ' in f' {option} ' for value in values)]
                price = re.findall(r'Price: .*', page)
                print(asin, '| lacks', lacks, '| options', fitting, '|', *price)
                run('click[< prev]')
                if not lacks:
                    break
            """#
    }

    // MARK: - Buying

    /// What a block printed of a candidate.
    private struct Note: Sendable {
        var looked: LookedAt
        var options: [String]
        var price: String
    }

    private static func notes(in printed: String) -> [Note]? {
        let notes = printed.split(separator: "\n").compactMap { line -> Note? in
            guard
                let match = line.wholeMatch(
                    of: /([A-Z0-9]{10}) \| lacks (\[.*\]) \| options (\[.*\]) \|(.*)/),
                let lacks = PythonValue(String(match.2))?.texts,
                let options = PythonValue(String(match.3))?.texts
            else { return nil }
            let price = match.4.split(separator: "$").last.map { "$\($0)" } ?? ""
            return Note(looked: LookedAt(id: String(match.1), lacks: lacks), options: options, price: price)
        }
        return notes.isEmpty ? nil : notes
    }

    private func buy(_ notes: [Note]) -> TeacherAnswer {
        let best = LookedAt.best(of: notes.map(\.looked))
        let note = notes.first { $0.looked.id == best?.id } ?? notes[0]
        let lacks = note.looked.lacks
        let verdict =
            lacks.isEmpty
            ? "\(note.looked.id) lacks nothing"
            : "No candidate fits wholly; \(note.looked.id) lacks \(ShopWording.and(lacks)), and none lacks less"
        let values = Self.longest(note.options)
        let choice = values.isEmpty ? "There is no option to choose." : "I choose \(ShopWording.and(values))."
        let lines =
            ["page = run('click[\(note.looked.id)]')"] + Self.pressing(values) + [
                "print(run('click[buy now]'))"
            ]
        return TeacherAnswer(
            thought:
                "\(verdict). It costs \(note.price), \(ShopWording.against(list.priceLimit, note.price)). "
                + "\(choice) Then I buy it.",
            code: lines.joined(separator: "\n"))
    }

    private static func pressing(_ values: [String]) -> [String] {
        guard !values.isEmpty else { return [] }
        return ["for value in \(PythonLiteral.list(values)):\n    page = run(f'click[{value}]')"]
    }

    /// Values without those that are part of a longer one, which says more.
    private static func longest(_ values: [String]) -> [String] {
        values.filter { value in !values.contains { $0 != value && ProductPage.names($0, value) } }
    }
}
