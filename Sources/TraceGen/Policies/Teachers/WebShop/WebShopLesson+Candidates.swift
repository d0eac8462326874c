import Prompts

// ReCode: from a few candidates to the purchase.
extension WebShopLesson {
    private static let finishing = "finish_purchase(instruction, options, price_limit, page)"
    private static let deciding =
        "decide_on_candidate(instruction, wants, options, price_limit, candidates, prices, seen, page, details)"
    private static let choosing =
        "choose_candidate(instruction, options, price_limit, candidates, prices, lacking)"

    /// Looks at candidates: all in a loop where no title stands out, else one after the other.
    func buyBest(_ known: ShoppingVariables) throws(PolicyFailure) -> TeacherAnswer {
        let list = try known.list()
        let candidates = try known.candidates()
        guard let first = candidates.first else {
            return TeacherAnswer(
                thought: "No search found anything, so there is nothing that could be bought.",
                code: "print('nothing was found')")
        }
        if known.isCorrection { return buyWithoutLooking(first) }
        guard candidates.count > 1 else { return openOnly(first) }
        let counts = candidates.map { Self.said(by: $0, list).count }
        // Titles that say all, or nothing, of what is wanted leave no order to go by.
        let isTold = Set(counts).count > 1 || (counts[0] > 0 && counts[0] < list.wants.count)
        return isTold ? openFirst(candidates, list) : lookAtAll(candidates, list)
    }

    /// The attributes that a title says.
    private static func said(by row: ResultsPage.Row, _ list: ShoppingList) -> [String] {
        list.wants.filter { ShopText.says(row.title.lowercased(), $0) }
    }

    private func openOnly(_ only: ResultsPage.Row) -> TeacherAnswer {
        TeacherAnswer(
            thought:
                "\(only.title) for \(only.priceTag) is the only candidate, so there is nothing to compare: I open it.",
            code: "page = run('click[\(only.id)]')\n\(Self.finishing)")
    }

    /// From whatever page an answer that did not stand has left open.
    private func buyWithoutLooking(_ row: ResultsPage.Row) -> TeacherAnswer {
        let search = PythonLiteral.string("search[\(row.title.prefix(200))]")
        return TeacherAnswer(
            thought:
                "The answer before did not stand, so I no longer know which page is open. A search works from any: "
                + "I search for \(row.title), open it and buy it.",
            code: "run(\(search))\npage = run('click[\(row.id)]')\n\(Self.finishing)")
    }

    private func openFirst(_ candidates: [ResultsPage.Row], _ list: ShoppingList) -> TeacherAnswer {
        let first = candidates[0]
        let said = Self.said(by: first, list)
        let open = list.wants.filter { !said.contains($0) }
        let rest =
            open.isEmpty
            ? "Its page has to show the options." : "Whether it has \(ShopWording.and(open)) must be read."
        // Candidates are in the order of their words of the kind, and only then of the attributes.
        let why =
            said.isEmpty
            ? "no other title is nearer to \(list.aim)" : "its title says \(ShopWording.and(said))"
        return TeacherAnswer(
            thought:
                "Of \(candidates.count) candidates \(first.title) for \(first.priceTag) comes first: \(why). "
                + "\(rest) I open it first and judge it before I look at another.",
            code: (["seen = {}"] + Self.reading(first, list) + [Self.deciding]).joined(separator: "\n"))
    }

    /// Opens a candidate and reads what its title leaves open; ends on the last page read, behind the product's.
    private static func reading(_ row: ResultsPage.Row, _ list: ShoppingList) -> [String] {
        let open = list.wants.filter { !ShopText.says(row.title.lowercased(), $0) }
        let lines = ["page = run('click[\(row.id)]')", "details = run('click[features]')"]
        switch open.count {
        case 0: return lines
        case 1:
            let want = PythonLiteral.string(open[0])
            return lines + [
                "if \(want) not in details.replace(instruction, '').lower():\n    run('click[< prev]')\n"
                    + "    details += run('click[description]')"
            ]
        default: return lines + ["run('click[< prev]')", "details += run('click[description]')"]
        }
    }

