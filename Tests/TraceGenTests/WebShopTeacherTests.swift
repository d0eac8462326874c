import Prompts
import Testing
import Trajectories

@testable import TraceGen

/// What WebShop's teacher answers to each call, turn and block.
@Suite(.serialized) struct WebShopTeacherTests {
    private static let instruction =
        "i want a herbal tea. it should be loose leaf and zero calories, in maple flavor, and price lower than 30.00 dollars"
    private static let lesson = WebShopLesson()

    private static func page(_ lines: String) -> String { "Instruction:\n\(instruction)\n\(lines)" }
    private static let back = "[button] Back to Search [button_]\n"
    private static let results = page(
        back + """
            Page 1 (Total results: 12)
            [button] Next > [button_]
            [button] B000000001 [button_]
            Umbra Vale Herbal Tea, Real Fruit
            $9.5
            [button] B000000002 [button_]
            Yarrow Sol Herbal Tea, Loose Leaf
            $12.25
            [button] B000000003 [button_]
            Wexley Dune Herbal Tea, Loose Leaf
            $45.0
            """)
    private static let product = page(
        back + """
            [button] < Prev [button_]
            flavor
            [button] hazelnut [button_]
            [button] maple [button_]
            Yarrow Sol Herbal Tea, Loose Leaf
            Price: $12.25
            Rating: N.A.
            [button] Description [button_]
            [button] Features [button_]
            [button] Reviews [button_]
            [button] Buy Now [button_]
            """)
    private static let features = page(back + "[button] < Prev [button_]\nZero calories: checked by hand.")
    private static let two =
        "{'B000000002': 'Yarrow Sol Herbal Tea, Loose Leaf', 'B000000001': 'Umbra Vale Herbal Tea, Real Fruit'}"

    /// A request with the variables that the teacher's own calls have, some of them replaced.
    private static func request(
        _ signature: String, _ values: [(String, String)] = [], corrected: Bool = false
    ) -> ExpansionRequest {
        let usual = [
            ("instruction", instruction), ("kind", "herbal tea"),
            ("wants", "['loose leaf', 'zero calories']"),
            ("options", "['maple flavor']"), ("price_limit", "30.0"),
            ("query", "loose leaf zero calories herbal tea"), ("results", results), ("candidates", two),
            ("prices", "{'B000000002': 12.25, 'B000000001': 9.5}"), ("seen", "{}"), ("page", product),
            ("details", features), ("lacking", "{'B000000002': ['maple flavor'], 'B000000001': []}"),
            ("observation", "WebShop\n" + page("[button] Search [button_]")),
        ]
        let names =
            signature.split(separator: "(").last?.dropLast().split(separator: ", ").map(String.init) ?? []
        let variables = names.map { name in
            let value = (values + usual).first { $0.0 == name }?.1 ?? ""
            return Variable(name: name, type: "str", value: value)
        }
        let correction = corrected ? Correction(problem: .runtime, response: "", message: "ValueError") : nil
        return ExpansionRequest(signature: signature, variables: variables, correction: correction)
    }

    private static let solve = "solve(instruction, observation)"
    private static let read =
        "candidates, prices = read_results(instruction, kind, wants, price_limit, query, results)"
    private static let buy =
        "buy_best_candidate(instruction, wants, options, price_limit, candidates, prices)"
    private static let decide =
        "decide_on_candidate(instruction, wants, options, price_limit, candidates, prices, seen, page, details)"
    private static let choose =
        "choose_candidate(instruction, options, price_limit, candidates, prices, lacking)"
    private static let finish = "finish_purchase(instruction, options, price_limit, page)"

