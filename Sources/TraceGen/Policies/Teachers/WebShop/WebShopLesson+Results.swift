import Prompts

// ReCode: from the instruction to a few candidates.
extension WebShopLesson {
    /// The root: notes what is asked for, searches, and leaves the rest to placeholders.
    func solve(_ known: ShoppingVariables) throws(PolicyFailure) -> TeacherAnswer {
        let list = try known.list()
        let query = known.isCorrection ? list.queries(after: list.query).first ?? list.query : list.query
        let lines = [
            "kind = \(PythonLiteral.string(list.kind))",
            "wants = \(PythonLiteral.list(list.wants))",
            "options = \(PythonLiteral.list(list.options))",
            "price_limit = \(list.priceLimit.map { "\($0)" } ?? "None")",
            "query = \(PythonLiteral.string(query))",
            "results = run(f'search[{query}]')",
            "candidates, prices = read_results(instruction, kind, wants, price_limit, query, results)",
            "buy_best_candidate(instruction, wants, options, price_limit, candidates, prices)",
        ]
        return TeacherAnswer(thought: Self.plan(for: list), code: lines.joined(separator: "\n"))
    }

    private static func plan(for list: ShoppingList) -> String {
        var parts = ["The instruction asks for \(list.name)"]
        if !list.wants.isEmpty { parts.append("that is or has \(ShopWording.and(list.wants))") }
        if !list.options.isEmpty { parts.append("to be had in \(ShopWording.and(list.options))") }
        if let limit = list.priceLimit { parts.append("for less than \(ShopWording.dollars(limit))") }
        let search =
            list.wants.isEmpty
            ? "The shop can be searched by words, so I search for \(list.queryName)."
            : "The shop can be searched by words, so I search for the attributes"
                + (list.kind.isEmpty ? ";" : " and the kind;")
                + " pages of products will show the rest."
        return parts.joined(separator: ", ")
            + ". \(search) Then the results have to be read, and the best of them bought."
    }

    /// Picks candidates from a page of results, or looks for another page where it has none.
    func readResults(_ known: ShoppingVariables) throws(PolicyFailure) -> TeacherAnswer {
        let list = try known.list()
        let query = try known.text("query")
        guard let page = ResultsPage(try known.text("results")), !page.rows.isEmpty else {
            return searchAgain(for: list, after: query)
        }
        let shortlist = Shortlist(page, for: list)
        if !shortlist.isAffordable, page.hasNext, page.number < Self.pageLimit {
            return turnPage(page, list)
        }
        let thought = Self.overview(of: page, shortlist, list)
        if known.isCorrection { return TeacherAnswer(thought: thought, code: Self.literal(shortlist)) }
        return TeacherAnswer(
            thought: thought, code: Self.picking(list, affordableOnly: shortlist.isAffordable))
    }

    private func searchAgain(for list: ShoppingList, after query: String) -> TeacherAnswer {
        let queries = list.queries(after: query)
        let lines = [
            "for query in \(PythonLiteral.list(queries)):",
            "    results = run(f'search[{query}]')",
            "    if 'Total results: 0)' not in results:",
            "        break",
            "candidates, prices = read_results(instruction, kind, wants, price_limit, query, results)",
        ]
        let giveUp = ["candidates = {}", "prices = {}"]
        let isLast = queries.isEmpty || list.queries(after: list.query).last == query
        return TeacherAnswer(
            thought: isLast
                ? "Even the search for “\(query)” found nothing, and no other words are left: there is no candidate."
                : "The search for “\(query)” found nothing. I try fewer and other words until something is found.",
            code: (isLast ? giveUp : lines).joined(separator: "\n"))
    }

    private func turnPage(_ page: ResultsPage, _ list: ShoppingList) -> TeacherAnswer {
        let cheapest = page.rows.min { $0.price < $1.price }
        return TeacherAnswer(
            thought:
                "Nothing on page \(page.number) is \(ShopWording.against(list.priceLimit, "$0")): the cheapest is "
                + "\(cheapest?.title ?? "") for \(cheapest?.priceTag ?? ""). There is a next page, so I read that one.",
            code: """
                results = run('click[next >]')
                candidates, prices = read_results(instruction, kind, wants, price_limit, query, results)
                """)
    }

    private static func overview(of page: ResultsPage, _ shortlist: Shortlist, _ list: ShoppingList) -> String
    {
        var parts = [
            "Page \(page.number) lists \(page.rows.count) of \(ShopWording.count(page.total, "product"))"
        ]
        if let limit = list.priceLimit {
            let count = page.rows.count { $0.price <= limit }
            parts.append(
                count > 0
                    ? "\(count == 1 ? "1 costs" : "\(count) cost") no more than \(ShopWording.dollars(limit))"
                    : "none of them within \(ShopWording.dollars(limit)), so price cannot decide")
        }
        let kept = ShopWording.count(shortlist.rows.count, "title")
        return "\(parts.joined(separator: "; ")). \(shortlist.praise(of: list)) "
            + "I keep the \(kept) that \(shortlist.rows.count == 1 ? "has" : "have") most of the words wanted."
    }

    /// Reads rows by a pattern and ranks them, as ``Shortlist`` does.
    private static func picking(_ list: ShoppingList, affordableOnly: Bool) -> String {
        let rank = [
            "is_kind = sum(word in title.lower() for word in kind_words)",
            "has = sum(word in title.lower() for word in want_words)",
            "ranked.append((-is_kind, -has, place, asin, title, cost))",
        ]
        let isLimited = affordableOnly && list.priceLimit != nil
        return
            ([
                #"rows = re.findall(r'\] ([A-Z0-9]{10}) \[.*\]\n(.+)\n(\$.+)', results)"#,
                "kind_words = \(PythonLiteral.list(list.kindWords))",
                "want_words = \(PythonLiteral.list(list.wantWords))",
                "ranked = []",
                "for place, (asin, title, price) in enumerate(rows):",
                "    cost = float(price.split('$')[-1].replace(',', ''))",
            ]
            + (isLimited ? ["    if cost <= price_limit:"] : [])
            + rank.map { (isLimited ? "        " : "    ") + $0 }
            + [
                "best = sorted(ranked)[:\(candidateLimit)]",
                "candidates = {asin: title for _, _, _, asin, title, _ in best}",
                "prices = {asin: cost for _, _, _, asin, _, cost in best}",
            ]).joined(separator: "\n")
    }

    /// The same without anything that could raise.
    private static func literal(_ shortlist: Shortlist) -> String {
        let titles = shortlist.rows.map {
            "\(PythonLiteral.string($0.id)): \(PythonLiteral.string($0.title))"
        }
        let prices = shortlist.rows.filter(\.price.isFinite).map {
            "\(PythonLiteral.string($0.id)): \($0.price)"
        }
        return
            "candidates = {\(titles.joined(separator: ", "))}\nprices = {\(prices.joined(separator: ", "))}"
    }
}