    private func lookAtAll(_ candidates: [ResultsPage.Row], _ list: ShoppingList) -> TeacherAnswer {
        let lines = [
            "lacking = {}",
            "for asin in \(PythonLiteral.list(candidates.map(\.id))):",
            "    page = run(f'click[{asin}]')",
            "    text = page.replace(instruction, '').lower()",
            "    for part in ['features', 'description']:",
            "        if not all(word in text for want in wants for word in want.split()):",
            "            text += run(f'click[{part}]').replace(instruction, '').lower()",
            "            run('click[< prev]')",
            #"    values = re.findall(r'\[button\] (.+) \[button_\]', page)"#,
            "    lacking[asin] = [want for want in wants if not all(word in text for word in want.split())]",
            "    for option in options:",
            "        if not any(f' {value} ' in f' {option} ' for value in values):",
            "            lacking[asin].append(option)",
            "    run('click[< prev]')",
            "    if not lacking[asin]:",
            "        break",
            Self.choosing,
        ]
        return TeacherAnswer(
            thought:
                "\(Self.comparison(of: candidates, list)) So I look at one after the other, read features "
                + "and description where something is open, note what each lacks, and stop at one that lacks nothing.",
            code: lines.joined(separator: "\n"))
    }

    private static func comparison(of candidates: [ResultsPage.Row], _ list: ShoppingList) -> String {
        let titles = ShopWording.and(candidates.map { "\($0.title) for \($0.priceTag)" })
        guard !list.wants.isEmpty else { return "Titles cannot tell which is best: \(titles)." }
        let all = ShopWording.and(list.wants)
        let isSaid = candidates.contains { !Self.said(by: $0, list).isEmpty }
        return isSaid
            ? "All titles say \(all), so none stands out: \(titles)."
            : "None of the titles says \(all): \(titles)."
    }

    /// After the loop: opens the one that lacks least.
    func choose(_ known: ShoppingVariables) throws(PolicyFailure) -> TeacherAnswer {
        let candidates = try known.candidates()
        let looked = try known.lookedAt("lacking")
        guard let best = LookedAt.best(of: looked), let row = candidates.first(where: { $0.id == best.id })
        else {
            throw PolicyFailure(
                "WebShop's teacher was asked to choose from candidates that it has not looked at.")
        }
        if known.isCorrection { return buyWithoutLooking(row) }
        return TeacherAnswer(
            thought:
                "\(Self.verdict(best, among: looked, row)) So I open \(row.id), to choose options and buy it.",
            code: "page = run('click[\(row.id)]')\n\(Self.finishing)")
    }

    private static func verdict(_ best: LookedAt, among looked: [LookedAt], _ row: ResultsPage.Row) -> String
    {
        let others = looked.filter { $0.id != best.id }.map { "\($0.id) lacks \(ShopWording.and($0.lacks))" }
        let compared = others.isEmpty ? "" : ", while \(ShopWording.and(others))"
        return best.lacks.isEmpty
            ? "\(row.title) for \(row.priceTag) lacks nothing\(compared)."
            : "No candidate fits wholly. \(row.title) for \(row.priceTag) lacks \(ShopWording.and(best.lacks))\(compared)."
    }
}

// MARK: - One after the other

extension WebShopLesson {
    /// Judges the candidate that is open: buys it, goes on to the next, or back to the best.
    func decide(_ known: ShoppingVariables) throws(PolicyFailure) -> TeacherAnswer {
        let (list, candidates, seen) = (try known.list(), try known.candidates(), try known.lookedAt("seen"))
        let left = candidates.filter { row in !seen.contains { $0.id == row.id } }
        guard let row = left.first else {
            throw PolicyFailure(
                "WebShop's teacher was asked to decide on a candidate, and all have been seen.")
        }
        if known.isCorrection { return buyWithoutLooking(row) }
        let instruction = try known.text("instruction")
        let page = try known.text("page")
        let told = ShopText.told(page + "\n" + (try known.text("details")), instruction: instruction)
        let shown = ProductPage(page)
        let lacks = list.wants.filter { !ShopText.says(told, $0) } + (shown?.missing(of: list.options) ?? [])
        let current = LookedAt(id: row.id, lacks: lacks)
        let best = LookedAt.best(of: seen + [current]) ?? current
        if !lacks.isEmpty, left.count > 1 { return goOn(current, row, to: left[1], list) }
        guard best.id == current.id else { return goBack(to: best, from: current, candidates) }
        return buyOpen(current, row, shown, list, instruction: instruction)
    }