    /// Every way an answer can go, with words that it must have.
    static let expansions: [(ExpansionRequest, String)] = [
        (request(solve), "query = 'loose leaf zero calories herbal tea'"),
        (request(solve, corrected: true), "query = 'herbal tea'"),
        (request(read), "if cost <= price_limit:"),
        (request(read, [("price_limit", "None")]), "has = sum("),
        (request(read, corrected: true), "candidates = {'B000000002': 'Yarrow Sol Herbal Tea, Loose Leaf', "),
        (request(read, [("price_limit", "5.0")]), "results = run('click[next >]')"),
        (
            request(
                read, [("price_limit", "5.0"), ("results", results.replacing("Page 1", with: "Page 3"))]),
            "ranked.append((-is_kind, -has, place, asin, title, cost))"
        ),
        (
            request(read, [("results", page(back + "Page 1 (Total results: 0)"))]),
            "for query in ['herbal tea', 'tea', 'loose leaf', 'zero calories']:"
        ),
        (
            request(
                read, [("results", page(back + "Page 1 (Total results: 0)")), ("query", "zero calories")]),
            "candidates = {}"
        ),
        (request(buy), "page = run('click[B000000002]')"),
        (request(buy, [("wants", "['loose leaf']")]), "details = run('click[features]')"),
        (request(buy, [("wants", "['herbal tea']")]), "for asin in ['B000000002', 'B000000001']:"),
        (request(buy, [("wants", "['kosher']")]), "lacking = {}"),
        (request(buy, [("wants", "[]")]), "lacking = {}"),
        (
            request(buy, [("candidates", "{'B000000001': \"Umbra's Tea\"}")]),
            "page = run('click[B000000001]')"
        ),
        (request(buy, [("candidates", "{}"), ("prices", "{}")]), "print('nothing was found')"),
        (request(buy, corrected: true), "run('search[Yarrow Sol Herbal Tea, Loose Leaf]')"),
        (request(decide), "run('click[maple]')"),
        (request(decide, [("wants", "['kosher']")]), "seen['B000000002'] = ['kosher']"),
        (request(decide, [("details", features.prefix(40) + "… [900 more characters]")]), "seen["),
        (
            request(decide, [("wants", "['kosher', 'bio']"), ("seen", "{'B000000002': ['bio']}")]),
            "page = run('click[B000000002]')"
        ),
        (
            request(decide, [("wants", "['kosher']"), ("seen", "{'B000000002': ['a', 'b']}")]),
            "run('click[buy now]')"
        ),
        (request(decide, corrected: true), "run('search["),
        (request(choose), "page = run('click[B000000001]')"),
        (request(choose, corrected: true), "run('search["),
        (request(finish), "run('click[maple]')\nrun('click[buy now]')"),
        (request(finish, [("options", "['lemon flavor']")]), "run('click[buy now]')"),
        (request(finish, [("page", results)]), "run('click[B000000001]')"),
        (request(finish, [("page", product.replacing("Price: ", with: ""))]), "for value in re.findall("),
    ]

    @Test func everyExpansionKeepsTheRules() async throws {
        var answers: [(ExpansionRequest, ParsedAnswer)] = []
        for (request, words) in Self.expansions {
            let answer = try Self.lesson.expansion(of: request)
            let parsed = try AnswerFormat.parse(answer.text(for: .recode)).get()
            #expect(parsed.code == answer.code && parsed.thought == answer.thought)
            #expect(answer.code.contains(words), "\(request.signature): \(answer.code)")
            #expect(answer.thought.count > 50 && !answer.code.contains("lambda"))
            if request.signature.hasPrefix("candidates, prices = ") {
                #expect(answer.code.contains("candidates") && answer.code.contains("prices"))
            }
            answers.append((request, parsed))
        }
        let blocks = answers.map(\.1.code)
        let problems = try await TestSandbox.withExecutor { executor in
            var problems: [String] = []
            for code in blocks {
                if case .formatProblem(let message) = try await executor.parse(code) {
                    problems.append(message)
                }
            }
            return problems
        }
        #expect(problems == [])
    }

