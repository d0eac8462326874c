import Testing

@testable import TraceGen

/// How WebShop's teacher reads instructions and pages.
@Suite struct WebShopReadingTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var instruction: String
        var kind: String
        var wants: [String]
        var options: [String] = []
        var limit: Double?

        var testDescription: String { instruction }
    }

    /// Every wording of a made-up catalogue, of instructions that a program wrote, and some as people write.
    static let cases = [
        Case(
            instruction:
                "i am looking for a hiking boot that is anti slip, in olive color, and price lower than 140.00 dollars",
            kind: "hiking boot", wants: ["anti slip"], options: ["olive color"], limit: 140),
        Case(
            instruction:
                "i need squat proof, side pocket and butt lifting yoga leggings, in white color, and price lower than 70.00 dollars",
            kind: "yoga leggings", wants: ["squat proof", "side pocket", "butt lifting"],
            options: ["white color"],
            limit: 70),
        Case(
            instruction:
                "find me a herbal tea with zero calories, loose leaf, usda organic and compostable bags",
            kind: "herbal tea", wants: ["zero calories", "loose leaf", "usda organic", "compostable bags"]),
        Case(
            instruction:
                "i would like to buy face moisturizer which are dermatologist tested, in grapefruit scent, and in travel bottle bottle, and price lower than 90.00 dollars",
            kind: "face moisturizer", wants: ["dermatologist tested"],
            options: ["grapefruit scent", "travel bottle bottle"], limit: 90),
        Case(
            instruction:
                "can you find an area rug which is hand woven and pet friendly, in 24 in wide dimensions",
            kind: "area rug", wants: ["hand woven", "pet friendly"], options: ["24 in wide dimensions"]),
        Case(
            instruction:
                "i want a swim trunks. it should be cargo pocket and drawstring closure, in xx-large size",
            kind: "swim trunks", wants: ["cargo pocket", "drawstring closure"], options: ["xx-large size"]),
        Case(
            instruction:
                "Find me travel friendly and alcohol free perfume with bottle: travel bottle, and scent: sea breeze, and price lower than 100.00 dollars",
            kind: "perfume", wants: ["travel friendly", "alcohol free"],
            options: ["bottle: travel bottle", "scent: sea breeze"], limit: 100),
        Case(
            instruction: "Find me v-neck women's jumpsuits with size: large", kind: "women's jumpsuits",
            wants: ["v-neck"], options: ["size: large"]),
        Case(
            instruction: "i need a sugar free  ginger ale, under $12.50.", kind: "ginger ale",
            wants: ["sugar free"],
            limit: 12.5),
        Case(
            instruction: "I'm looking for snacks with less than 5 grams of sugar, cheaper than 30 dollars",
            kind: "snacks", wants: ["less than 5 grams of sugar"], limit: 30),
        Case(instruction: "headphones", kind: "headphones", wants: []),
        Case(instruction: "i need a", kind: "a", wants: []),
    ]

    @Test(arguments: cases) func instructionsAreReadRight(_ read: Case) {
        let list = ShoppingList(instruction: read.instruction)
        #expect(list.kind == read.kind)
        #expect(list.wants == read.wants)
        #expect(list.options == read.options)
        #expect(list.priceLimit == read.limit)
    }

    @Test func searchesGrowShorterAndNeverRepeat() {
        let list = ShoppingList(instruction: "find me gluten free, low fat and fair trade dark oat biscuits")
        #expect(list.query == "gluten free low fat fair trade dark oat biscuits")
        #expect(
            list.queries(after: list.query) == [
                "dark oat biscuits", "oat biscuits", "biscuits", "gluten free",
            ])
        #expect(!list.queries(after: "oat biscuits").contains("oat biscuits"))
        #expect(list.kindWords == ["dark", "oat", "biscuit"])
    }

    /// Where an instruction names neither kind nor attributes.
    @Test(arguments: [
        (", in red color", "red color"), ("under $20", "under $20"), ("", "product"), (" \n", "product"),
    ])
    func thereAreAlwaysWordsToSearchFor(instruction: String, query: String) {
        let list = ShoppingList(instruction: instruction)
        #expect(list.query == query)
        #expect(list.queries(after: list.query) == [])
    }

    @Test(arguments: [
        (12.5, "$12.50"), (0.05, "$0.05"), (9_999_999_999_999.0, "$9999999999999.00"),
        (1e20, "$1e+20"), (Double.infinity, "$inf"),
    ])
    func dollarsAreWordsWhateverTheAmount(amount: Double, words: String) {
        #expect(ShopWording.dollars(amount) == words)
    }

    @Test func hugeAmountsAreRead() {
        #expect(ShoppingList(instruction: "find a lamp, under $99999999999999999999").priceLimit == 1e20)
        let digits = String(repeating: "9", count: 400)
        #expect(ShoppingList(instruction: "find a lamp, under $\(digits)").priceLimit == nil)
        #expect(ResultsPage.price(of: "$\(digits)") == .infinity)
        #expect(ShopWording.against(1e20, "$5") == "within the limit of $1e+20")
    }

    /// Pages as the shop shows them.
    static let results = """
        Instruction:
        find me a herbal tea with zero calories
        [button] Back to Search [button_]
        Page 1 (Total results: 23)
        [button] Next > [button_]
        [clicked button] B0JGP03VCS [clicked button_]
        Kinloch Falcon Herbal Tea, Compostable Bags
        $18.94
        [button] B0HX5QSEYU [button_]
        Herbal Tea [2 Pack] for $5 Gifts
        $10.0 to $1,020.5
        """
    static let product = """
        You have clicked usb-c.
        Instruction:
        find me a charging cable, in usb-c connector, and in family carton pack
        [button] Back to Search [button_]
        [button] < Prev [button_]
        connector
        [clicked button] usb-c [clicked button_]
        [button] micro b [button_]
        pack
        [button] carton [button_]
        [button] family carton [button_]
        Acmera Alto Charging Cable, Ten Feet
        Price: $12.5
        Rating: N.A.
        [button] Description [button_]
        [button] Features [button_]
        [button] Reviews [button_]
        [button] Buy Now [button_]
        """

    @Test func resultsAreReadRight() throws {
        let page = try #require(ResultsPage(Self.results))
        #expect(page.number == 1 && page.total == 23 && page.hasNext)
        #expect(page.rows.map(\.id) == ["B0JGP03VCS", "B0HX5QSEYU"])
        #expect(page.rows[1].title == "Herbal Tea [2 Pack] for $5 Gifts")
        #expect(page.rows.map(\.price) == [18.94, 1020.5], "of a range the price that is safe")
        #expect(ResultsPage(Self.product) == nil)
        #expect(ResultsPage("Page 1 (Total results: 0)")?.rows == [])
    }

    @Test func productsAreReadRight() throws {
        let page = try #require(ProductPage(Self.product))
        #expect(page.title == "Acmera Alto Charging Cable, Ten Feet" && page.priceTag == "$12.5")
        #expect(
            page.groups == [
                .init(name: "connector", values: ["usb-c", "micro b"]),
                .init(name: "pack", values: ["carton", "family carton"]),
            ])
        #expect(ProductPage(Self.results) == nil)
        #expect(ProductPage(String(Self.product.prefix(250))) == nil, "cut before its price")
    }

    @Test func ofEachGroupTheValueThatSaysMostIsChosen() throws {
        let page = try #require(ProductPage(Self.product))
        let instruction = "find me a charging cable, in usb-c connector, and in family carton pack"
        let list = ShoppingList(instruction: instruction)
        #expect(
            page.choices(for: list, instruction: instruction).flatMap(\.values) == ["usb-c", "family carton"])
        #expect(page.missing(of: list.options + ["red color"]) == ["red color"])
        let loose = "a usb-c, carton cable"
        let chosen = page.choices(for: ShoppingList(instruction: loose), instruction: loose)
        #expect(
            chosen.flatMap(\.values) == ["usb-c", "carton"], "where no phrase is for options, all words count"
        )
    }

    @Test func thePriceComesBeforeTheTitleAndTheKindBeforeAttributes() {
        let rows = [
            ("B000000001", "Green Tea, Low Acid", "$50.0"), ("B000000002", "Low Acid Soap", "$5.0"),
            ("B000000003", "Green Tea", "$5.0"), ("B000000004", "Green Tea, Low Acid", "$9.0"),
            ("B000000005", "Green Tea", "$5.0"),
        ]
        let shown = rows.map { "[button] \($0.0) [button_]\n\($0.1)\n\($0.2)" }
        guard let page = ResultsPage("Page 1 (Total results: 5)\n" + shown.joined(separator: "\n")) else {
            Issue.record("the page was not read")
            return
        }
        var list = ShoppingList(kind: "green teas", wants: ["low acid"], options: [], priceLimit: 10)
        #expect(Shortlist(page, for: list).rows.map(\.id) == ["B000000004", "B000000003", "B000000005"])
        list.priceLimit = 1
        let shortlist = Shortlist(page, for: list)
        #expect(!shortlist.isAffordable && shortlist.rows.first?.id == "B000000001")
    }

    @Test(arguments: [
        (
            #"['a', "it's", 'x\n\'"\xe9']"#,
            PythonValue.list([.string("a"), .string("it's"), .string("x\n'\"é")])
        ),
        (
            "{'B0': ['x'], 'C': ('y',)}",
            .dict([
                .init(key: .string("B0"), value: .list([.string("x")])),
                .init(key: .string("C"), value: .list([.string("y")])),
            ])
        ),
        ("None", .nothing), ("-12.5", .number(-12.5)), ("[]", .list([])), ("{}", .dict([])),
    ])
    func valuesAreReadAsPythonWritesThem(text: String, value: PythonValue) {
        #expect(PythonValue(text) == value)
    }

    @Test(arguments: ["", "['a'", "['a'… [3 more characters]", "{'a'}", "'a' 'b'", "object", "['a' 'b']"])
    func whatIsCutOrNoValueIsNone(text: String) {
        #expect(PythonValue(text) == nil)
    }
}