    private func goOn(
        _ current: LookedAt, _ row: ResultsPage.Row, to next: ResultsPage.Row, _ list: ShoppingList
    ) -> TeacherAnswer {
        let lines = [
            "seen[\(PythonLiteral.string(row.id))] = \(PythonLiteral.list(current.lacks))",
            "run('click[< prev]')", "run('click[< prev]')",
        ]
        return TeacherAnswer(
            thought:
                "Nothing I have read of \(row.title) says \(ShopWording.and(current.lacks)). I note that, go back to "
                + "the results and look at the next candidate, \(next.title) for \(next.priceTag).",
            code: (lines + Self.reading(next, list) + [Self.deciding]).joined(separator: "\n"))
    }

    private func goBack(
        to best: LookedAt, from current: LookedAt, _ candidates: [ResultsPage.Row]
    ) -> TeacherAnswer {
        let title = candidates.first { $0.id == best.id }?.title ?? best.id
        return TeacherAnswer(
            thought: "This last candidate lacks \(ShopWording.and(current.lacks)). \(title) lacks "
                + "\(ShopWording.and(best.lacks)), and none that I have seen lacks less: I go back and open it.",
            code: """
                run('click[< prev]')
                run('click[< prev]')
                page = run('click[\(best.id)]')
                \(Self.finishing)
                """)
    }

    private func buyOpen(
        _ current: LookedAt, _ row: ResultsPage.Row, _ page: ProductPage?, _ list: ShoppingList,
        instruction: String
    ) -> TeacherAnswer {
        let fit =
            current.lacks.isEmpty
            ? "It has all that is asked for"
            : "It lacks \(ShopWording.and(current.lacks)), but no candidate lacks less"
        let tag = page?.priceTag ?? row.priceTag
        let choices = page?.choices(for: list, instruction: instruction) ?? []
        return TeacherAnswer(
            thought: "\(row.title) costs \(tag), \(ShopWording.against(list.priceLimit, tag)). \(fit). "
                + Self.intention(choices),
            code: (["run('click[< prev]')"] + Self.purchase(choices)).joined(separator: "\n"))
    }

    /// On a product's page: chooses the options asked for, and buys.
    func finish(_ known: ShoppingVariables) throws(PolicyFailure) -> TeacherAnswer {
        let (list, text) = (try known.list(), try known.text("page"))
        let instruction = try known.text("instruction")
        guard let page = ProductPage(text) else { return finishUnseen(list, ResultsPage(text)) }
        let choices = page.choices(for: list, instruction: instruction)
        let missing = page.missing(of: list.options)
        let regret = missing.isEmpty ? "" : "No button is for \(ShopWording.and(missing)). "
        return TeacherAnswer(
            thought: "\(page.title) is open and costs \(page.priceTag), "
                + "\(ShopWording.against(list.priceLimit, page.priceTag)). \(regret)\(Self.intention(choices))",
            code: Self.purchase(choices).joined(separator: "\n"))
    }

    /// Where the page is none of a product, or too long to be shown.
    private func finishUnseen(_ list: ShoppingList, _ results: ResultsPage?) -> TeacherAnswer {
        if let row = results?.rows.first {
            return TeacherAnswer(
                thought:
                    "The page still lists results, so no product is open. I open \(row.title) and buy it.",
                code: "run('click[\(row.id)]')\nrun('click[buy now]')")
        }
        return TeacherAnswer(
            thought:
                "Not all of the page is shown. I choose each option whose label the instruction asks for, and buy.",
            code: #"""
                asked = ' ' + ' '.join(options or [instruction.lower()]) + ' '
                for value in re.findall(r'\[button\] (.+) \[button_\]', page):
                    if f' {value.lower()} ' in asked:
                        run(f'click[{value}]')
                run('click[buy now]')
                """#)
    }

    private static func intention(_ choices: [ProductPage.Group]) -> String {
        let named = choices.flatMap { group in group.values.map { "\($0) (\(group.name))" } }
        return named.isEmpty
            ? "There is no option to choose, so I buy it." : "I choose \(ShopWording.and(named)) and buy it."
    }

    /// Presses the buttons of options, in a loop where they are many, and buys.
    static func purchase(_ choices: [ProductPage.Group]) -> [String] {
        let values = choices.flatMap(\.values)
        let clicks =
            values.count > 2
            ? ["for value in \(PythonLiteral.list(values)):\n    run(f'click[{value}]')"]
            : values.map { "run(\(PythonLiteral.string("click[\($0)]")))" }
        return clicks + ["run('click[buy now]')"]
    }
}