    @Test func theRootsAnswerIsThis() throws {
        #expect(
            try Self.lesson.expansion(of: Self.request(Self.solve))
                == TeacherAnswer(
                    thought:
                        "The instruction asks for herbal tea, that is or has loose leaf and zero calories, to be had "
                        + "in maple flavor, for less than $30.00. The shop can be searched by words, so I search for the "
                        + "attributes and the kind; pages of products will show the rest. Then the results have to be "
                        + "read, and the best of them bought.",
                    code: """
                        kind = 'herbal tea'
                        wants = ['loose leaf', 'zero calories']
                        options = ['maple flavor']
                        price_limit = 30.0
                        query = 'loose leaf zero calories herbal tea'
                        results = run(f'search[{query}]')
                        candidates, prices = read_results(instruction, kind, wants, price_limit, query, results)
                        buy_best_candidate(instruction, wants, options, price_limit, candidates, prices)
                        """))
    }

    @Test func thoughtsNameWhatIsSeen() throws {
        let read = try Self.lesson.expansion(of: Self.request(Self.read))
        #expect(
            read.thought
                == "Page 1 lists 3 of 12 products; 2 cost no more than $30.00. First comes Yarrow Sol Herbal Tea, "
                + "Loose Leaf for $12.25: its title says loose leaf. I keep the 2 titles that have most of the words "
                + "wanted.")
        let fit = try Self.lesson.expansion(of: Self.request(Self.decide))
        #expect(
            fit.thought
                == "Yarrow Sol Herbal Tea, Loose Leaf costs $12.25, within the limit of $30.00. It has all that is "
                + "asked for. I choose maple (flavor) and buy it.")
        let next = try Self.lesson.expansion(of: Self.request(Self.decide, [("wants", "['kosher']")]))
        #expect(
            next.thought
                == "Nothing I have read of Yarrow Sol Herbal Tea, Loose Leaf says kosher. I note that, go back to "
                + "the results and look at the next candidate, Umbra Vale Herbal Tea, Real Fruit for $9.50.")
    }

    /// The kind counts before attributes, so the first may say none of them.
    @Test func aTitleThatSaysNothingWantedIsNearestToTheKind() throws {
        let candidates =
            "{'B000000001': 'Umbra Vale Herbal Tea, Real Fruit', 'B000000002': 'Yarrow Sol Tea, Loose Leaf'}"
        let answer = try Self.lesson.expansion(of: Self.request(Self.buy, [("candidates", candidates)]))
        #expect(
            answer.thought
                == "Of 2 candidates Umbra Vale Herbal Tea, Real Fruit for $9.50 comes first: no other title "
                + "is nearer to herbal tea. Whether it has loose leaf and zero calories must be read. I open "
                + "it first and judge it before I look at another.")
    }

    @Test func pricesThatNobodyCouldPayAreNoTrap() throws {
        let prices = "{'B000000002': 1e+20, 'B000000001': inf}"
        let answer = try Self.lesson.expansion(
            of: Self.request(Self.buy, [("prices", prices), ("price_limit", "1e+20")]))
        #expect(answer.thought.contains("Yarrow Sol Herbal Tea, Loose Leaf for $1e+20"))
        let root = Self.request(Self.solve, [("instruction", "find a lamp, under $99999999999999999999")])
        #expect(try Self.lesson.expansion(of: root).code.contains("price_limit = 1e+20"))
    }

    /// What the program writes to rank results picks what the teacher itself would.
    @Test func theProgramPicksWhatTheThoughtSays() async throws {
        let code = try Self.lesson.expansion(of: Self.request(Self.read)).code
        let values = try await TestSandbox.withExecutor { executor in
            try await executor.bind([("results", Self.results)])
            try await executor.complete("price_limit = 30.0")
            guard case .statements(let statements) = try await executor.parse(code) else {
                return [Variable]()
            }
            for statement in statements { try await executor.complete(statement) }
            return try await executor.variables(["candidates", "prices"])
        }
        #expect(values.map(\.value) == [Self.two, "{'B000000002': 12.25, 'B000000001': 9.5}"])
    }

    @Test(arguments: ["wait(instruction)", "candidates, prices = read_results(instruction)"])
    func whatIsNoneOfItsCallsIsRefused(signature: String) {
        #expect(throws: PolicyFailure.self) { try Self.lesson.expansion(of: Self.request(signature)) }
    }

    @Test func whatItDidNotWriteIsRefused() {
        let request = Self.request(Self.choose, [("lacking", "{'B000000002': [")])
        #expect(throws: PolicyFailure.self) { try Self.lesson.expansion(of: request) }
    }

    // MARK: - Turns

    private static func turns(_ taken: [(String, String)]) -> TurnRequest {
        TurnRequest(
            instruction: instruction, observation: "WebShop",
            turns: taken.map { .init(thought: "", code: $0.0, observation: $0.1) })
    }

    @Test func aTripGoesActionByAction() throws {
        let taken = [
            ("search[loose leaf zero calories herbal tea]", Self.results),
            ("click[B000000002]", Self.product),
            ("click[features]", Self.features), ("click[< prev]", Self.product),
            ("click[maple]", Self.product),
        ]
        let actions = try (0...taken.count).map {
            try Self.lesson.action(for: Self.turns(Array(taken.prefix($0)))).code
        }
        #expect(actions == taken.map(\.0) + ["click[buy now]"])
    }

    @Test func whereNothingIsFoundOtherWordsAreTried() throws {
        let none = Self.page(Self.back + "Page 1 (Total results: 0)")
        let first = try Self.lesson.action(
            for: Self.turns([("search[loose leaf zero calories herbal tea]", none)]))
        #expect(first.code == "search[herbal tea]")
        let block = try Self.lesson.block(
            for: Self.turns([("", "Page 1 (Total results: 0) | more pages: False")]))
        #expect(block.code.contains("for query in ['herbal tea', 'tea', 'loose leaf', 'zero calories']:"))
    }

    /// All that the teacher searches for, one after the other.
    private static let searches = [
        "loose leaf zero calories herbal tea", "herbal tea", "tea", "loose leaf", "zero calories",
    ]
    private static let nothingFound = PolicyFailure(
        "WebShop's teacher found no product: searches for “loose leaf zero calories herbal tea”, “herbal "
            + "tea”, “tea”, “loose leaf” and “zero calories” came back empty, and it knows no other words to "
            + "try; leave this goal out, or name a catalogue that has such a product.")

    @Test func whereNothingIsLeftToTryActionsEnd() throws {
        let none = Self.page(Self.back + "Page 1 (Total results: 0)")
        let taken = Self.searches.map { ("search[\($0)]", none) }
        for count in 0..<taken.count {
            let action = try Self.lesson.action(for: Self.turns(Array(taken.prefix(count))))
            #expect(action.code == taken[count].0)
        }
        #expect(throws: Self.nothingFound) { try Self.lesson.action(for: Self.turns(taken)) }
    }

    @Test func whereNothingIsLeftToTryBlocksEnd() throws {
        let none = "Page 1 (Total results: 0) | more pages: False"
        let again = try Self.lesson.block(for: Self.turns([("", none)])).code
        #expect(throws: Self.nothingFound) {
            try Self.lesson.block(for: Self.turns([("", none), (again, none)]))
        }
        let stuck = PolicyFailure(
            "WebShop's teacher cannot go on: its last block printed “Traceback: OSError”, and a search from "
                + "the start for “herbal tea”, “tea”, “loose leaf” and “zero calories” has been tried before; "
                + "see what went wrong in that block.")
        #expect(throws: stuck) {
            try Self.lesson.block(for: Self.turns([("", none), (again, "Traceback: OSError")]))
        }
    }

    private static func turn(_ instruction: String, after printed: [String] = []) -> TurnRequest {
        TurnRequest(
            instruction: instruction, observation: "WebShop",
            turns: printed.map { .init(thought: "", code: "search[headphones]", observation: $0) })
    }

    @Test func aSingleWordIsSearchedForOnce() throws {
        let none = "Page 1 (Total results: 0)"
        let failure = PolicyFailure(
            "WebShop's teacher found no product: searches for “headphones” came back empty, and it knows no "
                + "other words to try; leave this goal out, or name a catalogue that has such a product.")
        #expect(throws: failure) { try Self.lesson.action(for: Self.turn("headphones", after: [none])) }
        #expect(throws: failure) { try Self.lesson.block(for: Self.turn("headphones", after: [none])) }
        let lost = try Self.lesson.block(for: Self.turn("headphones", after: ["Traceback: OSError"]))
        #expect(lost.code.hasPrefix("for query in ['headphones']:"))
        let first = try Self.lesson.action(for: Self.turn("headphones"))
        #expect(first.thought == "I am to find headphones. I search for the kind.")
    }

    @Test(arguments: ["", "under $20", ", in red color", "i need a"])
    func noSearchIsEmpty(instruction: String) throws {
        let action = try Self.lesson.action(for: Self.turn(instruction)).code
        #expect(action.hasPrefix("search[") && action != "search[]")
        let block = try Self.lesson.block(for: Self.turn(instruction)).code
        #expect(block.hasPrefix("results = run('search[") && !block.contains("search[]"))
        let root = Self.request(Self.solve, [("instruction", instruction)])
        #expect(try !Self.lesson.expansion(of: root).code.contains("query = ''"))
    }

    /// Such as a refusal: the block prints it and does not raise.
    @Test func aPageWithoutResultsIsPrintedAsItIs() async throws {
        let code = try Self.lesson.block(for: Self.turns([])).code
        let isRead = try await TestSandbox.withExecutor { executor in
            try await executor.bind([("results", "Invalid action: write search[words] or click[button].")])
            guard case .statements(let statements) = try await executor.parse(code) else { return false }
            for statement in statements.dropFirst() { try await executor.complete(statement) }
            return statements.count == 3
        }
        #expect(isRead)
    }

    @Test func aBlockFollowsFromWhatWasPrinted() throws {
        let printed = """
            Page 1 (Total results: 12) | more pages: True
            B000000001 | Umbra | Vale Herbal Tea | $9.5
            B000000002 | Yarrow Sol Herbal Tea, Loose Leaf | $12.25
            """
        let look = try Self.lesson.block(for: Self.turns([("", printed)]))
        #expect(look.code.contains("for asin in ['B000000002', 'B000000001']:"))
        let notes = """
            B000000002 | lacks ['zero calories', 'maple flavor'] | options [] | Price: $12.25
            B000000001 | lacks ['zero calories'] | options ['maple', 'maple leaf'] | Price: $9.5
            """
        let buy = try Self.lesson.block(for: Self.turns([("", printed), ("", notes)]))
        #expect(
            buy.code == """
                page = run('click[B000000001]')
                for value in ['maple leaf']:
                    page = run(f'click[{value}]')
                print(run('click[buy now]'))
                """)
        let lost = try Self.lesson.block(for: Self.turns([("", "Traceback: IndexError")]))
        #expect(lost.code.hasPrefix("for query in "))
        for answer in [look, buy, lost] {
            #expect(throws: Never.self) { try AnswerFormat.parse(answer.text(for: .codeact)).get() }
        }
    }
}
